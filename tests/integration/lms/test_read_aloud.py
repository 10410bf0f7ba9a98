"""Reading aloud, with a voice that writes down what it is told to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

# Chromium without a desktop has no voices. This one remembers, and ends a sentence when the test says so.
VOICE = """
  window.said = []; window.cancels = 0;
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  const voices = __VOICES__;
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => voices,
    addEventListener: () => {},
    speak(utterance) {
      const { text, lang, rate } = utterance;
      window.current = utterance;
      window.said.push({ text, lang, rate });
      utterance.onstart?.();
    },
    cancel() {
      const old = window.current;
      window.cancels += 1;
      window.current = null;
      old?.onerror?.({ error: "canceled" });
    },
  }});
  window.endSentence = () => window.current.onend();
"""
CHINESE = '[{lang: "en-US", name: "E"}, {lang: "zh-HK", name: "K"}, {lang: "zh_CN", name: "C", localService: true}]'
MAIN = """
  <nav>导航不读</nav>
  <h1>学习<em>党章</em></h1>
  <p>第一句话。第二句话！<span class="visually-hidden">看不见</span><span hidden>藏起来</span></p>
  <p style="display: none">不显示</p>
  <button type="button"><svg aria-hidden="true"><title>图标</title></svg> 开始</button>
  <table><caption>学时表</caption><thead><tr><th>姓名</th><th>学时</th></tr></thead>
    <tbody><tr><td>李𬱖</td><td>3</td></tr><tr><td>王芳</td><td>5</td></tr></tbody></table>
  <p id="last">最后一句</p>
