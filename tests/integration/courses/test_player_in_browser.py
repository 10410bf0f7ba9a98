"""The player in a real browser: plays a real film, loses connections, windows and turns.

Only the film's way is shortened: instead of HLS the page gets one small file. That HLS plays is
media_pipeline's concern. The film is played at eight times its speed, which a policy of these tests permits.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from courses import services
from courses.models import Course, Lecture, LectureProgress, PlaySession, WatchPolicy
from lms.members.models import Member
from tests.browser import Console
from tests.conftest import People, make_people
from tests.factories import courses as make
from tests.factories.courses import BEGINNING, later, report

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
FILM_MS = 30_000
PATIENCE_MS = 30_000
QUEUED = "Object.keys(localStorage).some((key) => key.startsWith('watch:'))"
FILM_FROM_ONE_FILE = """
export function attach(video) {
  const show = (film) => { video.src = URL.createObjectURL(film); };
  fetch("/the-film.mp4").then((answer) => answer.blob()).then(show);
}
"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    picture = f"testsrc2=size=160x90:rate=10:duration={FILM_MS // 1000}"
    command = [settings.FFMPEG, "-v", "error", "-f", "lavfi", "-i", picture, "-c:v", "libx264", "-g", "10"]
    subprocess.run([*command, "-pix_fmt", "yuv420p", str(path)], check=True, timeout=60)
    return path


@pytest.fixture
def people() -> People:
    return make_people()


@pytest.fixture
def lecture(people: People) -> Lecture:
    WatchPolicy.objects.create(organization=None, valid_from=BEGINNING, max_rate_permille=10_000)
    course: Course = make.course(people.instructor, people.county, duration_ms=FILM_MS)
    return make.lectures_of(course)[0]


@pytest.fixture
def visit(live_server, open_page: Callable[..., Page], film: Path, lecture: Lecture) -> Callable[..., Page]:
    """Open the lecture's page as a member, in a browser of their own or as a new window of `beside`."""

    def open_lecture(member: Member, *, beside: Page | None = None, ready: bool = True, **options: object) -> Page:
        page = beside.context.new_page() if beside else prepared(open_page(**options), member)
        page.goto(live_server.url + reverse("courses:lecture", args=[lecture.pk]))
        if ready:
            until(page, "film.readyState >= 3")
        return page

    def prepared(page: Page, member: Member) -> Page:
        page.context.route(
            "**/hls_video.js",
            lambda route: route.fulfill(body=FILM_FROM_ONE_FILE, content_type="text/javascript"),
        )
        page.context.route("**/the-film.mp4", lambda route: route.fulfill(path=film, content_type="video/mp4"))
        client = Client()
        client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        return page

    return open_lecture


def until(page: Page, condition: str) -> None:
    """Wait for `condition`, asked from outside: inside, the site's policy rightly forbids eval()."""
    patience = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(condition):
        assert time.monotonic() < patience, condition
        page.wait_for_timeout(50)


def play(page: Page, *, rate: float = 8) -> None:
    page.evaluate("(rate) => { film.muted = true; film.playbackRate = rate; return film.play(); }", rate)


def pause(page: Page) -> None:
    page.evaluate("film.pause()")


def wait_until_played(page: Page, seconds: float) -> None:
    until(page, f"film.currentTime > {seconds}")


def with_acknowledgement(page: Page, act: Callable[[], None]) -> dict:
    """Do something and wait for the next acknowledged report."""
    with page.expect_response(
        lambda answer: answer.url.endswith("/batches/") and answer.ok, timeout=PATIENCE_MS
    ) as caught:
        act()
    return caught.value.json()


def cut_off(context: BrowserContext) -> None:
    """Reports get lost from now on."""
    context.route("**/batches/", lambda route: route.abort("connectionfailed"))


def test_a_film_played_to_its_end_is_completed(people: People, visit: Callable[..., Page]) -> None:
    page = visit(people.learner)
    assert page.locator("#complete").is_hidden()
    play(page)
    page.locator("#complete").wait_for(timeout=PATIENCE_MS)
    progress = LectureProgress.objects.get()
    assert progress.completed_at is not None
    assert progress.covered_ms >= 27_000
    assert page.locator("#refusals li").count() == 0
    page.locator("#outline .lecture-row.is-current[data-state=completed]").wait_for(timeout=PATIENCE_MS)


def test_the_large_buttons_do_what_the_film_s_own_do(people: People, visit: Callable[..., Page]) -> None:
    page = visit(people.learner)
    page.evaluate("film.muted = true")
    play_button = page.locator("[data-act=play]")
    assert play_button.bounding_box()["height"] >= 44
    place = page.locator("[data-act=back]").bounding_box()
    play_button.click()
    until(page, "!film.paused && film.currentTime > 0.2")
    assert play_button.inner_text().strip() == "暂停"
    assert page.locator("[data-act=back]").bounding_box() == place, "nothing moves while the film plays"
    page.locator("[data-act=speed]").select_option("1.5")
    until(page, "film.playbackRate === 1.5")
    play_button.click()
    until(page, "film.paused")
    page.evaluate("film.currentTime = 20")
    until(page, "!film.seeking")
    page.locator("[data-act=back]").click()
    until(page, "film.currentTime === 5")


def test_play_pressed_before_the_script_has_arrived_counts(people: People, visit: Callable[..., Page]) -> None:
    page = visit(people.learner)
    held: list[Route] = []
    page.route("**/player.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    page.wait_for_selector("#film", state="attached")
    page.evaluate("() => { film.muted = true; film.defaultPlaybackRate = 8; film.play().catch(() => {}); }")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    page.locator("#complete").wait_for(timeout=PATIENCE_MS)
    assert LectureProgress.objects.get().completed_at is not None


def test_a_second_window_stops_the_first_which_can_take_the_turn_back(
    people: People, visit: Callable[..., Page]
) -> None:
    first = visit(people.learner)
    play(first, rate=1)
    wait_until_played(first, 1)
    with_acknowledgement(first, lambda: pause(first))
    play(first, rate=1)
    second = visit(people.learner, beside=first)
    with second.expect_response(lambda answer: answer.url.endswith("/sessions/"), timeout=PATIENCE_MS):
        play(second, rate=1)
    wait_until_played(second, 1)
    answer = with_acknowledgement(first, lambda: pause(first))
    assert answer["superseded"]
    first.locator("#superseded").wait_for()
    assert first.locator("#superseded").inner_text().strip()
    with first.expect_response(lambda answer: answer.url.endswith("/sessions/")):
        first.locator("#continue-here").click()
    until(first, "!film.paused")
    assert not with_acknowledgement(first, lambda: pause(first))["superseded"]
    assert with_acknowledgement(second, lambda: pause(second))["superseded"]
    assert PlaySession.objects.filter(superseded_at__isnull=True).count() == 1


def test_what_was_watched_without_connection_is_reported_afterwards(
    people: People, visit: Callable[..., Page], console: Console
) -> None:
    console.allow("Failed to load resource")
    page = visit(people.learner)
    play(page, rate=1)
    wait_until_played(page, 0.5)
    with_acknowledgement(page, lambda: pause(page))
    page.context.set_offline(True)
    play(page, rate=1)
    wait_until_played(page, 2.5)
    pause(page)
    until(page, "document.getElementById('watch-status').textContent.length > 0")
    before = LectureProgress.objects.get().covered_ms
    with_acknowledgement(page, lambda: page.context.set_offline(False))
    after = LectureProgress.objects.get()
    assert after.covered_ms - before > 1_500
    assert len(after.coverage) == 1, "no hole where the connection was lost"
    assert PlaySession.objects.get().rejected_ms == 0


def test_a_window_that_was_closed_without_connection_hands_in_on_the_next_visit(
    people: People, visit: Callable[..., Page], console: Console
) -> None:
    console.allow("Failed to load resource")
    page = visit(people.learner)
    cut_off(page.context)
    play(page, rate=1)
    wait_until_played(page, 2)
    pause(page)
    until(page, QUEUED)
    assert LectureProgress.objects.get().covered_ms == 0
    later_page = page.context.new_page()
    page.close()
    later_page.context.unroute("**/batches/")
    address = reverse("courses:lecture", args=[Lecture.objects.get().pk])
    origin = page.url.split("/courses/")[0]
    with_acknowledgement(later_page, lambda: later_page.goto(origin + address))
    assert LectureProgress.objects.get().covered_ms > 1_000
    until(later_page, f"!{QUEUED}")
    assert PlaySession.objects.count() == 1


def test_only_the_missing_parts_are_played_when_asked_for(
    people: People, visit: Callable[..., Page], lecture: Lecture
) -> None:
    session = services.start_session(member=people.learner, lecture=lecture, now=later())
    for seq, part in enumerate([(0, 10_000), (20_000, 28_000)], start=1):
        report(session, people.learner, part, seq=seq, now=later(seconds=20 * seq), position_ms=2_000)
    page = visit(people.learner)
    assert page.locator("#gaps button").all_inner_texts() == ["0:10–0:20", "0:28–0:30"]
    page.evaluate("film.muted = true; film.playbackRate = 4;")
    page.locator("#only-gaps").click()
    page.locator("#complete").wait_for(timeout=PATIENCE_MS)
    played = PlaySession.objects.exclude(pk=session.pk).get()
    assert played.accepted_ms < 14_000, "what had been watched was skipped"
    assert LectureProgress.objects.get().completed_at is not None


def test_a_preview_reports_nothing(people: People, visit: Callable[..., Page]) -> None:
    Course.objects.update(organization=people.village)
    page = visit(people.instructor)
    play(page)
    wait_until_played(page, 10)
    pause(page)
    assert page.locator("#watch-panel").is_hidden()
    assert not PlaySession.objects.exists()


def test_without_scripts_the_page_says_what_is_needed(people: People, visit: Callable[..., Page]) -> None:
    page = visit(people.learner, ready=False, java_script_enabled=False)
    assert "JavaScript" in page.locator("noscript").first.inner_text()
