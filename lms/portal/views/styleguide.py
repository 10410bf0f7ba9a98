"""All components on one page, for who builds pages (with LMS_STYLEGUIDE only)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lms.portal.styleguide import (
    buttons,
    cards,
    charts,
    feedback,
    forms,
    foundations,
    navigation,
    pickers,
    printing,
    rich_text,
    tables,
)


@dataclass(frozen=True)
class Section:
    """One part of the page: its examples are in templates/styleguide/sections/<name>.html."""

    name: str
    title: str
    context: Callable[[HttpRequest], dict[str, object]]

    @property
    def template(self) -> str:
        return f"styleguide/sections/{self.name}.html"


SECTIONS = (
    Section("foundations", "基础：颜色、文字、间距、动效", foundations.context),
    Section("buttons", "按钮", buttons.context),
    Section("forms", "表单", forms.context),
    Section("pickers", "选择器：组织、人员、日期、时段", pickers.context),
    Section("rich_text", "图文编辑", rich_text.context),
    Section("tables", "表格", tables.context),
    Section("cards", "卡片与标记", cards.context),
    Section("navigation", "导航：标签页、步骤、路径", navigation.context),
    Section("feedback", "反馈：消息、对话框、进度", feedback.context),
    Section("charts", "图表", charts.context),
    Section("printing", "打印", printing.context),
)


@login_not_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component with its states, its markup and what a screen reader says."""
    context: dict[str, object] = {"sections": SECTIONS}
    for section in SECTIONS:
        context |= section.context(request)
    return render(request, "styleguide/index.html", context)
