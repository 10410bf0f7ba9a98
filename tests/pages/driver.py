"""Opens the site's pages in one Chromium, as the people of the demo school, by day, by night and in elder mode."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import axe_playwright_python
import requests

from lms.demo.visitor import Visitor
from tests.live_site import Site
from tests.pages.pages import Page
from tests.pages.people import PEOPLE, VISITOR

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

PROJECT = Path(__file__).resolve().parents[2]
HEIGHTS = {320: 640, 390: 844, 768: 1024, 1280: 800, 1920: 1080}
LOW = 200
A_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PATIENCE_SECONDS = 5.0


def facts_of(site: Site) -> dict[str, str]:
    """Fill the site's school and learn what is in it (tests/pages/school.py)."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.pages.school"],
        env=site.environment | {"DJANGO_SETTINGS_MODULE": "lms.settings", "PYTHONPATH": str(PROJECT)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


@cache
def scripts() -> str:
    """axe-core and the checks of in_page.js, for every page before its own scripts."""
    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
    return axe + "\n" + Path(__file__).with_name("in_page.js").read_text()


@dataclass
class Visit:
    """A page that is open: what it was answered with, and what the browser has complained about so far."""

    page: Page
    tab: Tab
    status: int = 0
    complaints: list[str] = field(default_factory=list)
    requests: int = 0
    under_way: int = 0

    def resize(self, width: int) -> None:
        """Make the window that wide, and wait until the page is drawn again."""
        self.tab.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        self.tab.evaluate(A_FRAME)

    def lay_out(self, width: int) -> None:
        """Make the window that wide and very low: for measuring, where nothing needs to be drawn."""
        self.tab.set_viewport_size({"width": width, "height": LOW})

    def dark(self, dark: bool) -> None:
        """The device goes over to its dark or to its light colours; waits until every transition has ended."""
        self.tab.emulate_media(color_scheme="dark" if dark else "light")
        self.tab.evaluate(A_FRAME)
        self.tab.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")

    def call(self, function: str) -> Any:
        """The result of a function of in_page.js."""
        return self.tab.evaluate(f"() => pageChecks.{function}()")

    def settle(self) -> None:
        """Wait until what the page has asked for is there (htmx's fragments, posters), but not for ever."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.under_way > 0 and time.monotonic() < deadline:
            self.tab.wait_for_timeout(20)


class Driver:
    """One browser at one site. People log in once; each has a window of their own, used for page after page."""

    def __init__(self, browser: Browser, site: Site, facts: dict[str, str]) -> None:
        self.browser, self.site, self.facts = browser, site, facts
        self.sessions: dict[str, requests.Session] = {}
        self.tabs: dict[str, Tab] = {}
        self.visits: dict[str, Visit] = {}  # the newest of each person
        self.links: dict[str, str] = {}  # address -> what is wrong with it, '' for nothing
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Add the time that the block takes to a part of the whole."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[part] += time.monotonic() - began

    def open(self, page: Page, *, width: int = 1280) -> Visit:
        """Open a page as its person, in a window of that width, and wait until it is all there."""
        with self.timed("load"):
            tab = self.tab_of(page.person)
            tab.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            tab.emulate_media(color_scheme="light")
            visit = self.visits[page.person] = Visit(page, tab)
            if page.reach:
                visit.status = page.reach(tab, self.site, self.facts)
            else:
                response = tab.goto(self.site.url + page.address(self.facts))
                assert response is not None
                visit.status = response.status
        with self.timed("settle"):
            visit.settle()
        return visit

    @contextmanager
    def elder(self, person: str) -> Iterator[None]:
        """Within this block the person has elder mode, kept as they would keep it: with the account or in a cookie."""
        self._choose_display(person, elder="1", text_size="20")
        try:
            yield
        finally:
            self._choose_display(person, elder="0")

    def _choose_display(self, person: str, **wishes: str) -> None:
        if person == VISITOR:
            value = "system.1.20" if wishes["elder"] == "1" else "system.0.20"
            self.tab_of(person).context.add_cookies([{"name": "display", "value": value, "url": self.site.url}])
            return
        session = self.session_of(person)
        token = session.cookies["csrftoken"]
        answer = session.post(
            f"{self.site.url}/account/display/",
            data=wishes | {"csrfmiddlewaretoken": token},
            allow_redirects=False,
            timeout=20,
        )
        assert answer.status_code == 302, answer.text[:500]

    def session_of(self, person: str) -> requests.Session:
        """The person's session without a browser, for links and settings."""
        from lms.demo.school import PASSWORD  # has models, for which Django must have been set up

        if person not in self.sessions:
            visitor = Visitor(self.site.url)
            if person == VISITOR:
                visitor.open("/account/login/")
            else:
                visitor.log_in(PEOPLE[person], PASSWORD)
            self.sessions[person] = visitor.session
        return self.sessions[person]

    def context(self, person: str, **options: Any) -> BrowserContext:
        """A new browser context in which the person is logged in; nothing is in its cache."""
        options = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "service_workers": "block", **options}
        context = self.browser.new_context(**options)
        if person != VISITOR:
            cookies = self.session_of(person).cookies
            context.add_cookies(
                [{"name": name, "value": cookies[name], "url": self.site.url} for name in sorted(cookies.get_dict())]
            )
        return context

    def tab_of(self, person: str) -> Tab:
        """The person's window: by day, without motion, with the checks in every page."""
        if person not in self.tabs:
            context = self.context(person, color_scheme="light", reduced_motion="reduce")
            context.add_init_script(scripts())
            self.tabs[person] = tab = context.new_page()
            tab.set_default_timeout(20_000)
            self._listen(person, tab)
        return self.tabs[person]

    def _listen(self, person: str, tab: Tab) -> None:
        """Keep what the browser says about this window's pages with the newest visit."""

        def newest() -> Visit | None:
            return self.visits.get(person)

        def console(message: Any) -> None:
            # The answer's own status is checked by itself; Chromium writes it into the console as well.
            address = str(message.location.get("url", ""))
            if (visit := newest()) and message.type == "error" and "Failed to load resource" not in message.text:
                visit.complaints.append(f"console: {message.text} ({address})")

        def failed(request: Any) -> None:
            if visit := newest():
                visit.under_way -= 1
                # A page that is left takes its requests with it, and a film is read in pieces.
                if "ERR_ABORTED" not in (request.failure or ""):
                    visit.complaints.append(f"request: {request.url}: {request.failure}")

        def answered(response: Any) -> None:
            visit = newest()
            if visit and response.status >= 400 and not response.request.is_navigation_request():
                visit.complaints.append(f"request: {response.url}: {response.status}")

        def begun(_request: Any) -> None:
            if visit := newest():
                visit.under_way += 1
                visit.requests += 1

        def ended(_request: Any) -> None:
            if visit := newest():
                visit.under_way -= 1

        def uncaught(error: Any) -> None:
            if visit := newest():
                visit.complaints.append(f"uncaught: {error}")

        tab.on("console", console)
        tab.on("pageerror", uncaught)
        tab.on("request", begun)
        tab.on("requestfinished", ended)
        tab.on("requestfailed", failed)
        tab.on("response", answered)

    def report(self) -> str:
        """Where the time went."""
        return ", ".join(f"{part} {seconds:.1f} s" for part, seconds in sorted(self.seconds.items()))
