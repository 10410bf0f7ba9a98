"""What has to hold for every page. Each check returns what is wrong, in words that name the place."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urldefrag, urlsplit

from tests.pages.driver import Driver, Visit
from tests.pages.people import VISITOR

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CONTRAST = ["color-contrast"]
LAID_OUT = [*CONTRAST, "target-size", "scrollable-region-focusable", "aria-hidden-focus"]  # what a width may change
# A code may be looked up thirty times in a minute (certificates.rules.LOOKUPS_PER_MINUTE), and two pages look up too.
LOOK_UP = re.compile(r"/certificates/verify/[^/]+/$")
LOOK_UPS = 4
# The page for a foreign name links to itself; example.org is what examples of the style guide link to.
ELSEWHERE = {"elsewhere.localhost", "example.org"}


def axe(visit: Visit, rules: list[str] | None = None) -> list[str]:
    """axe-core's violations of WCAG 2.2 A and AA as the page looks now; `rules`: only these."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": False, "iframes": False}
    found = visit.tab.evaluate(
        "(options) => axe.run(document, options).then((result) => result.violations.map((one) => ({id: one.id,"
        " help: one.help, nodes: one.nodes.slice(0, 5).map((node) => [node.target.join(' '),"
        " node.any.concat(node.all, node.none).map((check) => check.message).join('; ')]), count: one.nodes.length})))",
        options,
    )
    return [line for violation in found for line in _violation(violation)]


def _violation(violation: dict[str, Any]) -> list[str]:
    more = violation["count"] - len(violation["nodes"])
    lines = [f"axe {violation['id']}: {target}: {message}" for target, message in violation["nodes"]]
    return [*lines, f"axe {violation['id']}: and {more} more"] if more else lines


def overflow(visit: Visit, width: int) -> list[str]:
    """Whether one has to scroll sideways in a window that wide."""
    visit.lay_out(width)
    assert visit.tab.evaluate("() => innerWidth") == width
    found = visit.call("overflow")
    return [f"overflow: {found}"] if found else []


def links(driver: Driver, visit: Visit) -> list[str]:
    """Every link of the page to this site is followed once, with the person's session."""
    wrong = []
    for address in visit.call("links"):
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https"):
            wrong += [f"link: {address}"] if parts.scheme == "javascript" else []
            continue
        if f"{parts.scheme}://{parts.netloc}" != driver.site.url:
            known = parts.hostname in ELSEWHERE
            wrong += [] if known else [f"link to another site: {address}"]
            continue
        key = f"{visit.page.person == VISITOR} {address}"
        if key not in driver.links:
            looked_up = sum(bool(LOOK_UP.search(urlsplit(known).path)) for known in driver.links)
            skip = LOOK_UP.search(parts.path) and looked_up >= LOOK_UPS
            driver.links[key] = "" if skip else _follow(driver, visit, address)
        if driver.links[key]:
            wrong.append(f"link {address.removeprefix(driver.site.url)}: {driver.links[key]}")
    return wrong


def _follow(driver: Driver, visit: Visit, address: str) -> str:
    bare, fragment = urldefrag(address)
    here = bare == urldefrag(visit.tab.url)[0]
    if here:
        there = not fragment or visit.tab.evaluate("(id) => document.getElementById(id) !== null", fragment)
        return "" if there else "there is no such id on this page"
    answer = driver.session_of(visit.page.person).get(bare, timeout=30)
    if answer.status_code != 200:
        is_itself = bare == driver.site.url + visit.page.address(driver.facts)
        return "" if is_itself and answer.status_code == visit.page.status else str(answer.status_code)
    if "/account/login/" in answer.url and visit.page.person != VISITOR:
        return "leads to the log-in page"
    if fragment and not re.search(rf"""\bid=["']?{re.escape(fragment)}["'\s>]""", answer.text):
        return "there is no such id"
    return ""
