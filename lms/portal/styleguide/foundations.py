"""Colours with their contrast, type, spaces, shadows, motion, icons."""

from __future__ import annotations

import json
from pathlib import Path

from django.http import HttpRequest

from lms.portal.styleguide import palette

ICONS = Path(__file__).parents[2] / "vendoring/icons.json"

# Group, what it is for, and (colour, what it is seen with).
GROUPS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "红：框架，以及每页最要紧的一个动作",
        "brand 是填充；-text 是文字；-mark 是边线和图形；-soft 垫在文字下面。",
        (
            ("brand", "on-brand"), ("brand-strong", "on-brand"), ("brand-deep", "on-brand"), ("brand-text", "surface"),
            ("brand-text-strong", "brand-soft"), ("brand-mark", "surface"), ("brand-soft", "ink"),
            ("brand-tint", "ink"),
        ),
    ),
    (
        "金：标记与红底上的唯一按钮",
        "金色填充上的文字是深褐色，从不用白字。",
        (
            ("gold", "on-gold"), ("gold-strong", "on-gold"), ("gold-text", "gold-soft"), ("gold-mark", "surface"),
            ("gold-soft", "ink"),
        ),
    ),
    (
        "纸与墨：底色、文字、线",
        "偏暖的中性色。line-strong 是控件的边，line 只是分隔。",
        (
            ("heading", "surface"), ("ink", "surface"), ("ink-mid", "surface"), ("ink-soft", "ground-deep"),
            ("line-strong", "surface"), ("ground", "ink"), ("ground-deep", "ink"), ("surface", "ink"),
            ("surface-raised", "ink"),
        ),
    ),
    (
        "状态：完成、说明、出错",
        "总与图标或文字一起出现。主色是红，所以出错偏橙。",
        (
            ("good", "on-state"), ("good-text", "good-soft"), ("good-mark", "surface"), ("info", "on-state"),
            ("info-text", "info-soft"), ("info-mark", "surface"), ("bad", "on-state"), ("bad-text", "bad-soft"),
            ("bad-mark", "surface"), ("focus", "ground"),
        ),
    ),
    (
        "图表：六个系列，按此顺序取用",
        "明暗也不同，不靠颜色单独区分。",
        tuple((f"series-{number}", "surface") for number in range(1, 7)),
    ),
)  # fmt: skip

TYPE = (
    ("text-display", "封面标语、成绩"),
    ("text-figure", "统计数字"),
    ("text-h1", "页面标题，每页一个"),
    ("text-h2", "分节标题"),
    ("text-h3", "卡片组、对话框标题"),
    ("text-lead", "导语"),
    ("text-body", "正文、控件"),
    ("text-note", "补充说明、表头、列表信息"),
    ("text-small", "标签、时间；最小，不再更小"),
)
SPACES = tuple(f"space-{number}" for number in range(1, 8))


def context(request: HttpRequest) -> dict[str, object]:
    """The colours with their measured contrast, the scales and the names of all icons."""
    day, night = palette.colours()
    groups = [
        {
            "title": title,
            "note": note,
            "swatches": [
                {
                    "name": name,
                    "other": other,
                    "day": day[name],
                    "night": night[name],
                    "day_contrast": palette.contrast(day[name], day[other]),
                    "night_contrast": palette.contrast(night[name], night[other]),
                }
                for name, other in swatches
            ],
        }
        for title, note, swatches in GROUPS
    ]
    return {
        "colour_groups": groups,
        "type_scale": TYPE,
        "space_scale": SPACES,
        "icon_names": json.loads(ICONS.read_text(encoding="utf-8")),
    }
