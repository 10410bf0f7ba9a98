"""Playback addresses: for one viewer, for some hours, for one version's files and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from lms.common.errors import Conflict
from lms.members.models import Member
from media_pipeline import services
from media_pipeline.models import MediaAsset
from media_pipeline.storage import store
from media_pipeline.tokens import Token
from tests.conftest import People
from tests.factories import media_pipeline as make

ClientOf = Callable[[Member], Client]
NOW = make.BEGINNING


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The views' clock; put another instant in to move it."""
    instants = [NOW]
    monkeypatch.setattr("media_pipeline.views.playback.clock.now", lambda: instants[-1])
    return instants


@pytest.fixture
def film(people: People) -> MediaAsset:
    """A published version as it lies in the storage, without the work of making one."""
    prefix = "hls/11111111-1111-4111-8111-111111111111/v1/abc"
    files = {
        "master.m3u8": b"#EXTM3U\n720p/index.m3u8\n",
        "720p/index.m3u8": b"#EXTM3U\nseg_00000.m4s\n",
        "720p/seg_00000.m4s": b"s" * 100_000,
        "720p/init_0.mp4": b"i",
        "poster.jpg": b"\xff\xd8",
    }
    for name, data in files.items():
        store().discard(f"{prefix}/{name}")
        path = store().incoming() / "made"
        path.write_bytes(data)
        store().keep(path, f"{prefix}/{name}")
    return make.pretended(people.instructor, people.county, published_prefix=prefix, has_poster=True)


def opened(film: MediaAsset, viewer: Member) -> services.Playback:
    return services.playback_urls(asset=film, viewer=viewer, now=NOW)


def get(client: Client, url: str, **options: Any) -> Any:
    """The answer, read to its end: `body` holds what was sent."""
    answer: Any = client.get(url, **options)
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def beside(address: str, path: str) -> str:
    return address.rpartition("/")[0] + "/" + path


def test_one_address_opens_all_files_by_their_relative_names(
    people: People, film: MediaAsset, client_of: ClientOf
) -> None:
    playback = opened(film, people.learner)
    client = client_of(people.learner)

    master = get(client, playback.playlist_url)
    segment = get(client, beside(playback.playlist_url, "720p/seg_00000.m4s"))

    assert (master.status_code, master.headers["Content-Type"]) == (200, "application/vnd.apple.mpegurl")
    assert master.body == b"#EXTM3U\n720p/index.m3u8\n"
    assert (segment.status_code, segment.headers["Content-Type"]) == (200, "video/iso.segment")
    assert segment.headers["Content-Length"] == "100000"
    assert segment.body == b"s" * 100_000
    assert segment.headers["Cache-Control"] == "private, max-age=21600, immutable"
    for path, kind in (
        ("720p/init_0.mp4", "video/mp4"),
        ("720p/index.m3u8", "application/vnd.apple.mpegurl"),
    ):
        assert get(client, beside(playback.playlist_url, path)).headers["Content-Type"] == kind
    assert get(client, playback.poster_url).headers["Content-Type"] == "image/jpeg"
    assert playback.expires_at == NOW + timedelta(hours=6)


