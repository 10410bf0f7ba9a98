"""Elder mode and theme: kept with the account and in a cookie, and what they do to the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from lms.members.display import TEXT_SIZES, Display, from_cookie
from lms.members.models import Member
from tests.conftest import People, make_people

LogIn = Callable[[Member], Client]
URL = "/account/display/"

# One form of the site is enough: the scripts do not know which database there is.
pytestmark = pytest.mark.profile("scaled")


@pytest.mark.parametrize("text", ["", "x", "pink.7.99", "dark", "dark.1", "..", "light.0.20.1"])
def test_a_cookie_that_makes_no_sense_is_the_default_as_far_as_it_makes_none(text: str) -> None:
    display = from_cookie(text)
    assert display.text_size in TEXT_SIZES
    assert from_cookie(display.to_cookie()) == display


def test_sizes_go_up_and_down_and_end() -> None:
    sizes = [Display(text_size=size) for size in TEXT_SIZES]
    assert [display.larger for display in sizes] == [20, 24, 30, None]
    assert [display.smaller for display in sizes] == [None, 18, 20, 24]


def test_a_choice_is_kept_with_the_account_and_on_the_log_in_page(people: People, client_of: LogIn) -> None:
    client = client_of(people.learner)
    back = client.post(URL, {"elder": "1", "text_size": "24", "next": "/courses/?q=x&page=2"})
    assert (back.status_code, back.headers["Location"]) == (302, "/courses/?q=x&page=2")
    people.learner.refresh_from_db()
    assert people.learner.display == Display("system", elder=True, text_size=24)
    assert 'data-text="24"' in client.get("/").content.decode()

    client.post(reverse("members:logout"))  # the session goes, the cookie stays
    assert 'data-text="24"' in client.get(reverse("members:login")).content.decode()
    assert 'data-text="24"' in client_of(people.learner).get("/").content.decode()  # another device


@pytest.mark.parametrize(("theme", "sheet"), [("dark", 'media="screen"'), ("light", None), ("system", "prefers-color")])
def test_a_theme_links_the_dark_sheet_or_not(people: People, client_of: LogIn, theme: str, sheet: str | None) -> None:
    client = client_of(people.learner)
    client.post(URL, {"theme": theme})
    lines = [line for line in client.get("/").content.decode().splitlines() if "css/dark" in line]
    assert len(lines) == (0 if sheet is None else 1)
    assert sheet is None or sheet in lines[0]


def test_the_forms_come_back_to_the_page_and_an_answer_to_a_post_to_the_first(rf: RequestFactory) -> None:
    page = render_to_string("components/_display.html", {"display": Display(), "request": rf.get("/a/?b=1&c=<2>")})
    assert 'name="next" value="/a/?b=1&amp;c=%3C2%3E"' in page or 'value="/a/?b=1&amp;c=&lt;2&gt;"' in page
    posted = render_to_string("components/_display.html", {"display": Display(), "request": rf.post("/a/")})
    assert 'name="next" value="/"' in posted


def test_the_parts_of_the_form(rf: RequestFactory) -> None:
    def part(name: str, **look: Any) -> str:
        return render_to_string(
            "components/_display.html", {"display": Display(**look), "request": rf.get("/"), "part": name}
        )

    assert 'name="elder" value="1"' in part("elder")
    assert 'name="elder" value="0"' in part("elder", elder=True)
    assert "theme" not in part("elder").replace("theme-choice", "")
    assert part("theme").count('name="theme"') == 3
    assert 'name="elder"' not in part("theme")
    assert 'value="dark" aria-pressed="true"' in part("theme", theme="dark")
    assert part("theme", theme="dark").count('aria-pressed="true"') == 1
    assert 'value="system" aria-pressed="true"' in part("theme")


def test_the_bar_is_there_in_elder_mode_only_and_its_ends_are_ends(rf: RequestFactory) -> None:
    def bar(**look: Any) -> str:
        return render_to_string("components/_elder_bar.html", {"display": Display(**look), "request": rf.get("/")})

    assert bar().strip() == ""
    assert bar(elder=True, text_size=30).count("disabled") == 1
    assert 'name="text_size" value="24"' in bar(elder=True, text_size=30)
    assert 'name="elder" value="0"' in bar(elder=True)


def test_another_site_is_no_way_back(client: Client, db: None) -> None:
    assert client.post(URL, {"theme": "dark", "next": "https://evil.example/"}).headers["Location"] == "/"


# --- In a browser -----------------------------------------------------------------------------------------------------

SMALL = """least => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, parent = text.parentElement;
    if (!text.data.trim() || parent.closest("script, noscript, template, .avatar")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    if (parent.getBoundingClientRect().width < 2) continue;  // there for screen readers only
    const style = getComputedStyle(parent), size = parseFloat(style.fontSize);
    if (size < least - 0.01) found.add(`${size} px: ${text.data.trim().slice(0, 20)}`);
    if (parseFloat(style.lineHeight) < 1.3 * size) found.add(`lines ${style.lineHeight}: ${text.data.trim()}`);
  }
  return [...found];
}"""
LOW = """() => [...document.querySelectorAll("main .btn-primary, main .btn-lg, .elder-bar .btn, .tabbar a")]
  .filter(button => button.getClientRects().length)
  .map(button => [button.textContent.trim(), button.getBoundingClientRect()])
  .filter(([, box]) => box.height < 60 || box.width < 60)
  .map(([words, box]) => `${words} ${box.width}x${box.height}`)"""
SIDEWAYS = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def visit(transactional_db: None, open_page: Callable[..., Any], live_server: Any) -> Callable[..., Any]:
    """visit(width, size): a browser page of a learner in elder mode with that size of text."""
    people = make_people()

    def visit(width: int, size: int, path: str = "/") -> Any:
        Member.objects.filter(pk=people.learner.pk).update(elder_mode=True, text_size=size)
        client = Client()
        client.force_login(people.learner, backend="django.contrib.auth.backends.ModelBackend")
        page = open_page(viewport={"width": width, "height": 800})
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(live_server.url + path)
        return page

    return visit


PATHS = ("/", "/courses/", "/credits/", "/certificates/", "/account/password/", "/no/such/page/")


@pytest.mark.parametrize("size", [18, 20])
def test_text_is_large_and_buttons_are_tall(
    visit: Callable[..., Any], live_server: Any, console: Any, size: int
) -> None:
    console.allow("404")
    page = visit(390, size)
    for path in PATHS:
        page.goto(live_server.url + path)
        assert page.evaluate(SMALL, 18) == [], path
        assert page.evaluate(LOW) == [], path
        body = page.evaluate("() => getComputedStyle(document.body)")
        assert body["fontSize"] == f"{size}px"
        assert float(body["lineHeight"].removesuffix("px")) >= 1.6 * size


@pytest.mark.parametrize("width", [320, 390])
def test_the_largest_text_needs_no_sideways_scrolling(
    visit: Callable[..., Any], live_server: Any, console: Any, width: int
) -> None:
    console.allow("404")
    page = visit(width, 30)
    for path in PATHS:
        page.goto(live_server.url + path)
        assert page.evaluate(SIDEWAYS) <= 0, path
        assert page.evaluate(SMALL, 18) == [], path


def test_the_bar_changes_the_size_and_leads_out(visit: Callable[..., Any], live_server: Any) -> None:
    page = visit(390, 20, "/courses/?q=x")
    page.locator("button[name=text_size][value='24']").click()
    page.wait_for_selector("html[data-text='24']")
    assert page.url == live_server.url + "/courses/?q=x"
    page.locator(".elder-bar button[name=elder]").click()
    page.wait_for_selector("html:not([data-text])")
    assert page.locator(".elder-bar").count() == 0
