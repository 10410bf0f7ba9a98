"""The operator's view: for looking. Answer keys are not shown here."""

from __future__ import annotations

from django.contrib import admin

from exams.models import Attempt, Exam, QuestionBank, ScoreRun
from lms.common.read_only_admin import ReadOnlyAdmin


@admin.register(QuestionBank)
class QuestionBankAdmin(ReadOnlyAdmin):
    list_display = ("name", "organization", "created_at")
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(Exam)
class ExamAdmin(ReadOnlyAdmin):
    list_display = ("title", "course", "state", "published_at")
    list_select_related = ("course",)
    list_filter = ("state",)
    search_fields = ("title",)


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = (
        "member",
        "exam",
        "number",
        "state",
        "started_at",
        "submitted_at",
        "submit_kind",
        "passed",
    )
    list_select_related = ("member", "exam")
    list_filter = ("state", "passed")
    search_fields = ("member__learner_no",)


@admin.register(ScoreRun)
class ScoreRunAdmin(ReadOnlyAdmin):
    list_display = ("attempt", "number", "policy", "score", "max_score", "passed", "scored_at")
