"""Who may see, learn and change which course.

A member may see what they can learn: published courses of their organization and of those above it, and
whatever they are enrolled in. People with a role see the courses of their scope, instructors and
administrators change them there.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from courses import queries
from courses.models import Course, Enrolment, Lecture
from courses.queries.authoring import EDITORS
from courses.queries.catalog import VIEWERS
from courses.rules import CourseState, EnrolmentState
from lms.common.errors import NotFound
from lms.members import access as member_access
from lms.members.models import Member


def course_for_view(member: Member, slug: str) -> Course:
    """The course, for somebody who may see it. Raises NotFound otherwise."""
    course = _visible(member).filter(slug=slug).first()
    if course is None:
        raise NotFound("course", _("There is no such course for you."))
    return course


def lecture_for_view(member: Member, lecture_id: int) -> Lecture:
    """The lecture with chapter, course and asset, if its course may be seen. Raises NotFound otherwise."""
    lecture = (
        Lecture.objects.filter(pk=lecture_id, chapter__course__in=_visible(member))
        .select_related("chapter__course__organization", "asset")
        .first()
    )
    if lecture is None:
        raise NotFound("lecture", _("There is no such lecture for you."))
    return lecture


def course_for_edit(member: Member, slug: str) -> Course:
    """The course, for an instructor or administrator of its organization. Raises NotFound otherwise."""
    course = queries.list_managed(member).filter(slug=slug).first()
    if course is None:
        raise NotFound("course", _("There is no such course in your scope."))
    return course


def may_edit(member: Member, course: Course) -> bool:
    """Whether `member` may change `course`."""
    return member_access.holds_role_on(member, course.organization, *EDITORS)


def may_learn(member: Member, course: Course) -> bool:
    """Whether watching counts for `member`: the course is open to them, or they are enrolled in it."""
    return queries.is_open_to(member, course) or is_enrolled(member, course)


def is_enrolled(member: Member, course: Course) -> bool:
    """Whether `member` is enrolled in `course` and has not dropped it. A draft has no enrolments."""
    return Enrolment.objects.filter(_kept(), member=member, course=course).exists()


def learner_for_diagnosis(request: HttpRequest, course: Course, learner_no: str) -> Member:
    """A learner of `course`, for themselves or for those who may read what they did.

    Raises NotFound for somebody outside the scope, and for one who never enrolled.
    """
    learner = member_access.learner_for_view(request, learner_no)
    if not Enrolment.objects.filter(member=learner, course=course).exists():
        raise NotFound("enrolment", _("This learner is not enrolled in this course."))
    return learner


def _kept() -> Q:
    return ~Q(state=EnrolmentState.DROPPED.value)


def _visible(member: Member) -> QuerySet[Course]:
    enrolled = Enrolment.objects.filter(_kept(), member=member, course=OuterRef("pk"))
    taken = ~Q(state=CourseState.DRAFT.value) & Exists(enrolled)
    in_scope = member_access.in_scope(member, "organization__path", *VIEWERS)
    return Course.objects.filter(queries.open_to(member) | taken | in_scope).select_related("category", "organization")
