from django.contrib import admin

from courses.models import (
    Category,
    Chapter,
    Course,
    Enrolment,
    Lecture,
    LectureProgress,
    PlaySession,
    WatchBatch,
    WatchPolicy,
)
from lms.common.read_only_admin import ReadOnlyAdmin


@admin.register(Category)
class CategoryAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "position")


@admin.register(Course)
class CourseAdmin(ReadOnlyAdmin):
    list_display = ("slug", "title", "organization", "instructor", "state", "published_at")
    list_select_related = ("organization", "instructor")
    search_fields = ("slug", "title")


@admin.register(Chapter)
class ChapterAdmin(ReadOnlyAdmin):
    list_display = ("title", "course", "position")
    list_select_related = ("course",)


@admin.register(Lecture)
class LectureAdmin(ReadOnlyAdmin):
    list_display = ("title", "chapter", "position", "asset")
    list_select_related = ("chapter", "asset")


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ("member", "course", "state", "enrolled_at", "completed_at")
    list_select_related = ("member", "course")


@admin.register(WatchPolicy)
class WatchPolicyAdmin(ReadOnlyAdmin):
    list_display = ("organization", "valid_from", "completion_permille", "max_rate_permille")
    list_select_related = ("organization",)


@admin.register(PlaySession)
class PlaySessionAdmin(ReadOnlyAdmin):
    list_display = ("member", "lecture", "started_at", "accepted_ms", "rejected_ms", "superseded_at")
    list_select_related = ("member", "lecture")


@admin.register(WatchBatch)
class WatchBatchAdmin(ReadOnlyAdmin):
    list_display = ("session", "seq", "received_at", "accepted_ms", "rejected_ms")
    list_select_related = ("session",)


@admin.register(LectureProgress)
class LectureProgressAdmin(ReadOnlyAdmin):
    list_display = ("member", "lecture", "covered_ms", "duration_ms", "completed_at")
    list_select_related = ("member", "lecture")
