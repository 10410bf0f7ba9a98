"""The whole of a page by keyboard: one Tab after the other, each stop seen, in the order of the document."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.pages.driver import A_FRAME, Driver, Visit
from tests.pages.pages import PAGES, Page

pytestmark = pytest.mark.profile("embedded")  # the same markup on both
MOST_STOPS = 150


def page_called(name: str) -> Page:
    return next(page for page in PAGES if str(page) == name)


MAIN_PAGES = [
    page_called(name)
    for name in (
        "members-login-visitor",  # a form, for somebody who is new here
        "portal-home-learner",
        "courses-catalog-learner",
        "courses-course-detail-underway",
        "exams-attempt-candidate",
        "courses-course-create-instructor",  # a long form
        "credits-score-table-organizer",  # a table
    )
]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("page", MAIN_PAGES, ids=str)
def test_every_stop_of_the_tab_key_is_seen_and_in_order(driver: Driver, page: Page, width: int) -> None:
    visit = driver.open(page, width=width)
    visit.call("beforeFocus")
    stops = list(stops_of(visit))
    assert 3 < len(stops) < MOST_STOPS, "the focus does not come out of the page"
    wrong = [f"{stop['name']}: {why}" for stop in stops for why in stop["wrong"]]
    wrong += [
        f"{later['name']} comes after {stop['name']}"
        for stop, later in pairwise(stops)
        if 0 <= later["place"] < stop["place"]
    ]
    assert not wrong, "\n".join(wrong)


def stops_of(visit: Visit) -> Iterator[dict[str, Any]]:
    """Where the Tab key stops, one after the other, until it leaves the page."""
    last = -1
    for _ in range(MOST_STOPS):
        visit.tab.keyboard.press("Tab")
        stop = visit.call("focused")
        if stop and stop["wrong"]:
            visit.tab.evaluate(A_FRAME)  # the page may only be scrolling there
            stop = visit.call("focused")
        if stop is None:  # past the last one, and back to the browser's own controls
            return
        if stop["place"] != last:  # day, month and year of one field are stops too: the browser marks those
            yield stop
        last = stop["place"]


def test_the_first_stop_skips_to_the_content(driver: Driver) -> None:
    visit = driver.open(page_called("portal-home-learner"))
    visit.tab.keyboard.press("Tab")
    assert visit.tab.evaluate("() => document.activeElement.matches('.skip-link')")
    box = visit.tab.locator(".skip-link").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    visit.tab.keyboard.press("Enter")
    visit.tab.keyboard.press("Tab")
    assert visit.tab.evaluate("() => document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize(
    ("name", "width"),
    [("portal-home-learner", 1280), ("portal-home-learner", 390), ("portal-home-instructor", 1280)],
)
def test_escape_closes_every_menu_and_gives_the_focus_back(driver: Driver, name: str, width: int) -> None:
    visit = driver.open(page_called(name), width=width)
    menus = visit.tab.locator("header details:visible > summary:visible")  # those of the content may stay open
    assert menus.count() > 0
    for number in range(menus.count()):
        summary = menus.nth(number)
        summary.focus()
        visit.tab.keyboard.press("Enter")
        assert summary.evaluate("(one) => one.parentElement.open")
        visit.tab.keyboard.press("Tab")  # into the menu
        visit.tab.keyboard.press("Escape")
        assert not summary.evaluate("(one) => one.parentElement.open")
        assert summary.evaluate("(one) => document.activeElement === one")