"""
ALL = [
    "学习党章",
    "第一句话。",
    "第二句话！",
    "开始",
    "学时表",
    "姓名：李𬱖；学时：3",
    "姓名：王芳；学时：5",
    "最后一句",
]

# One form of the site is enough: the scripts do not know which database there is.
pytestmark = pytest.mark.profile("scaled")


@pytest.fixture
def reader(open_page: Callable[..., Any]) -> Callable[..., Any]:
    """reader(voices): a page with MAIN and the component; no server is needed for it."""

    def reader(voices: str | None = CHINESE, lang: str = "zh-hans") -> Any:
        page = open_page()
        if voices is not None:
            page.add_init_script(VOICE.replace("__VOICES__", voices))
        else:
            page.add_init_script("delete window.speechSynthesis; delete window.SpeechSynthesisUtterance;")

        def answer(route: Any) -> None:
            path = route.request.url.removeprefix("http://school.test/")
            if path.startswith("static/"):
                found = finders.find(path.removeprefix("static/"))
                assert isinstance(found, str)
                route.fulfill(path=found)
            elif path:
                route.fulfill(body="")
            else:
                body = f"{render_to_string('components/_read_aloud.html')}<main>{MAIN}</main>"
                route.fulfill(
                    body=f'<!doctype html><html lang="{lang}"><meta charset=utf-8>{body}', content_type="text/html"
                )

        page.route("http://school.test/**", answer)
        page.goto("http://school.test/")
        return page

    return reader


def press(page: Any, act: str) -> None:
    page.locator(f"read-aloud [data-act={act}]").click()


def said(page: Any) -> list[str]:
    return [sentence["text"] for sentence in page.evaluate("said")]


def status(page: Any) -> str:
    return str(page.locator("read-aloud [role=status]").inner_text())


def words(page: Any, name: str) -> str:
    return str(page.locator("read-aloud").get_attribute(f"data-{name}"))


def test_the_page_is_read_sentence_by_sentence_and_tables_by_rows(reader: Callable[..., Any]) -> None:
    page = reader()
    press(page, "start")
    for _sentence in ALL:
        page.evaluate("endSentence()")
    assert said(page) == ALL
    assert {sentence["lang"] for sentence in page.evaluate("said")} == {"zh_CN"}
    assert status(page) == words(page, "done")
    assert page.locator("[data-act=start]").is_visible()
    assert page.evaluate("CSS.highlights.size") == 0


def test_the_sentence_that_is_read_is_marked(reader: Callable[..., Any]) -> None:
    page = reader()
    press(page, "start")
    page.evaluate("endSentence()")
    marked = "[...[...CSS.highlights.get('read-aloud')][0].toString()].join('')"
    assert page.evaluate(marked) == "第一句话。"
    page.evaluate("endSentence()")
    assert page.evaluate(marked) == "第二句话！"
    press(page, "stop")
    assert page.evaluate("CSS.highlights.has('read-aloud')") is False


def test_a_browser_without_highlights_marks_the_paragraph(reader: Callable[..., Any]) -> None:
    page = reader()
    page.evaluate("delete window.Highlight")
    press(page, "start")
    assert page.locator("h1.read-aloud").count() == 1
    page.evaluate("endSentence()")
    assert page.locator(".read-aloud").evaluate_all("elements => elements.map(e => e.tagName)") == ["P"]


def test_pause_goes_on_with_the_same_sentence_and_stop_begins_anew(reader: Callable[..., Any]) -> None:
    page = reader()
    press(page, "start")
    page.evaluate("endSentence()")
    press(page, "pause")
    assert status(page) == words(page, "paused")
    assert page.evaluate("document.activeElement.dataset.act") == "resume"
    press(page, "resume")
    assert said(page) == ["学习党章", "第一句话。", "第一句话。"]
    press(page, "stop")
    press(page, "start")
    assert said(page)[-1] == "学习党章"


def test_slower_holds_for_this_sentence_and_the_next_page(reader: Callable[..., Any]) -> None:
    page = reader()
    press(page, "start")
    press(page, "slow")
    assert [sentence["rate"] for sentence in page.evaluate("said")] == [1, 0.75]
    assert page.locator("[data-act=slow]").get_attribute("aria-pressed") == "true"
    page.reload()
    press(page, "start")
    assert page.evaluate("said[0].rate") == 0.75


def test_only_the_selection_is_read(reader: Callable[..., Any]) -> None:
    page = reader()
    page.evaluate("""() => {
      const text = document.querySelector("main p").firstChild, range = document.createRange();
      range.setStart(text, 2);
      range.setEnd(text, 8);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }""")
    press(page, "start")
    assert status(page) == words(page, "reading-selection")
    page.evaluate("endSentence()")
    page.evaluate("endSentence()")
    assert said(page) == ["句话。", "第二句"]
    assert status(page) == words(page, "done")


def test_leaving_the_page_ends_the_voice(reader: Callable[..., Any]) -> None:
    page = reader()
    press(page, "start")
    assert page.evaluate("() => { dispatchEvent(new Event('pagehide')); return cancels; }") == 1
    assert page.locator("[data-act=start]").is_visible()


@pytest.mark.parametrize(("voices", "name"), [(None, "no-speech"), ('[{lang: "fr-FR"}]', "no-voice")])
def test_a_browser_without_a_voice_says_so_and_hides_nothing(
    reader: Callable[..., Any], voices: str | None, name: str
) -> None:
    page = reader(voices)
    press(page, "start")
    page.locator("read-aloud [role=status]").wait_for(state="visible")
    assert status(page) == words(page, name)
    assert page.locator("[data-act=start]").is_visible()


def test_an_english_page_takes_an_english_voice_and_a_chinese_one_for_names(reader: Callable[..., Any]) -> None:
    page = reader(lang="en")
    page.evaluate(
        "document.querySelector('main').innerHTML = '<p>Good morning. Dr. Li. 李𬱖</p><p>Version 2.5 is out.</p>'"
    )
    press(page, "start")
    for _sentence in range(5):
        if page.evaluate("current !== null && current.onend && said.length < 5"):
            page.evaluate("endSentence()")
    spoken = {sentence["text"]: sentence["lang"] for sentence in page.evaluate("said")}
    assert spoken["Good morning."] == "en-US"
    assert spoken["李𬱖"] == "zh_CN"
    assert spoken["Version 2.5 is out."] == "en-US"
