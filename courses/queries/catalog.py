"""Which courses there are for somebody."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet, Sum

from courses.models import Category, Course, Enrolment, Lecture
from courses.rules import CourseState
from courses.rules.publishing import COVERS
from lms.common.text_search import every_word
from lms.members import access as member_access
from lms.members.models import Member
from lms.members.rules import Role

# Roles that see the courses of their scope beside those that are open to themselves.
VIEWERS = (Role.INSTRUCTOR, Role.ORGANIZER, Role.ADMINISTRATOR, Role.AUDITOR)


def ancestor_ids(member: Member) -> list[int]:
    """The ids of the member's organization and of all above it, root first; empty without an organization."""
    return [int(part) for part in member.organization.path.strip("/").split("/")] if member.organization else []


def open_to(member: Member) -> Q:
    """Condition on courses that `member` may learn: published by their own organization or one above it."""
    return Q(state=CourseState.PUBLISHED.value, organization__in=ancestor_ids(member))


def is_open_to(member: Member, course: Course) -> bool:
    """Whether `member` may enrol in `course` now."""
    return course.state == CourseState.PUBLISHED and course.organization_id in ancestor_ids(member)


def catalog(
    member: Member, *, text: str = "", category: Category | None = None, required_only: bool = False
) -> QuerySet[Course]:
    """Published courses open to `member` or lying in the scope of their roles; the required first, then the newest.

    Each word of `text` is looked for in title, summary and lecturer's name. Each course carries `lecture_count` and
    `duration_ms` (None when it holds no film).
    """
    courses = Course.objects.filter(_listed(member), every_word(text, "title", "summary", "lecturer_name"))
    if category:
        courses = courses.filter(category=category)
    if required_only:
        courses = courses.filter(is_required=True)
    return (
        courses.select_related("category", "organization")
        .annotate(
            lecture_count=Count("chapters__lectures"),
            duration_ms=Sum("chapters__lectures__asset__duration_ms"),
        )
        .order_by("-is_required", "-published_at", "-pk")
    )


def _listed(member: Member) -> Q:
    in_scope = member_access.in_scope(member, "organization__path", *VIEWERS)
    return open_to(member) | (Q(state=CourseState.PUBLISHED.value) & in_scope)


def find_lectures(member: Member, text: str) -> QuerySet[Lecture]:
    """Lectures with every word of `text` in their title, of the courses that `catalog` shows to `member`."""
    courses = Course.objects.filter(_listed(member)).values("pk")
    found = Lecture.objects.filter(every_word(text, "title"), chapter__course__in=courses)
    return found.select_related("chapter__course").order_by("chapter__course__title", "chapter__position", "position")


def list_categories() -> QuerySet[Category]:
    """The shelves of the catalog in their order."""
    return Category.objects.order_by("position", "code")


def list_covers() -> list[str]:
    """Static files an instructor may choose a cover from."""
    return list(COVERS)


def states_of_enrolments(member: Member, courses: Iterable[Course]) -> dict[int, str]:
    """Course id -> state of the member's enrolment, for those of `courses` they are in; one query."""
    ids = [course.pk for course in courses]
    return dict(Enrolment.objects.filter(member=member, course__in=ids).values_list("course_id", "state"))
