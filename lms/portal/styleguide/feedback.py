"""Messages, dialogs, short confirmations, waiting."""

from __future__ import annotations

from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, object]:
    """A list of reasons for a notice."""
    return {"sample_reasons": ["第 3 讲还差 4 分 20 秒", "测试还没有通过（54 分，及格线 60）"]}
