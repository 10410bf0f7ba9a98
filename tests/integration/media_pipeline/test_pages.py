"""The instructor's pages: who sees what, in how many queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lms.common import clock
from lms.common.progress import words_for_time_left
from lms.members.models import Member
from lms.members.rules import Role
from media_pipeline import queries, services, wording
from media_pipeline.models import MediaAsset, WorkUnit
from tests.conftest import People
from tests.factories import media_pipeline as make
from tests.factories import members as make_members

ClientOf = Callable[[Member], Client]
LIST = reverse("media_pipeline:asset-list")


def url(name: str, asset: MediaAsset) -> str:
    return reverse(f"media_pipeline:{name}", args=[asset.pk])


@pytest.fixture
def auditor(people: People) -> Member:
    return make_members.grant(make_members.member("auditor", people.county), people.county, Role.AUDITOR)


def test_the_list_shows_what_lies_in_scope(people: People, client_of: ClientOf, auditor: Member) -> None:
    mine = make.pretended(people.instructor, people.village, title="石桥村的讲座")
    other = make.pretended(people.rival, people.elsewhere, title="别处的讲座")

    for member in (people.instructor, people.administrator, auditor):
        page = client_of(member).get(LIST).content.decode()
        assert mine.title in page
        assert (other.title in page) == (member == people.administrator)
    assert client_of(people.learner).get(LIST).status_code == 403
    assert client_of(people.organizer).get(LIST).status_code == 403


def test_the_list_costs_the_same_for_many_rows(
    people: People, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    client = client_of(people.instructor)
    make.uploaded(people.instructor, people.county)
    with django_assert_num_queries(10) as first:
        client.get(LIST)
    for number in range(15):
        make.pretended(people.instructor, people.village, title=f"讲座 {number}")
        services.retry_asset(
            actor=people.instructor,
            asset=make.pretended(people.instructor, people.county),
            now=make.BEGINNING,
        )

    with django_assert_num_queries(len(first.captured_queries)):
        client.get(LIST)


def test_the_list_can_be_searched_and_filtered(people: People, client_of: ClientOf) -> None:
    make.pretended(people.instructor, people.county, title="乡村振兴", original_name="a.mp4")
    make.pretended(people.instructor, people.county, title="党章", original_name="dangzhang.mp4", state="failed")
    client = client_of(people.instructor)

    def titles(**query: str) -> set[str]:
        page = client.get(LIST, query).content.decode()
        return {title for title in ("乡村振兴", "党章") if f"<span>{title}</span>" in page}

    assert titles() == {"乡村振兴", "党章"}
    assert titles(q="振兴") == {"乡村振兴"}
    assert titles(q="DANGZHANG") == {"党章"}
    assert titles(state="failed") == {"党章"}
    assert titles(q="没有") == set()
    assert titles(state="nonsense") == {"乡村振兴", "党章"}
    assert titles(page="99") == {"乡村振兴", "党章"}


def test_an_asset_out_of_scope_does_not_exist(people: People, client_of: ClientOf) -> None:
    asset = make.pretended(people.rival, people.elsewhere)
    client = client_of(people.instructor)

    for name in ("asset-detail", "asset-progress", "asset-preview"):
        assert client.get(url(name, asset)).status_code == 404
    for name in ("asset-retry", "asset-cancel"):
        assert client.post(url(name, asset)).status_code == 404
    asset.refresh_from_db()
    assert (asset.state, asset.version) == ("ready", 1)


def test_an_auditor_looks_but_changes_nothing(people: People, client_of: ClientOf, auditor: Member) -> None:
    asset = make.uploaded(people.instructor, people.county)
    client = client_of(auditor)

    page = client.get(url("asset-detail", asset)).content.decode()

    assert asset.title in page
    assert url("asset-cancel", asset) not in page
    assert client.post(url("asset-cancel", asset)).status_code == 404
    assert client.get(reverse("media_pipeline:upload")).status_code == 403
    asset.refresh_from_db()
    assert asset.state == "uploaded"


def test_a_failure_is_told_with_advice_and_mended_with_one_click(people: People, client_of: ClientOf) -> None:
    asset = make.pretended(
        people.instructor,
        people.county,
        state="failed",
        failure_code="incomplete",
        failure_detail="moov atom not found",
        published_version=0,
    )
    client = client_of(people.instructor)

    page = client.get(url("asset-detail", asset)).content.decode()
    failure = wording.failure("incomplete")
    assert str(failure.title) in page
    assert str(failure.advice) in page
    assert "moov atom not found" in page
    answer = client.post(url("asset-retry", asset))

    assert answer.status_code == 302
    asset.refresh_from_db()
    assert (asset.state, asset.version, asset.failure_code) == ("uploaded", 2, "")
    assert client.post(url("asset-retry", asset)).status_code == 409


def test_processing_can_be_stopped(people: People, client_of: ClientOf) -> None:
    asset = make.uploaded(people.instructor, people.county)
    client = client_of(people.instructor)

    assert client.get(url("asset-cancel", asset)).status_code == 405
    answer = client.post(url("asset-cancel", asset), headers={"Accept": "application/json"})

    assert answer.json() == {"id": str(asset.pk), "state": "cancelled", "version": 1}
    assert client.post(url("asset-cancel", asset)).status_code == 409
    assert str(wording.failure("x").title) not in client.get(url("asset-detail", asset)).content.decode()


def test_progress_is_told_to_programs_and_to_pages(people: People, client_of: ClientOf) -> None:
    asset = make.uploaded(people.instructor, people.county)
    client = client_of(people.instructor)
    WorkUnit.objects.filter(asset=asset, kind="probe").update(state="done")
    WorkUnit.objects.filter(asset=asset, kind="transcode").update(state="running", progress_permille=500)
    MediaAsset.objects.filter(pk=asset.pk).update(state="processing")

    told = client.get(url("asset-progress", asset), headers={"Accept": "application/json"}).json()
    fragment = client.get(url("asset-progress", asset))

    assert told["state"] == "processing"
    assert (told["permille"], told["step"], told["is_playable"]) == (485, "transcode", False)
    assert 'hx-trigger="every 2s"' in fragment.content.decode()
    assert 'value="48"' in fragment.content.decode()
    assert "HX-Refresh" not in fragment.headers


def test_polling_ends_when_there_is_nothing_more_to_wait_for(people: People, client_of: ClientOf) -> None:
    asset = make.pretended(people.instructor, people.county)
    client = client_of(people.instructor)

    in_list = client.get(url("asset-progress", asset))
    on_page = client.get(url("asset-progress", asset) + "?whole")

    assert "hx-get" not in in_list.content.decode()
    assert "HX-Refresh" not in in_list.headers
    assert on_page.headers["HX-Refresh"] == "true"


def test_the_words_of_progress_follow_the_work(people: People) -> None:
    asset = make.uploaded(people.instructor, people.county)

    def words(**fields: Any) -> str:
        WorkUnit.objects.filter(asset=asset, kind="probe").update(**fields)
        return queries.progress(MediaAsset.objects.get(pk=asset.pk)).message

    waiting = words()
    busy = words(error_code="disk_full")
    lost = words(error_code="worker_lost")
    running = words(state="running")
    assert len({waiting, busy, lost, running}) == 4


def test_the_preview_gives_the_instructor_addresses_of_their_own(people: People, client_of: ClientOf) -> None:
    asset = make.pretended(people.instructor, people.county)

    told = client_of(people.instructor).get(url("asset-preview", asset)).json()

    assert told["playlist_url"].endswith("/master.m3u8")
    assert told["poster_url"] == ""
    page = client_of(people.instructor).get(url("asset-detail", asset)).content.decode()
    assert 'data-playlist="/media/hls/' in page


def test_the_asset_s_page_costs_few_queries(
    people: People, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    asset = make.ready(people.instructor, people.county)
    client = client_of(people.instructor)

    with django_assert_max_num_queries(9):
        page = client.get(url("asset-detail", asset)).content.decode()

    assert asset.sha256 in page
    assert "48p" in page


def test_the_time_left_is_told_from_the_rate_of_the_conversion(
    people: People, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = make.uploaded(people.instructor, people.county)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)  # on a busy machine the page may come half a minute later
    WorkUnit.objects.filter(asset=asset, kind="probe").update(state="done", finished_at=now - timedelta(seconds=270))
    converting = WorkUnit.objects.filter(asset=asset, kind="transcode")
    converting.update(state="running", progress_permille=500, attempts=1)
    MediaAsset.objects.filter(pk=asset.pk).update(state="processing")

    def left() -> int | None:
        return queries.seconds_left(MediaAsset.objects.get(pk=asset.pk), now=now)

    assert left() == 270
    page = client_of(people.instructor).get(url("asset-progress", asset) + "?whole").content.decode()
    assert words_for_time_left(270) in page
    assert "<form" not in page  # a question about stopping is not swept away with it
    converting.update(progress_permille=5)
    assert left() is None
    converting.update(progress_permille=500, attempts=2)
    assert left() is None
    converting.update(state="pending", attempts=1)
    assert left() is None


def test_a_bad_file_is_better_replaced_and_a_busy_machine_asked_again(people: People, client_of: ClientOf) -> None:
    client = client_of(people.instructor)

    def offered(code: str) -> bool:
        asset = make.pretended(people.instructor, people.county, state="failed", failure_code=code)
        page = client.get(url("asset-detail", asset)).content.decode()
        assert url("asset-retry", asset) in page
        return f'href="{reverse("media_pipeline:upload")}">' in page.split("job-acts")[1].split("job-progress")[0]

    assert offered("incomplete")
    assert not offered("machine_busy")
