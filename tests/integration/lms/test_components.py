"""Dialogs, short confirmations, notices, tabs, steps, cards: what they say, and how they behave in a browser."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import Context
from django.template.engine import Engine
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import include, path
from playwright.sync_api import expect

from lms.common.toasts import close_dialog, toast
from lms.portal.styleguide import cards, feedback, foundations, navigation, printing

SECTIONS = {
    "foundations": foundations, "cards": cards, "navigation": navigation, "feedback": feedback, "printing": printing,
}  # fmt: skip


def component(name: str, /, **arguments: object) -> str:
    return " ".join(render_to_string(f"components/_{name}.html", arguments).split())


# --- What the server says ---------------------------------------------------------------------------------------------


def test_a_toast_travels_in_a_header_of_plain_ascii() -> None:
    response = toast(HttpResponse(), "已加入学习计划。", "success")
    header = response["HX-Trigger"]
    assert header.isascii()
    assert json.loads(header) == {"toast": {"message": "已加入学习计划。", "level": "success"}}


@pytest.mark.parametrize("before", ['{"saved": {"id": 3}}', "saved, counted", ""])
def test_a_toast_keeps_the_events_that_were_there(before: str) -> None:
    response = HttpResponse(headers={"HX-Trigger": before} if before else {})
    events = json.loads(close_dialog(toast(response, "ok", "danger"))["HX-Trigger"])
    assert events["toast"] == {"message": "ok", "level": "danger"}
    assert "dialog-close" in events
    assert ("saved" in events) == bool(before)


# --- What the partials say --------------------------------------------------------------------------------------------


def test_each_step_says_its_state_in_words() -> None:
    html = component("steps", steps=navigation.context(HttpRequest())["failed_steps"], label="视频处理")
    assert re.findall(r'<li data-state="(\w+)"', html) == ["done", "failed", "waiting"]
    assert len(set(re.findall(r'class="process-state">([^<]+)<', html))) == 3
    assert 'aria-label="视频处理"' in html


def test_only_the_current_tab_and_step_are_marked() -> None:
    tabs = component("tabs", tabs=navigation.context(HttpRequest())["sample_tabs"], label="课程的状态")
    assert tabs.count('aria-current="page"') == 1
    assert re.search(r'aria-current="page">进行中 <span class="counter">3</span>', tabs)
    assert component("tabs", tabs=[{"label": "全部", "url": "/", "count": 0}]).count(">0<") == 1
    assert component("tabs", tabs=[{"label": "全部", "url": "/"}]).count("counter") == 0
    assert component("steps", steps=[{"label": "考试", "state": "current"}]).count('aria-current="step"') == 1


def test_a_notice_interrupts_only_when_it_came_after_the_page() -> None:
    assert 'role="alert"' not in component("notice", level="danger", text="视频无法处理")
    assert 'role="alert"' in component("notice", level="danger", text="视频无法处理", urgent=True)
    assert component("notice", text="x", reasons=["甲", "<乙>"]).count("<li>") == 2
    assert "&lt;乙&gt;" in component("notice", reasons=["<乙>"])
    assert 'role="region"' in component("notice", banner=True, text="停机维护")


def test_a_badge_has_words_and_a_card_one_link() -> None:
    assert component("badge", state="completed", label="已完成").endswith('data-state="completed">已完成</span>')
    card = component("card_course", title="党章<学习>", url="/c/", badges=[("required", "必修")], value=5, max=10)
    assert card.count("<a ") == 1
    assert "党章&lt;学习&gt;" in card
    assert 'value="5" max="10"' in card
    assert "联系<span" in component("card_person", name="李𬱖", action="联系", action_url="/p/")


@pytest.mark.parametrize("name", SECTIONS)
def test_the_style_guide_shows_them(rf: RequestFactory, name: str) -> None:
    request = rf.get("/")
    html = render_to_string(f"styleguide/sections/{name}.html", SECTIONS[name].context(request), request)
    ids = Counter(re.findall(r'\bid="([^"]+)"', html))
    assert [given for given, times in ids.items() if times > 1] == []
    assert not re.search(r'\sstyle="|\son\w+="|<style', html)
    assert "{{" not in re.sub(r"<pre.*?</pre>", "", html, flags=re.S)


# --- In a browser -----------------------------------------------------------------------------------------------------

PAGE = """{% extends "base.html" %}{% load static %}
{% block content %}
  {% include "styleguide/examples/feedback/dialog_form.html" %}
  {% include "styleguide/examples/feedback/dialog_text.html" %}
  {% include "styleguide/examples/feedback/copy.html" %}
  {% include "styleguide/examples/navigation/tab_set.html" %}
  <button id="ask" type="button" hx-get="/answer/" hx-swap="none">?</button>
  <button id="fail" type="button" hx-get="/answer/?level=danger" hx-swap="none">?</button>
{% endblock %}"""


@login_not_required
def parts(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Engine.get_default().from_string(PAGE).render(Context({"display": {}})))


@login_not_required
def answer(request: HttpRequest) -> HttpResponse:
    level = request.GET.get("level", "success")
    return toast(HttpResponse("ok"), "保存失败" if level == "danger" else "已保存", level)  # type: ignore[arg-type]


urlpatterns = [path("parts/", parts), path("answer/", answer), path("", include("lms.urls"))]
# One form of the site is enough: the scripts do not know which database there is.
in_a_browser = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__), pytest.mark.profile("embedded")]


class TestInABrowser:
    pytestmark = in_a_browser

    def test_a_dialog_takes_the_focus_and_gives_it_back(self, page, live_server) -> None:
        page.goto(live_server.url + "/parts/")
        opener = page.locator("[data-dialog=sample-move]")
        dialog = page.locator("#sample-move")
        opener.click()
        expect(page.locator("#sample-branch")).to_be_focused()
        page.mouse.click(5, 5)
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()

        opener.click()
        page.keyboard.type("石桥村")
        page.mouse.click(5, 5)  # what was typed is not lost by a stray press
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()

        page.locator("[data-dialog=sample-rules]").click()
        expect(page.locator("#sample-rules-title")).to_be_focused()
        page.locator("#sample-rules .dialog-actions [data-dialog-close]").click()
        expect(page.locator("#sample-rules")).to_be_hidden()

    def test_a_browser_without_modal_dialogs_gets_them_above_the_page(self, page, live_server) -> None:
        page.add_init_script("delete HTMLDialogElement.prototype.showModal")
        page.goto(live_server.url + "/parts/#sample-move")  # a link to the dialog opens it
        dialog = page.locator("#sample-move")
        expect(dialog).to_be_visible()
        expect(dialog).to_have_attribute("aria-modal", "true")
        for _stop in range(8):  # two fields, three buttons: the focus stays inside
            page.keyboard.press("Tab")
            assert page.evaluate("document.querySelector('#sample-move').contains(document.activeElement)")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(page.locator(".dialog-scrim")).to_have_count(0)

    def test_a_toast_leaves_in_time_and_can_be_read_again(self, page, live_server) -> None:
        page.clock.install()
        page.goto(live_server.url + "/parts/")
        shown = page.locator(".notices .toast-message")
        page.locator("#ask").click()
        expect(shown).to_have_count(1)  # or the second answer might overtake it
        page.locator("#fail").click()
        expect(shown).to_have_count(2)
        expect(page.locator("[data-urgent] .toast-message")).to_contain_text("保存失败")
        page.clock.run_for(9_000)
        expect(shown).to_have_count(2)
        shown.first.hover()
        page.clock.run_for(30_000)  # time stands still for who is at it
        expect(shown).to_have_count(2)
        page.mouse.move(5, 5)
        page.clock.run_for(2_000)
        expect(shown).to_have_count(1)  # the failure stays
        earlier = page.locator("main .toasts-earlier")
        earlier.locator("summary").click()
        expect(earlier.locator("li span")).to_have_text(["保存失败", "已保存"])
        shown.locator(".btn-close").click()
        expect(shown).to_have_count(0)

    def test_in_elder_mode_a_toast_stays(self, page, live_server) -> None:
        page.clock.install()
        page.goto(live_server.url + "/parts/")
        page.evaluate("document.documentElement.dataset.text = '20'")
        page.locator("#ask").click()
        expect(page.locator(".notices .toast-message")).to_have_count(1)
        page.clock.run_for(120_000)
        expect(page.locator(".notices .toast-message")).to_have_count(1)

    def test_tabs_follow_the_arrow_keys(self, page, live_server) -> None:
        page.goto(live_server.url + "/parts/#sample-material")
        selected = page.locator("[role=tab][aria-selected=true]")
        expect(selected).to_have_text("参考资料")
        selected.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(selected).to_have_text("基本信息")
        expect(selected).to_be_focused()
        expect(page.get_by_role("tabpanel")).to_have_attribute("aria-labelledby", "sample-basics-tab")
        page.emulate_media(media="print")
        expect(page.locator("#sample-questions")).to_be_visible()

    def test_paper_is_white_at_night_too(self, open_page, live_server) -> None:
        page = open_page(color_scheme="dark")
        page.goto(live_server.url + "/parts/")
        ink = "getComputedStyle(document.querySelector('.tab-panel')).color"
        assert page.evaluate(ink) == "rgb(238, 230, 222)"
        page.emulate_media(media="print")
        assert page.evaluate(ink) == "rgb(0, 0, 0)"
        expect(page.locator("[data-dialog]").first).to_be_hidden()

    def test_without_script_the_parts_are_all_there(self, open_page, live_server) -> None:
        page = open_page(java_script_enabled=False)
        page.goto(live_server.url + "/parts/")
        for name in ("basics", "material", "questions"):
            expect(page.locator(f"#sample-{name}")).to_be_visible()
        expect(page.locator("copy-text button")).to_be_hidden()

    def test_copying_says_so_and_stays_said(self, page, live_server) -> None:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(live_server.url + "/parts/")
        page.locator("copy-text button").click()
        expect(page.locator(".copy-answer")).not_to_be_empty()
        assert page.evaluate("navigator.clipboard.readText()") == "YL-2026-000318"
