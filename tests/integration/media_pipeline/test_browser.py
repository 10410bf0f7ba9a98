"""The pages in a real browser: uploading with a progress bar, and playing with picture and sound."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from lms.members.models import Member
from media_pipeline.models import MediaAsset
from tests.conftest import People, make_people
from tests.factories import media_pipeline as make

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)
OpenPage = Callable[..., "Page"]


@pytest.fixture
def folk(transactional_db: None) -> People:
    return make_people()


@pytest.fixture(autouse=True)
def no_connection_stays_open(
    transactional_db: None, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Or the test database could not be dropped: neither those of the live server's threads, nor this test's own.

    While the browser's event loop can be seen, Django opens a second connection for the test itself.
    """
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    yield
    connection.close()


@pytest.fixture
def in_background() -> Iterator[Callable[[Callable[[], object]], None]]:
    """Do something beside the browser; finished before the database is emptied."""
    threads: list[threading.Thread] = []

    def start(work: Callable[[], object]) -> None:
        def run() -> None:
            try:
                work()
            finally:
                connection.close()

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join(60)


def logged_in(page: Page, site: Any, member: Member) -> Page:
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site.url}
    page.context.add_cookies([cookie])
    return page


def test_a_film_is_uploaded_watched_being_processed_and_played_with_sound(
    live_server: Any, folk: People, open_page: OpenPage, in_background: Any
) -> None:
    page = logged_in(open_page(), live_server, folk.instructor)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(live_server.url + reverse("media_pipeline:upload"))
    page.get_by_label("标题").fill("在浏览器里上传的讲座")
    page.set_input_files("input[type=file]", make.clip(seconds=4, size="320x240", rate="15"))
    assert page.locator("[data-chosen-file]").inner_text().startswith("已选择")

    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/media/*-*/")

    asset = MediaAsset.objects.get()
    assert asset.title == "在浏览器里上传的讲座"
    assert asked == []  # what is saved may be left
    assert page.locator(".media-progress").count() == 1
    in_background(lambda: make.process(MediaAsset.objects.get(pk=asset.pk)))
    page.locator("video").wait_for(timeout=60_000)  # the page has noticed by itself
    video = page.locator("video")
    assert video.get_attribute("poster")
    video.evaluate("video => { video.muted = true; return video.play(); }")
    wait_for(lambda: video.evaluate("video => video.currentTime") > 1)
    heard, seen, starts = video.evaluate(
        "video => [video.webkitAudioDecodedByteCount, video.webkitVideoDecodedByteCount, video.buffered.start(0)]"
    )
    assert heard > 0
    assert seen > 0
    assert starts < 0.05


def test_an_address_that_has_expired_is_renewed_without_the_viewer_noticing(
    live_server: Any, folk: People, open_page: OpenPage, console: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    console.allow("403")  # Chromium itself notes every refused request
    asset = make.ready(folk.instructor, folk.county, make.clip(seconds=130))
    page = logged_in(open_page(), live_server, folk.instructor)
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status == 403 else None)
    monkeypatch.setattr("media_pipeline.services.playback.LASTS", timedelta(seconds=5))
    page.goto(live_server.url + reverse("media_pipeline:asset-detail", args=[asset.pk]))
    monkeypatch.setattr("media_pipeline.services.playback.LASTS", timedelta(hours=6))
    video = page.locator("video")
    wait_for(lambda: video.evaluate("video => video.buffered.length") > 0)
    page.wait_for_timeout(5100)

    # Farther than what is buffered, so that new segments are asked for.
    video.evaluate("video => { video.muted = true; video.currentTime = 120; video.play().catch(() => {}); }")

    wait_for(lambda: video.evaluate("video => video.currentTime") > 121)
    assert refused
    assert not page.locator("[data-playback-error]").is_visible()


def test_several_films_are_uploaded_each_under_its_own_name(
    live_server: Any, folk: People, open_page: OpenPage, tmp_path: Path
) -> None:
    films = [tmp_path / "第一讲.mp4", tmp_path / "第二讲.mkv"]
    for number, film in enumerate(films, start=1):
        film.write_bytes(bytes([number]) * 5000)
    page = logged_in(open_page(), live_server, folk.instructor)
    page.goto(live_server.url + reverse("media_pipeline:upload"))
    page.get_by_label("标题").fill("只够一个")
    page.set_input_files("input[type=file]", films)
    assert page.get_by_label("标题").is_disabled()

    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/media/")

    assert set(MediaAsset.objects.values_list("title", flat=True)) == {"第一讲", "第二讲"}
    assert set(MediaAsset.objects.values_list("organization__code", flat=True)) == {folk.county.code}


def test_a_wrong_file_is_refused_before_it_is_sent(
    live_server: Any, folk: People, open_page: OpenPage, settings: Any, tmp_path: Path
) -> None:
    settings.MAX_UPLOAD_BYTES = 100_000
    page = logged_in(open_page(viewport={"width": 390, "height": 800}), live_server, folk.instructor)
    page.goto(live_server.url + reverse("media_pipeline:upload"))
    large, empty = tmp_path / "large.mp4", tmp_path / "empty.mp4"
    large.write_bytes(b"x" * 200_000)
    empty.write_bytes(b"")

    for path, words in ((large, "最多"), (empty, "空")):
        page.set_input_files("input[type=file]", path)
        page.get_by_role("button", name="上传").click()
        assert words in page.locator("[data-error-words]").inner_text()
    assert not MediaAsset.objects.exists()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def wait_for(condition: Callable[[], object], *, timeout_seconds: float = 30) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)
