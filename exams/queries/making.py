"""What instructors and organizers look at: exams being made, the bank, results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from courses import queries as course_queries
from courses.models import Course, Lecture
from exams import rules
from exams.models import Attempt, Exam, ExamItem, QuestionVersion
from exams.rules import AttemptState, ExamState, PublishProblem, QuestionType
from lms.common.paths import under
from lms.common.text_search import every_word
from lms.members.models import Member


def list_managed_courses(member: Member, *, text: str = "", state: str = "") -> QuerySet[Course]:
    """Courses `member` may change, newest first, with their exam, its questions and how many people sat it.

    `text`: words in the title of course or exam; `state`: of the exam (rules.ExamState), or 'none' for a course
    without one. The counts are 0 for a course without an exam.
    """
    questions = ExamItem.objects.filter(exam__course=OuterRef("pk")).order_by().values("exam")
    takers = Attempt.objects.filter(exam__course=OuterRef("pk")).order_by().values("exam")
    found = course_queries.list_managed(member).filter(every_word(text, "title", "exam__title"))
    if state:
        found = found.filter(exam__isnull=True) if state == "none" else found.filter(exam__state=state)
    return found.select_related("exam", "organization").annotate(
        question_count=Coalesce(Subquery(questions.annotate(number=Count("pk")).values("number")), 0),
        taker_count=Coalesce(Subquery(takers.annotate(number=Count("member", distinct=True)).values("number")), 0),
    )


def find_exams(member: Member, text: str) -> QuerySet[Exam]:
    """Exams `member` may change, with every word of `text` in their title or their course's, newest first."""
    courses = course_queries.list_managed(member).order_by().values("pk")
    found = Exam.objects.filter(every_word(text, "title", "course__title"), course__in=courses)
    return found.select_related("course").order_by("-created_at", "-pk")


def paper_with_keys(exam: Exam) -> QuerySet[ExamItem]:
    """The places of an exam's paper in the exam's own order, with question and answer key.

    For its makers only.
    """
    return (
        ExamItem.objects.filter(exam=exam).select_related("version__question", "version__answer_key").order_by("slot")
    )


def total_points(exam: Exam) -> int:
    """The full score of an exam, in hundredths of a point."""
    total: int | None = ExamItem.objects.filter(exam=exam).aggregate(total=Sum("points"))["total"]
    return total or 0


def course_has_lectures(course_id: int) -> bool:
    """Whether there is anything in the course that could be completed."""
    return Lecture.objects.filter(chapter__course_id=course_id).exists()


def publish_obstacles(exam: Exam) -> tuple[PublishProblem, ...]:
    """What stands in the way of publishing an exam (rules.publish_problems)."""
    questions = ExamItem.objects.filter(exam=exam).values_list("version__question_id", flat=True)
    return rules.publish_problems(
        state=ExamState(exam.state),
        question_ids=list(questions),
        requires_completed_lectures=exam.requires_completed_lectures,
        course_has_lectures=course_has_lectures(exam.course_id),
    )


@dataclass(frozen=True)
class BankFilter:
    """What to look for in the banks; empty means everything."""

    text: str = ""
    type: QuestionType | None = None


def list_bank(condition: Q, exam: Exam, wanted: BankFilter) -> QuerySet[QuestionVersion]:
    """The newest version of every question in the banks of `condition` that is not on the paper yet."""
    newest = QuestionVersion.objects.filter(question=OuterRef("question")).order_by("-number").values("pk")[:1]
    on_paper = ExamItem.objects.filter(exam=exam).values("version__question")
    found = (
        QuestionVersion.objects.filter(condition, pk=Subquery(newest))
        .exclude(question__in=on_paper)
        .select_related("question__bank", "answer_key")
    )
    if wanted.text:
        found = found.filter(stem__icontains=wanted.text)
    if wanted.type is not None:
        found = found.filter(question__type=wanted.type)
    return found.order_by("question__bank__name", "question_id")


def list_results(exam: Exam, condition: Q, *, text: str = "", state: str = "") -> QuerySet[Attempt, Any]:
    """One row per member (those of `condition` on Attempt): attempts, best score, whether one has passed.

    `text`: words in name or learner number; `state`: 'passed', 'running' or 'failed', as result_state names them.
    """
    rows = (
        Attempt.objects.filter(condition, exam=exam)
        .values(
            "member_id",
            "member__learner_no",
            "member__full_name",
            "member__organization__short_name",
            "member__organization__path",
        )
        .filter(every_word(text, "member__full_name", "member__learner_no"))
        .annotate(
            attempts=Count("pk"),
            best=Max("score"),
            full=Max("max_score"),
            passes=Count("pk", filter=Q(passed=True)),
            running=Count("pk", filter=Q(state=AttemptState.IN_PROGRESS)),
            last=Max("submitted_at"),
        )
        .order_by("member__organization__path", "member__learner_no")
    )
    found = {
        "passed": Q(passes__gt=0),
        "running": Q(passes=0, running__gt=0),
        "failed": Q(passes=0, running=0),
    }.get(state)
    return rows if found is None else rows.filter(found)


def result_state(row: dict[str, Any]) -> str:
    """How a row of list_results stands: 'passed', 'running' (an attempt is going on), else 'failed'."""
    return "passed" if row["passes"] else "running" if row["running"] else "failed"


def last_attempts(path: str) -> dict[int, datetime]:
    """Member id -> when they last began or handed in a paper, for the members at `path` and below; one query."""
    rows = (
        Attempt.objects.filter(under("member__organization__path", path))
        .order_by()
        .values_list("member_id")
        .annotate(began=Max("started_at"), handed_in=Max("submitted_at"))
    )
    return {member_id: max(began, handed_in or began) for member_id, began, handed_in in rows}


def results_summary(exam: Exam, condition: Q) -> dict[str, int]:
    """How many people (those of `condition` on Attempt) sat the exam, and how many of them have passed."""
    return Attempt.objects.filter(condition, exam=exam).aggregate(
        takers=Count("member", distinct=True),
        passed=Count("member", distinct=True, filter=Q(passed=True)),
    )
