"""The editor in a real browser, under the site's policy: a violation is an error in the console, which fails a test."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from courses.models import Course
from tests.conftest import make_people
from tests.factories import courses as make

# One form of the site is enough: the scripts do not know which database there is.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.profile("scaled")]

WORD = """<html xmlns:o="urn:o"><head><style>p{color:red}</style></head><body><!--StartFragment-->
<h1 style="color:red">标题</h1>
<p class=MsoNormal style='margin:0cm'><b><span style='font-family:宋体'>粗</span></b>细</p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.</span>第一条</p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.</span>第二条</p>
<img src="x.png" onerror="alert(1)"><a href="javascript:alert(1)" onclick="alert(2)">坏</a><script>alert(3)</script>
<!--EndFragment--></body></html>"""

PASTE = """(area, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "x");
  area.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def draft(transactional_db):
    people = make_people()
    return make.draft(people.instructor, people.county, "one", summary="从前的<纯文字>\n第二行")


def open_form(page, draft, live_server):
    client = Client()
    client.force_login(draft.instructor, backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(live_server.url + reverse("courses:course-details", args=[draft.slug]))
    return page


def save(page, draft) -> str:
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/details/" not in url)
    return Course.objects.get(pk=draft.pk).summary


def test_what_is_written_is_stored_and_read_again(page, draft, live_server):
    open_form(page, draft, live_server)
    area = page.locator("rich-text [role=textbox]")
    expect(area).to_have_text("从前的<纯文字>第二行")
    tools = page.locator("rich-text [role=toolbar] button")
    area.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type("title")
    tools.nth(2).click()
    expect(tools.nth(2)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+b")
    page.keyboard.type("bold")
    page.keyboard.press("Control+b")
    page.keyboard.press("Enter")
    page.keyboard.type("item")
    tools.nth(9).click()
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Control+k")
    page.keyboard.type("javascript:x")
    page.keyboard.press("Enter")
    expect(page.locator("[data-advice]")).not_to_be_empty()
    page.locator("[data-address]").fill("example.org/a")
    page.keyboard.press("Enter")
    expect(page.locator("rich-text dialog")).to_be_hidden()
    assert save(page, draft) == (
        "<h2>title</h2><p><strong>bold</strong></p>"
        '<ul><li><a href="https://example.org/a" rel="noopener noreferrer">item</a></li></ul>'
    )
    page.goto(live_server.url + reverse("courses:course-detail", args=[draft.slug]))
    expect(page.locator(".rich-text li a")).to_have_text("item")


def test_text_from_word_is_pasted_without_its_clothes(page, draft, live_server):
    open_form(page, draft, live_server)
    area = page.locator("rich-text [role=textbox]")
    area.click()
    page.keyboard.press("Control+a")
    area.evaluate(PASTE, WORD)
    expect(area.locator("ol li")).to_have_count(2)
    expect(area.locator("[style], [class], img, script, a")).to_have_count(0)
    assert save(page, draft) == (
        "<h2>标题</h2><p><strong>粗</strong>细</p><ol><li>第一条</li><li>第二条</li></ol><p>坏</p>"
    )


def test_chinese_is_composed_in_the_text_and_undone(page, draft, live_server):
    open_form(page, draft, live_server)
    area = page.locator("rich-text [role=textbox]")
    area.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    keyboard = page.context.new_cdp_session(page)
    for words, pressed in (("党", None), ("课", "Control+b")):
        if pressed:
            page.keyboard.press(pressed)
        for letters in ("d", "da", "dang"):
            keyboard.send("Input.imeSetComposition", {"text": letters, "selectionStart": 1, "selectionEnd": 1})
        keyboard.send("Input.insertText", {"text": words})
    expect(area).to_have_text("党课")
    assert page.locator("rich-text textarea").input_value() == "<p>党<b>课</b></p>"
    page.keyboard.press("Control+z")
    expect(area).to_have_text("党")
    page.keyboard.press("Control+y")
    expect(area).to_have_text("党课")
    assert save(page, draft) == "<p>党<strong>课</strong></p>"


def test_tab_leaves_the_editor_and_arrows_walk_the_toolbar(page, draft, live_server):
    open_form(page, draft, live_server)
    tools = page.locator("rich-text [role=toolbar] button")
    page.locator("rich-text [role=textbox]").focus()
    page.keyboard.press("Shift+Tab")
    expect(tools.first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(tools.last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    expect(page.locator("rich-text [role=textbox]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("rich-text [role=textbox]")).not_to_be_focused()


def test_without_a_script_plain_text_is_written(open_page, draft, live_server):
    page = open_form(open_page(java_script_enabled=False), draft, live_server)
    field = page.locator("textarea[name=summary]")
    assert field.input_value() == "从前的<纯文字>\n第二行"
    field.fill("一\n二\n\n三")
    assert save(page, draft) == "<p>一<br>二</p><p>三</p>"
