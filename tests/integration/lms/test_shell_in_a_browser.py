"""The frame in a real browser: menus by keyboard and without script, the key of the search box, every width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from lms.members.models import Member
from tests.conftest import People, make_people

Visit = Callable[..., Any]
SIDEWAYS = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"

# One form of the site is enough: the scripts do not know which database there is.
pytestmark = pytest.mark.profile("embedded")


@pytest.fixture
def school(transactional_db: None) -> People:
    return make_people()


@pytest.fixture
def visit(school: People, open_page: Callable[..., Any], live_server: Any) -> Visit:
    """visit(member, width): the first page in a browser of theirs; further words are those of a browser's context."""

    def visit(member: Member, width: int, **options: Any) -> Any:
        client = Client()
        client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
        page = open_page(viewport={"width": width, "height": 844}, **options)
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(live_server.url)
        return page

    return visit


def test_a_menu_opens_by_key_closes_by_escape_and_gives_the_focus_back(school: People, visit: Visit) -> None:
    page = visit(school.administrator, 1280)
    menu = page.locator(".site-nav details").first
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link").first).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_the_slash_leads_into_the_search_box_until_it_is_switched_off(school: People, visit: Visit) -> None:
    page = visit(school.learner, 1280)
    box = page.locator("#site-search")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("a/b")
    expect(box).to_have_value("a/b")  # in a field it is a character
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=a%2Fb")

    page.locator("[data-slash-switch] input").uncheck()
    page.goto(page.url)
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#site-search")).not_to_be_focused()


def test_without_script_menus_drawer_and_search_work(school: People, visit: Visit) -> None:
    page = visit(school.organizer, 390, java_script_enabled=False)
    page.locator(".drawer > summary").click()
    page.locator(".drawer").get_by_role("link").filter(has=page.locator("[href$='#table']")).click()
    page.wait_for_url("**/organizing/")
    page.locator(".tool-search").click()
    page.locator("#search-text").fill("李")
    page.locator("#search-text").press("Enter")
    expect(page.locator("mark").first).to_have_text("李")


@pytest.mark.parametrize("elder", [False, True])
def test_the_frame_fits_every_width(school: People, visit: Visit, elder: bool) -> None:
    Member.objects.filter(pk=school.administrator.pk).update(elder_mode=elder, text_size=30)
    page = visit(school.administrator, 320)
    for width in (320, 390, 576, 768, 1024, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(SIDEWAYS) <= 0, width
        assert page.locator(".tabbar").is_visible() == (width < 768), width
        assert page.locator(".site-nav").is_visible() == (width >= 768), width
        assert page.locator(".tool-bell").is_visible(), width
        switch = page.locator(".elder-bar button[name=elder]" if elder else ".site-header .tool-elder")
        assert switch.is_visible(), width