def test_a_file_that_the_browser_has_is_not_sent_again(people: People, film: MediaAsset, client_of: ClientOf) -> None:
    url, client = opened(film, people.learner).playlist_url, client_of(people.learner)
    tag = get(client, url).headers["ETag"]

    again = get(client, url, headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert client.head(url).headers["Content-Length"] == "24"


def test_nobody_else_may_use_an_address(people: People, film: MediaAsset, client_of: ClientOf) -> None:
    url = opened(film, people.learner).playlist_url

    for other in (people.stranger, people.instructor):
        answer = client_of(other).get(url)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_viewer")
        assert answer.headers["Cache-Control"] == "no-store"
    visitor = Client().get(url)
    assert (visitor.status_code, visitor.json()["code"]) == (403, "login_required")


def test_an_address_expires_and_a_new_one_is_given(
    people: People, film: MediaAsset, client_of: ClientOf, now: list[datetime]
) -> None:
    url, client = opened(film, people.learner).playlist_url, client_of(people.learner)
    now.append(NOW + timedelta(hours=6) - timedelta(seconds=1))
    assert get(client, url).status_code == 200
    now.append(NOW + timedelta(hours=6))

    answer = get(client, url)

    assert (answer.status_code, answer.json()["code"]) == (403, "token_expired")
    fresh = services.playback_urls(asset=film, viewer=people.learner, now=now[-1])
    assert get(client, fresh.playlist_url).status_code == 200


def test_a_changed_word_is_not_accepted(people: People, film: MediaAsset, client_of: ClientOf) -> None:
    url, client = opened(film, people.learner).playlist_url, client_of(people.learner)
    word = url.split("/")[3]
    changed = [
        word[:-1] + ("A" if word[-1] != "A" else "B"),
        word[1:],
        "x",
        word.split(":")[0],
        Token("hls/22222222", people.learner.pk, NOW + timedelta(hours=1)).write()[:20] + word[20:],
    ]

    for wrong in changed:
        answer = get(client, url.replace(word, wrong))
        assert (answer.status_code, answer.json()["code"]) == (403, "token_invalid")


@pytest.mark.parametrize(
    "path",
    [
        "../../../../sources/film.mp4",
        "720p/../master.m3u8",
        "..%2fmaster.m3u8",
        "%2e%2e/%2e%2e/sources/film.mp4",
        "/etc/passwd",
        "720p/.hidden.m3u8",
        "720p/seg_00000.m4s.txt",
        "a/b/c.m3u8",
        "master.m3u8%00.jpg",
        "720p/",
    ],
)
def test_a_path_leads_nowhere_else(people: People, film: MediaAsset, client_of: ClientOf, path: str) -> None:
    word = opened(film, people.learner).playlist_url.split("/")[3]

    answer = client_of(people.learner).get(f"/media/hls/{word}/{path}")

    assert answer.status_code in {403, 404}
    if answer.status_code == 403:
        assert answer.json()["code"] == "path_invalid"


def test_a_file_that_is_not_there_is_not_found(people: People, film: MediaAsset, client_of: ClientOf) -> None:
    url = beside(opened(film, people.learner).playlist_url, "999p/index.m3u8")

    assert client_of(people.learner).get(url).status_code == 404


def test_an_asset_that_is_not_ready_has_no_address(people: People) -> None:
    with pytest.raises(Conflict) as refused:
        services.playback_urls(asset=make.uploaded(people.instructor, people.county), viewer=people.learner, now=NOW)

    assert refused.value.code == "not_ready"


def test_nginx_is_told_which_file_to_send(people: People, film: MediaAsset, client_of: ClientOf, settings: Any) -> None:
    settings.MEDIA_DELIVERY = "accel"
    url, client = opened(film, people.learner).playlist_url, client_of(people.learner)

    answer = get(client, beside(url, "720p/seg_00000.m4s"))

    assert answer.headers["X-Accel-Redirect"] == f"/protected-media/{film.published_prefix}/720p/seg_00000.m4s"
    assert answer.headers["Content-Type"] == "video/iso.segment"
    assert answer.headers["Cache-Control"].startswith("private, max-age=")
    assert answer.content == b""
    refused = client_of(people.stranger).get(url)
    assert refused.status_code == 403
    assert "X-Accel-Redirect" not in refused.headers


@pytest.mark.profile("scaled")
def test_the_object_store_sends_segments_itself_but_never_playlists(
    people: People, film: MediaAsset, client_of: ClientOf, settings: Any
) -> None:
    from urllib.request import urlopen

    settings.MEDIA_DELIVERY = "redirect"
    url, client = opened(film, people.learner).playlist_url, client_of(people.learner)

    master = get(client, url)
    segment = get(client, beside(url, "720p/seg_00000.m4s"))

    assert master.body.startswith(b"#EXTM3U")
    assert segment.status_code == 302
    assert segment.headers["Cache-Control"] == "private, max-age=300"
    target = segment.headers["Location"]
    assert urlsplit(target).path.endswith("/720p/seg_00000.m4s")
    with urlopen(target, timeout=10) as sent:
        assert sent.read() == b"s" * 100_000
        assert sent.headers["Content-Type"] == "video/iso.segment"
    assert client_of(people.stranger).get(beside(url, "720p/seg_00000.m4s")).status_code == 403


@pytest.mark.profile("embedded")
def test_a_local_disk_cannot_be_redirected_to(
    people: People, film: MediaAsset, client_of: ClientOf, settings: Any
) -> None:
    settings.MEDIA_DELIVERY = "redirect"
    url = beside(opened(film, people.learner).playlist_url, "720p/seg_00000.m4s")

    assert client_of(people.learner).get(url).status_code == 503


def test_sending_a_segment_costs_two_queries(
    people: People, film: MediaAsset, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    url = beside(opened(film, people.learner).playlist_url, "720p/seg_00000.m4s")
    client = client_of(people.learner)

    with django_assert_num_queries(2):  # session and member
        get(client, url)


def test_the_addresses_are_those_of_the_published_version(people: People, film: MediaAsset) -> None:
    url = opened(film, people.learner).playlist_url

    assert url == reverse("media_pipeline:hls", args=[url.split("/")[3], "master.m3u8"])
    token = Token.read(url.split("/")[3])
    assert token == Token(film.published_prefix, people.learner.pk, NOW + timedelta(hours=6))
