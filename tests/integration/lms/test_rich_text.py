"""Rich text: what is let through, what is written, and the form field around it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django import forms
from django.template import Context, Template
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.common import rich_text
from lms.common.rich_text_field import RichTextField

KNOWN = {"p", "h2", "h3", "blockquote", "ul", "ol", "li", "strong", "em", "u", "sub", "sup", "a", "br"}


class Elements(HTMLParser):
    """What a reader of HTML finds: elements with their attributes, and whether they nest as they should."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")


pieces = st.one_of(
    st.sampled_from(
        [f"<{tag}>" for tag in [*KNOWN, "b", "i", "div", "table", "tr", "td", "svg", "math", "template", "title"]]
        + [f"</{tag}>" for tag in [*KNOWN, "b", "i", "div", "table", "svg", "math", "template", "title"]]
        + [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<p style='color:red' class=x id=main>",
            "<a href='javascript:alert(1)' onclick=x>",
            "<a href=' jAvAsCript:alert(1)'>",
            "<a href='https://example.org/?a=1&b=<b>\"'>",
            "<a href='//evil.example'>",
            "<a href='mailto:a@example.org'>",
            "<a href='data:text/html,<script>'>",
            "<!-- comment",
            "-->",
            "<style>p{}",
            "</style>",
            "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
            "&lt;script&gt;",
            "&amp;lt;",
            "&#x3c;b&#x3e;",
            "\u200b",
            "\u00a0",
            "　",
            " \n ",
            "党",
            "<",
            '"',
        ]
    ),
    st.text(max_size=8),
)
markup = st.lists(pieces, max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(markup)
def test_only_known_elements_come_out_and_cleaning_again_changes_nothing(html: str) -> None:
    cleaned = rich_text.clean(html)
    for tag, attributes in Elements(cleaned).found:
        assert tag in KNOWN
        if tag == "a":
            assert set(attributes) == {"href", "rel"}
            assert attributes["rel"] == "noopener noreferrer"
            assert str(attributes["href"]).lower().startswith(("https://", "http://", "mailto:"))
        else:
            assert attributes == {}
    assert rich_text.clean(cleaned) == cleaned
    assert rich_text.to_text(cleaned) == rich_text.to_text(html)
    assert rich_text.is_html(cleaned) == bool(cleaned)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_plain_text_survives_as_text(text: str) -> None:
    html = rich_text.from_plain(text)
    assert "".join(rich_text.to_text(html).split()) == "".join(rich_text.to_text(rich_text.clean(html)).split())
    assert {tag for tag, _attributes in Elements(html).found} <= {"p", "br"}


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("", ""),
        ("<p> </p><p>&nbsp;</p><p><br></p><ul><li></li></ul>", ""),
        ("党章", "<p>党章</p>"),
        ("<div>一<b>二<i>三</b>四</i></div>", "<p>一<strong>二<em>三</em></strong><em>四</em></p>"),
        ("<h1>一</h1><h4>二</h4>", "<h2>一</h2><h3>二</h3>"),
        ("<ul><li>一</li><ul><li>二</li></ul></ul>", "<ul><li>一<ul><li>二</li></ul></li></ul>"),
        ("<ul><li><p>一</p><p>二</p></li></ul>", "<ul><li>一<br>二</li></ul>"),
        ("<ol><ol><ol><li>一</ol></ol></ol>", "<ol><li>一</li></ol>"),
        ("<blockquote><h2>一</h2><p>二</blockquote>", "<blockquote><p>一</p><p>二</p></blockquote>"),
        ("<table><tr><td>一<td>二<tr><td>三</table>", "<p>一 二</p><p>三</p>"),
        ("<p>一\n  二 <br> 三<br></p>", "<p>一 二<br>三</p>"),
        ("H<sub>2</sub>O m<sup>2</sup>", "<p>H<sub>2</sub>O m<sup>2</sup></p>"),
        ("<a href='/courses/'>甲</a><a href='ftp://x/y'>乙</a>", "<p>甲乙</p>"),
        (
            "<a href=https://example.org target=_blank>甲</a>",
            '<p><a href="https://example.org" rel="noopener noreferrer">甲</a></p>',
        ),
        ("1 < 2 & 3 &lt;b&gt;", "<p>1 &lt; 2 &amp; 3 &lt;b&gt;</p>"),
        ("<p>李𬱖　全角</p>", "<p>李𬱖　全角</p>"),
    ],
)
def test_html_becomes_our_html(html: str, cleaned: str) -> None:
    assert rich_text.clean(html) == cleaned


