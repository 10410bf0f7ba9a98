"""The browser of these tests stays with one site; each person's window is used for page after page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.live_site import Site
from tests.pages.driver import Driver, facts_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def facts(site: Site) -> dict[str, str]:
    """What is in the site's school, filled so that every page has something to show."""
    return facts_of(site)


@pytest.fixture(scope="session")
def drivers(request: pytest.FixtureRequest) -> Iterator[list[Driver]]:
    """The one driver, once it is there; at the end it tells where the time went."""
    made: list[Driver] = []
    yield made
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        for driver in made:
            print(f"\npages: {driver.report()}", file=sys.stderr)


@pytest.fixture
def driver(browser: Browser, site: Site, facts: dict[str, str], drivers: list[Driver]) -> Driver:
    """The browser at the site."""
    if not drivers:
        drivers.append(Driver(browser, site, facts))
    return drivers[0]
