"""Who may see or change what in this room. Every view begins here."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from courses import access as course_access
from courses.models import Course
from exams.models import Attempt, Exam, ExamItem
from exams.rules import ExamState
from lms.common.errors import NotFound
from lms.common.paths import under_any
from lms.members import access as member_access
from lms.members.models import Member
from lms.members.rules import READERS, Role

# Roles that make exams, and roles that may read who sat them and how.
MAKERS = (Role.INSTRUCTOR, Role.ADMINISTRATOR)
RESULT_READERS = (*READERS, Role.INSTRUCTOR)


def _no_exam() -> NotFound:
    return NotFound("exam", _("There is no such exam."))


def exam_for_view(request: HttpRequest, exam_id: int) -> tuple[Member, Exam]:
    """A published exam of a course that the learner who asks may see. Raises NotFound otherwise."""
    member = member_access.learner_of(request)
    exam = Exam.objects.filter(pk=exam_id, state=ExamState.PUBLISHED).select_related("course__organization").first()
    if exam is None:
        raise _no_exam()
    course_access.course_for_view(member, exam.course.slug)
    return member, exam


def attempt_for_member(request: HttpRequest, attempt_id: UUID) -> tuple[Member, Attempt]:
    """The attempt of the member who asks. Somebody else's is NotFound, whoever asks."""
    member = member_access.member_of(request)
    found = Attempt.objects.filter(pk=attempt_id, member=member).select_related("exam__course").first()
    if found is None:
        raise NotFound("attempt", _("There is no such attempt of yours."))
    return member, found


def maker_of(request: HttpRequest) -> Member:
    """The one who asks, if they make exams anywhere. Raises NotPermitted otherwise."""
    return member_access.require_role(request, *MAKERS)


def course_for_exam(request: HttpRequest, slug: str) -> tuple[Member, Course]:
    """A course whose exam the one who asks may make.

    Whoever may change the course. Raises NotFound otherwise.
    """
    member = member_access.member_of(request)
    return member, course_access.course_for_edit(member, slug)


def exam_for_edit(request: HttpRequest, slug: str) -> tuple[Member, Exam]:
    """The exam of a course, for its makers. Raises NotFound when the course has none yet."""
    member, course = course_for_exam(request, slug)
    exam = Exam.objects.filter(course=course).select_related("course__organization").first()
    if exam is None:
        raise _no_exam()
    return member, exam


def may_make(member: Member, exam: Exam) -> bool:
    """Whether `member` may open the editor of `exam`."""
    return course_access.may_edit(member, exam.course)


def item_for_edit(request: HttpRequest, slug: str, item_id: int) -> tuple[Member, ExamItem]:
    """A place on the paper of a course's exam, for its makers. Raises NotFound otherwise."""
    member, exam = exam_for_edit(request, slug)
    item = (
        ExamItem.objects.filter(pk=item_id, exam=exam)
        .select_related("exam__course__organization", "version__question", "version__answer_key")
        .first()
    )
    if item is None:
        raise NotFound("exam_item", _("This question is no longer on the paper."))
    return member, item


def banks_in_scope(member: Member) -> Q:
    """Condition on QuestionVersion: questions of banks of the organizations where `member` makes exams."""
    return member_access.in_scope(member, "question__bank__organization__path", *MAKERS)


def exam_for_results(request: HttpRequest, exam_id: int) -> tuple[Member, Exam, Q]:
    """An exam, and the condition on Attempt for the learners whose results the one who asks may read.

    Those are the learners in their own scope, whoever made the exam. Raises NotFound for an exam that belongs
    to no course of, above or below that scope.
    """
    member = member_access.member_of(request)
    paths = member_access.scope_paths(member, *RESULT_READERS)
    if not paths:
        member_access.require_role(request, *RESULT_READERS)
    exam = Exam.objects.filter(pk=exam_id).select_related("course__organization").first()
    if exam is None or not any(_related(exam.course.organization.path, path) for path in paths):
        raise _no_exam()
    return member, exam, under_any("member__organization__path", paths)


def _related(course_path: str, scope_path: str) -> bool:
    return course_path.startswith(scope_path) or scope_path.startswith(course_path)
