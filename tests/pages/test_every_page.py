"""Every page, as each of its people sees it: no error, no broken link, nothing too wide, WCAG 2.2 AA.

By day at 1280 pixels with all of axe's rules; at 390 pixels, and there in elder mode too, with the rules that another
layout may break (the portal's pages, which carry every part of the frame, with all of them again); by night for its
colours. Whether it is too wide is asked at five widths, and in elder mode with the largest text. One load for day and
night, one for elder mode.

The markup is the same on both forms of the site, so every other page is looked at on the one, the rest on the other:
two workers share the work. Where another person sees the same page, axe is asked once, by day.
"""

from __future__ import annotations

import pytest

from tests.pages import checks
from tests.pages.driver import Driver
from tests.pages.pages import PAGES, Page

WITHOUT_PREFERENCES = {400, 500}  # the pages of last resort ask nobody who they are
FORMS = ("embedded", "scaled")
FIRST = {page.name: page for page in reversed(PAGES)}


def test_the_page_is_as_a_page_shall_be(driver: Driver, page_seen: Page) -> None:
    wrong = [*by_day_and_night(driver, page_seen)]
    with driver.elder(page_seen.person):
        wrong += in_elder_mode(driver, page_seen)
    assert not wrong, "\n".join(wrong)


@pytest.fixture(
    params=[
        pytest.param(page, id=str(page), marks=pytest.mark.profile(FORMS[number % 2]))
        for number, page in enumerate(PAGES)
    ]
)
def page_seen(request: pytest.FixtureRequest) -> Page:
    return request.param


def is_looked_at_closely(page: Page) -> bool:
    """Whether axe is asked in every mode: not where somebody else has seen the page, nor for thousands of elements."""
    return FIRST[page.name] is page and not page.is_long


def rules_at_390(page: Page) -> list[str] | None:
    return None if page.name.startswith("portal") else checks.LAID_OUT


def by_day_and_night(driver: Driver, page: Page) -> list[str]:
    visit = driver.open(page)
    wrong = [] if visit.status == page.status else [f"answered with {visit.status}, not {page.status}"]
    with driver.timed("build and links"):
        wrong += visit.call("build")
        wrong += [f"moves all the same: {name}" for name in visit.call("motion")]
        wrong += checks.links(driver, visit)
    with driver.timed("axe"):
        wrong += at("light, 1280", checks.axe(visit))
    with driver.timed("widths"):
        for width in (1280, 1920, 768, 320, 390):
            wrong += at(f"light, {width}", checks.overflow(visit, width))
    if is_looked_at_closely(page):
        with driver.timed("axe"):
            visit.resize(390)
            wrong += at("light, 390", checks.axe(visit, rules_at_390(page)))
    if is_looked_at_closely(page) or page.is_long:
        with driver.timed("dark"):
            visit.dark(True)
            wrong += at("dark, 390", checks.axe(visit, checks.CONTRAST))
    return wrong + visit.complaints


def in_elder_mode(driver: Driver, page: Page) -> list[str]:
    visit = driver.open(page, width=390)
    wrong = []
    size = visit.tab.evaluate("() => document.documentElement.dataset.text")
    if page.status not in WITHOUT_PREFERENCES and size != "20":
        wrong.append("elder mode is not switched on")
    if is_looked_at_closely(page):
        with driver.timed("axe"):
            wrong += at("elder, 390", checks.axe(visit, rules_at_390(page)))
    with driver.timed("widths"):
        wrong += at("elder, 390", checks.overflow(visit, 390))
        visit.tab.evaluate("() => { document.documentElement.dataset.text = '30'; }")  # as the server would write it
        for width in (390, 320):
            wrong += at(f"elder with text of 30 px, {width}", checks.overflow(visit, width))
    return wrong + [f"elder: {complaint}" for complaint in visit.complaints]


def at(mode: str, found: list[str]) -> list[str]:
    return [f"{mode}: {line}" for line in found]
