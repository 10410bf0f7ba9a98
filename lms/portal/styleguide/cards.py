"""Cards, numbers, people, badges."""

from __future__ import annotations

from django.http import HttpRequest

STATES = (
    ("", "草稿"), ("published", "已发布"), ("in_progress", "学习中"), ("pending", "待审核"), ("completed", "已完成"),
    ("failed", "处理失败"), ("required", "必修"), ("elective", "选修"), ("processing", "正在转码"),
)  # fmt: skip


def context(request: HttpRequest) -> dict[str, object]:
    """Badges, meta lines and facts for the cards."""
    return {
        "badge_states": STATES,
        "card_badges_new": [("required", "必修")],
        "card_badges_running": [("elective", "选修"), ("in_progress", "学习中")],
        "card_badges_done": [("required", "必修"), ("completed", "已完成")],
        "card_meta": [("person", "王老师"), ("play-circle", "12 讲"), ("clock", "6 小时 20 分")],
        "sample_facts": [
            ("证书编号", "YL-2026-000318"),
            ("学员", "李𬱖"),
            ("课程", "乡村振兴中的党支部：产业、人才、文化、生态与组织五个方面的实践与思考"),
            ("发证日期", "2026-03-11"),
        ],
        "sample_events": [
            {
                "title": "学完第 3 讲，记 0.5 学时", "when": "2026-03-02 19:40", "machine": "2026-03-02T19:40",
                "state": "done",
            },
            {
                "title": "考试未通过", "when": "2026-03-04 20:11", "machine": "2026-03-04T20:11", "state": "failed",
                "text": "得分 54，及格线 60。还可以考两次。",
            },
            {"title": "正在复习", "when": "2026-03-08 起", "url": "#cards"},
            {"title": "颁发证书", "text": "通过考试之后自动颁发。", "state": "waiting"},
        ],
    }  # fmt: skip
