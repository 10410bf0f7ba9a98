"""Who sat which exam, and who may start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from courses.models import Course, Enrolment
from exams import rules
from exams.models import AnswerEvent, Attempt, Exam
from exams.rules import AttemptState, Eligibility, ExamState
from lms.members.models import Member


def exam_of_course(course: Course) -> Exam | None:
    """The published exam of a course; None when it has none."""
    return Exam.objects.filter(course=course, state=ExamState.PUBLISHED).first()


def attempts_of(member: Member, exam: Exam) -> QuerySet[Attempt]:
    """A member's attempts at an exam, the first one first."""
    return Attempt.objects.filter(member=member, exam=exam).order_by("number")


def open_attempt(member: Member, exam: Exam) -> Attempt | None:
    """The member's attempt that nobody has handed in yet, whether or not its time is up."""
    return attempts_of(member, exam).filter(state=AttemptState.IN_PROGRESS).first()


def best_attempt(member: Member, exam: Exam) -> Attempt | None:
    """The scored attempt that counts: the highest score, among equals the earliest."""
    return (
        Attempt.objects.filter(member=member, exam=exam, state=AttemptState.SCORED)
        .order_by(F("score").desc(), "number")
        .first()
    )


def has_passed(member: Member, exam: Exam) -> bool:
    """Whether any of the member's attempts has passed."""
    return Attempt.objects.filter(member=member, exam=exam, passed=True).exists()


def list_running(member: Member, now: datetime) -> list[Attempt]:
    """Papers the member has begun and can still hand in, with their exams; the first to end comes first."""
    attempts = Attempt.objects.filter(member=member, state=AttemptState.IN_PROGRESS, hard_deadline_at__gt=now)
    return list(attempts.select_related("exam").order_by("deadline_at"))


def eligibility(member: Member, exam: Exam) -> Eligibility:
    """Whether the member may start a new attempt now, and if not, why (rules.start_eligibility)."""
    return _eligibility(member, exam, list(attempts_of(member, exam)))


def _eligibility(member: Member, exam: Exam, attempts: list[Attempt]) -> Eligibility:
    enrolment = (
        Enrolment.objects.filter(member=member, course_id=exam.course_id).exclude(state=Enrolment.State.DROPPED).first()
    )
    return rules.start_eligibility(
        published=exam.state == ExamState.PUBLISHED,
        enrolled=enrolment is not None,
        requires_completed_lectures=exam.requires_completed_lectures,
        lectures_completed=enrolment is not None and enrolment.completed_at is not None,
        attempt_open=any(attempt.state == AttemptState.IN_PROGRESS for attempt in attempts),
        attempts_used=len(attempts),
        attempts_allowed=exam.attempts_allowed,
    )


def list_exams_to_pass(member: Member) -> list[Exam]:
    """Exams the member can sit now and has not passed yet, with their courses, required courses first; one query."""
    enrolments = Enrolment.objects.filter(member=member, course=OuterRef("course")).exclude(
        state=Enrolment.State.DROPPED
    )
    attempts = Attempt.objects.filter(member=member, exam=OuterRef("pk"))
    used = attempts.order_by().values("exam").annotate(number=Count("pk")).values("number")
    can_sit = Q(used__lt=F("attempts_allowed")) | Q(Exists(attempts.filter(state=AttemptState.IN_PROGRESS)))
    lectures_done = Q(requires_completed_lectures=False) | Q(Exists(enrolments.filter(completed_at__isnull=False)))
    return list(
        Exam.objects.filter(Exists(enrolments), ~Exists(attempts.filter(passed=True)), state=ExamState.PUBLISHED)
        .annotate(used=Coalesce(Subquery(used), 0))
        .filter(can_sit, lectures_done)
        .select_related("course")
        .order_by("-course__is_required", "published_at", "pk")
    )


@dataclass(frozen=True)
class Standing:
    """Where a member stands with an exam."""

    attempts: list[Attempt]
    open: Attempt | None
    best: Attempt | None
    attempts_left: int
    eligibility: Eligibility

    @property
    def passed(self) -> bool:
        return any(attempt.passed for attempt in self.attempts)


def standing(member: Member, exam: Exam) -> Standing:
    """Attempts so far, the best of them, and whether another may start. Two queries."""
    attempts = list(attempts_of(member, exam))
    scored = [attempt for attempt in attempts if attempt.state == AttemptState.SCORED]
    return Standing(
        attempts=attempts,
        open=next((one for one in attempts if one.state == AttemptState.IN_PROGRESS), None),
        best=max(scored, key=lambda one: (one.score or 0, -one.number), default=None),
        attempts_left=max(0, exam.attempts_allowed - len(attempts)),
        eligibility=_eligibility(member, exam, attempts),
    )


def current_answers(attempt_id: UUID, up_to: int | None = None) -> dict[int, list[str]]:
    """The chosen option keys by slot after the answer event `up_to` (None: after the last one).

    The latest event of a slot counts; an answer taken back is an empty list.
    """
    events = AnswerEvent.objects.filter(attempt_id=attempt_id).order_by("seq")
    if up_to is not None:
        events = events.filter(seq__lte=up_to)
    return dict(events.values_list("slot", "chosen"))


def due_attempt_ids(now: datetime, most: int) -> list[UUID]:
    """Open attempts past their hard deadline, the longest overdue first."""
    due = Attempt.objects.filter(state=AttemptState.IN_PROGRESS, hard_deadline_at__lt=now)
    return list(due.order_by("hard_deadline_at").values_list("id", flat=True)[:most])


def times(attempt: Attempt, now: datetime) -> dict[str, int | str]:
    """The server's clock and the attempt's deadline in milliseconds since 1970, for the page's countdown."""
    return {
        "state": attempt.state,
        "server_now_ms": _milliseconds(now),
        "deadline_ms": _milliseconds(attempt.deadline_at),
    }


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
