"""What instructors need to know of the courses they look after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from courses.models import Course, Enrolment, Lecture
from courses.queries.progress import lectures_in_order
from courses.rules import EnrolmentState
from courses.rules.publishing import Draft, Fault, publishing_faults
from lms.common.text_search import every_word
from lms.members import access as member_access
from lms.members.models import Member
from lms.members.rules import Role
from media_pipeline import queries as media_queries
from media_pipeline.models import MediaAsset

# Roles that make courses in their scope.
EDITORS = (Role.INSTRUCTOR, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class CourseCounts:
    """How many lectures a course has, how many members are in it and how many have completed it."""

    lectures: int = 0
    enrolled: int = 0
    completed: int = 0


@dataclass(frozen=True)
class Readiness:
    """Whether a course can be published, and every reason why not, in words; with the reasons' codes."""

    allowed: bool
    reasons: list[str]
    codes: list[str]


def list_managed(member: Member, *, own_only: bool = False) -> QuerySet[Course]:
    """Courses `member` may edit, newest first; with `own_only` those they teach."""
    courses = Course.objects.filter(member_access.in_scope(member, "organization__path", *EDITORS))
    if own_only:
        courses = courses.filter(instructor=member)
    return courses.select_related("category", "organization", "instructor").order_by("-created_at", "-pk")


def list_managed_with_counts(
    member: Member, *, own_only: bool = False, text: str = "", state: str = ""
) -> QuerySet[Course]:
    """Courses `member` may edit with `lecture_count`, `enrolled_count` and `completed_count`, as counts_of_courses
    has them, so that a list can be sorted by them.

    `text`: words in the title or in the names of those who teach; `state`: one of Course.State, '' for all.
    """
    enrolments = Enrolment.objects.filter(course=OuterRef("pk")).exclude(state=EnrolmentState.DROPPED.value)
    completed = enrolments.filter(state=EnrolmentState.COMPLETED.value)
    lectures = Lecture.objects.filter(chapter__course=OuterRef("pk")).annotate(course=F("chapter__course"))
    courses = list_managed(member, own_only=own_only).filter(
        every_word(text, "title", "instructor__full_name", "lecturer_name")
    )
    if state:
        courses = courses.filter(state=state)
    return courses.annotate(
        lecture_count=_number(lectures), enrolled_count=_number(enrolments), completed_count=_number(completed)
    )


def _number(rows: QuerySet[Any]) -> Coalesce:
    """How many of `rows` belong to a course; 0 for none."""
    return Coalesce(Subquery(rows.order_by().values("course").annotate(number=Count("pk")).values("number")), 0)


def counts_of_courses(courses: Iterable[Course]) -> dict[int, CourseCounts]:
    """Course id -> counts, for every course given; two queries."""
    ids = [course.pk for course in courses]
    lectures = dict(
        Lecture.objects.filter(chapter__course__in=ids)
        .order_by()
        .values_list("chapter__course")
        .annotate(number=Count("pk"))
    )
    members = {
        course_id: (enrolled, completed)
        for course_id, enrolled, completed in Enrolment.objects.filter(course__in=ids)
        .exclude(state=EnrolmentState.DROPPED.value)
        .order_by()
        .values_list("course")
        .annotate(enrolled=Count("pk"), completed=Count("pk", filter=Q(state=EnrolmentState.COMPLETED.value)))
    }
    return {key: CourseCounts(lectures.get(key, 0), *members.get(key, (0, 0))) for key in ids}


def readiness(course: Course) -> Readiness:
    """Whether `course` can be published now, and why not; one query."""
    lectures = lectures_in_order().filter(chapter__course=course)
    faults = publishing_faults([Draft(lecture.title, lecture.is_playable) for lecture in lectures])
    return Readiness(
        allowed=not faults,
        reasons=[_fault_in_words(fault, title) for fault, title in faults],
        codes=[fault.value for fault, _title in faults],
    )


def _fault_in_words(fault: Fault, title: str) -> str:
    if fault is Fault.NO_LECTURE:
        return _("The course has no lecture yet.")
    return _("The film of the lecture “%(title)s” cannot be played yet.") % {"title": title}


def list_assets_in_scope(member: Member) -> QuerySet[MediaAsset]:
    """Films `member` may put into a course: ready ones and those still being processed, newest first."""
    usable = Q(published_version__gt=0) | Q(state__in=["uploaded", "processing", "ready"])
    return media_queries.list_assets(member, editable=True).filter(usable).prefetch_related(None)
