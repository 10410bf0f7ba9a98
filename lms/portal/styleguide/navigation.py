"""Tabs, steps, trail, folds."""

from __future__ import annotations

from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, object]:
    """Tabs with counts, the steps of two processes, a trail."""
    return {
        "sample_tabs": [
            {"label": "全部", "url": "#navigation", "count": 34},
            {"label": "进行中", "url": "#navigation", "current": True, "count": 3},
            {"label": "已完成", "url": "#navigation", "count": 31},
        ],
        "sample_steps": [
            {"label": "学完全部讲座", "state": "done", "note": "12 讲"},
            {"label": "参加考试", "state": "current", "note": "还可以考 2 次", "url": "#navigation"},
            {"label": "颁发证书", "state": "waiting"},
        ],
        "failed_steps": [
            {"label": "上传", "state": "done"},
            {"label": "转码", "state": "failed", "note": "文件已损坏，请换一个文件"},
            {"label": "可以播放", "state": "waiting"},
        ],
        "sample_trail": [("课程", "#navigation"), ("党章学习十讲", "#navigation")],
    }
