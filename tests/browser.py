"""A pytest plugin: a real Chromium for the tests that look at pages.

Loaded from tests/conftest.py. A page that writes an error to its console fails its test,
unless the test said so beforehand with ``console.allow(...)``; a failed test leaves a
screenshot of each of its pages in ``LMS_TEST_ARTIFACTS``.

The site under test runs in a process of its own. These tests may use the ORM to prepare
what that process shall find, but see ``_HiddenLoop``.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections

from tests.servers import process

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ARGUMENTS = [
    "--no-sandbox",  # root has none in a container, and the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]

_HARMLESS = re.compile(
    # Chromium tries its own captions renderer on hls.js's empty track; nothing is lost.
    r"data:,WEBVTT"
)

_REPORTS: pytest.StashKey[dict[str, pytest.TestReport]] = pytest.StashKey()


class _HiddenLoop:
    """Keeps playwright's event loop from being seen by Django.

    Playwright's synchronous interface leaves an event loop "running" in the main thread
    for as long as the browser lives. Django refuses the ORM in a thread like that, so
    the first browser test would break every test after it. Hence the loop is only there
    while a test holds a page. For that time Django's refusal is switched off: nothing
    runs in the loop outside of playwright's own calls, so there is nothing to protect.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.hide()

    def show(self) -> None:
        asyncio._set_running_loop(self._loop)

    def hide(self) -> None:
        asyncio._set_running_loop(None)


@dataclass
class Console:
    """What the pages of one test have complained about."""

    errors: list[str] = field(default_factory=list)
    allowed: list[re.Pattern[str]] = field(default_factory=lambda: [_HARMLESS])

    def allow(self, pattern: str) -> None:
        """Expect errors that match the regular expression ``pattern`` anywhere in their text."""
        self.allowed.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        """The errors that nobody has allowed."""
        return [error for error in self.errors if not any(pattern.search(error) for pattern in self.allowed)]

    def watch(self, context: BrowserContext) -> None:
        """Collect the errors of every page that is opened in ``context``."""
        context.on("console", lambda message: self._note(message.type, message.text, message.location))
        context.on("weberror", lambda event: self.errors.append(f"uncaught: {event.error}"))

    def _note(self, kind: str, text: str, location: Any) -> None:
        if kind == "error":
            self.errors.append(f"{text} ({location.get('url', '')}:{location.get('lineNumber', '')})")


def find_chromium() -> str:
    """Return the browser to use: ``LMS_CHROMIUM``, or the machine's own.

    Raises:
        Missing: when there is none.
    """
    wanted = os.environ.get("LMS_CHROMIUM") or "/usr/bin/chromium"
    found = shutil.which(wanted)
    if found is None:
        raise process.Missing(f"Chromium ({wanted})", "apt-get install chromium, or set LMS_CHROMIUM")
    return found


def artifacts_directory() -> Path:
    """Where screenshots of failed tests go: ``LMS_TEST_ARTIFACTS``, or a directory in the temporary one."""
    wanted = os.environ.get("LMS_TEST_ARTIFACTS")
    directory = Path(wanted) if wanted else Path(tempfile.gettempdir()) / "party-school-screenshots"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know how their test has ended."""
    report = yield
    item.stash.setdefault(_REPORTS, {})[report.when] = report
    return report


@pytest.fixture(scope="session")
def _playwright_browser() -> Iterator[tuple[Browser, _HiddenLoop]]:
    """The browser together with the means to make it usable."""
    from playwright.sync_api import sync_playwright

    executable = process.available(find_chromium)
    playwright = sync_playwright().start()
    loop = _HiddenLoop()
    try:
        loop.show()
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=ARGUMENTS)
        loop.hide()
        yield browser, loop
        loop.show()
        browser.close()
    finally:
        loop.show()
        playwright.stop()
        loop.hide()


@pytest.fixture
def browser(_playwright_browser: tuple[Browser, _HiddenLoop], monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """One Chromium for the whole session, usable while this test runs."""
    chromium, loop = _playwright_browser
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    loop.show()
    try:
        yield chromium
    finally:
        # While the loop is in sight, the ORM has connections of its own that nobody else would close; an open one
        # keeps PostgreSQL from dropping the test database.
        connections.close_all()
        loop.hide()


@pytest.fixture
def console() -> Console:
    """What this test's pages complain about; ``console.allow(pattern)`` expects an error."""
    return Console()


@pytest.fixture
def open_page(browser: Browser, console: Console, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open a page with cookies of its own: ``open_page()``, one call per person.

    The keyword arguments are those of playwright's ``browser.new_context``. By default
    the page belongs to a Chinese reader in Shanghai, and no service worker stands between
    it and the site: whoever tests that one says ``service_workers="allow"``.
    """
    contexts: list[BrowserContext] = []

    def open_one(**options: Any) -> Page:
        options = {
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "viewport": {"width": 1280, "height": 800},
            "service_workers": "block",
            **options,
        }
        context = browser.new_context(**options)
        contexts.append(context)
        console.watch(context)
        return context.new_page()

    yield open_one

    # Events of the last moment are still on their way; a call that goes to the page and
    # back arrives after them.
    for context in contexts:
        for page in context.pages:
            _settle(page)
    reports = request.node.stash.get(_REPORTS, {})
    failed = any(report.failed for report in reports.values())
    if failed or console.unexpected:
        _take_pictures(request.node, contexts)
    for context in contexts:
        context.close()
    if console.unexpected:
        pytest.fail("errors in the browser's console:\n  " + "\n  ".join(console.unexpected), pytrace=False)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """An empty page of the default kind."""
    return open_page()


def _settle(page: Page) -> None:
    """Wait until the page's events so far have arrived here."""
    from playwright.sync_api import Error

    try:
        page.evaluate("1")
    except Error:
        return  # it has crashed or is on its way elsewhere, and has nothing to add


def _take_pictures(item: pytest.Item, contexts: list[BrowserContext]) -> None:
    """Save what the test's pages show now; pytest names the files below the failure."""
    from playwright.sync_api import Error

    name = re.sub(r"[^\w.-]+", "-", item.nodeid).strip("-")[-120:]
    profile = os.environ.get("LMS_TEST_PROFILE", "")
    pictures = []
    for number, page in enumerate((page for context in contexts for page in context.pages), start=1):
        path = artifacts_directory() / f"{name}-{profile}-{number}.png"
        try:
            page.screenshot(path=path, full_page=True, timeout=10_000)
        except Error:
            continue  # a crashed page shows nothing
        pictures.append(path)
    if pictures:
        item.add_report_section("teardown", "screenshots", "\n".join(map(str, pictures)))
