from __future__ import annotations

from django import forms
from django.http import HttpRequest

from lms.common.rich_text_field import RichTextField

LESSON = (
    "<h2>怎样记好一次党小组会</h2>"
    "<p>一份好的记录，三个月后别人也看得懂。<strong>先记结论，再记过程</strong>，原话可以用<em>引用</em>标出来。</p>"
    "<h3>会前</h3>"
    "<ul><li>把议题写在第一行<ul><li>议题不超过三个</li></ul></li><li>记下应到、实到和请假的人</li></ul>"
    "<h3>会后</h3>"
    "<ol><li>当天整理</li><li>请主持人看过再存档</li></ol>"
    "<blockquote><p>会议记录是写给没有到会的人看的。</p></blockquote>"
    "<p>每亩用水约 300 m<sup>3</sup>，二氧化碳写作 CO<sub>2</sub>。参考："
    '<a href="https://example.org/minutes">记录样式</a>。</p>'
)


class LessonForm(forms.Form):
    """Samples: a text that is there, and fields that were sent with mistakes."""

    lesson = RichTextField(label="课程介绍", max_length=4000, help_text="讲什么、给谁听、为什么讲。")
    note = RichTextField(label="给学员的话", required=False)
    short = RichTextField(label="题目说明", max_length=20)
    empty = RichTextField(label="学习要求")


def context(request: HttpRequest) -> dict[str, object]:
    """A lesson to be read, an editor with it, and editors with errors."""
    return {
        "rich_text_form": LessonForm(initial={"lesson": LESSON}, prefix="rt"),
        "rich_text_wrong": LessonForm(
            {
                "rt-wrong-short": "<p>这一段说明写得<strong>太长</strong>了，已经超过了二十个字的限制。</p>",
                "rt-wrong-empty": "",
            },
            prefix="rt-wrong",
        ),
        "rich_text_stored": LESSON,
        "rich_text_old": "从前的纯文字简介：\n第一行。\n\n空行之后是新的一段。",
    }