def test_text_has_a_line_per_paragraph_and_item() -> None:
    html = "<h2>一</h2><p>二<br>三</p><ul><li>四<ol><li>五</li></ol></li></ul>"
    assert rich_text.to_text(html) == "一\n二\n三\n四\n五"


def test_plain_text_gets_paragraphs_and_breaks() -> None:
    assert rich_text.from_plain("一\r\n二\r\n \r\n\r\n<b>三") == "<p>一<br>二</p><p>&lt;b&gt;三</p>"


@pytest.mark.parametrize("hostile", ["<b>字" * 20_000, "<p>字" * 30_000, "<a href='https://x'>" * 20_000, "<" * 50_000])
@pytest.mark.timeout(20)
def test_hostile_lengths_are_read_in_time(hostile: str) -> None:
    assert rich_text.clean(rich_text.clean(hostile)) == rich_text.clean(hostile)


def test_the_filter_cleans_once_more_and_shows_plain_text_of_older_days() -> None:
    page = Template(
        "{% load school %}{{ html|rich_text }}|{{ plain|rich_text }}|{{ html|plain_text }}|{{ none|rich_text }}"
    )
    shown = page.render(
        Context({"html": "<p>一<script>x</script><b onclick=x>二</b></p>", "plain": "1 <b>\n二", "none": None})
    )
    assert shown == "<p>一<strong>二</strong></p>|<p>1 &lt;b&gt;<br>二</p>|一二|"


class LessonForm(forms.Form):
    text = RichTextField(label="正文", max_length=10)
    note = RichTextField(label="备注", required=False)


def sent(**data: str) -> LessonForm:
    return LessonForm({"text": "<p>好</p>", **data})


def test_the_field_cleans_to_stored_html() -> None:
    form = sent(text="<p>一<b style=x>二</b></p>", note="第一行\n第二行\n\n<b>")
    assert form.is_valid()
    assert form.cleaned_data == {
        "text": "<p>一<strong>二</strong></p>",
        "note": "<p>第一行<br>第二行</p><p>&lt;b&gt;</p>",
    }


@pytest.mark.parametrize("empty", ["", " ", "<p><br></p>", "<p>&nbsp;</p>", "<ul><li></li></ul>"])
def test_markup_without_text_is_no_answer(empty: str) -> None:
    form = sent(text=empty, note=empty)
    assert not form.is_valid()
    assert [error.code for error in form.errors.as_data()["text"]] == ["required"]
    assert form.cleaned_data["note"] == ""


def test_the_limit_counts_what_can_be_read() -> None:
    assert sent(text="<p><strong>一二三四五</strong>六七八九十</p>").is_valid()
    form = sent(text="<p>一二三四五六七八九十<b>多</b></p>")
    assert [error.code for error in form.errors.as_data()["text"]] == ["too_long"]
    assert "11" in form.errors["text"][0]
    form = sent(text="<p>" + "<b></b>" * 5_000)
    assert [error.code for error in form.errors.as_data()["text"]] == ["too_much"]


def test_without_script_an_untouched_text_keeps_its_formatting() -> None:
    stored = "<h2>标题</h2><p>一<br>二</p>"
    untouched = LessonForm({"text": "标题\r\n一\r\n二", "text-html": stored})
    assert untouched.is_valid()
    assert untouched.cleaned_data["text"] == stored
    changed = LessonForm({"text": "标题\r\n一\r\n三", "text-html": stored})
    assert changed.is_valid()
    assert changed.cleaned_data["text"] == "<p>标题<br>一<br>三</p>"
    forged = LessonForm({"text": "好", "text-html": "<p>好<script>x</script><img src=x onerror=x></p>"})
    assert forged.is_valid()
    assert forged.cleaned_data["text"] == "<p>好</p>"


def test_the_widget_offers_plain_text_and_keeps_the_html_beside_it() -> None:
    html = str(LessonForm(initial={"text": "<h2>标题</h2><p>一 &lt; 二</p>"})["text"])
    assert ">\n标题\n一 &lt; 二</textarea>" in html
    assert 'value="&lt;h2&gt;标题&lt;/h2&gt;&lt;p&gt;一 &amp;lt; 二&lt;/p&gt;"' in html
    assert " required" not in html.partition("<textarea")[2].partition(">")[0]
    assert "style=" not in html
    assert "onclick" not in html


def test_a_field_knows_whether_it_was_changed() -> None:
    assert not RichTextField().has_changed("一\n二", "<p>一<br>二</p>")
    assert RichTextField().has_changed("一", "<p>一<b>二</b></p>")
