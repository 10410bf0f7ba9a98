"""What the rooms below say happened, as facts the ledger can record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from courses.models import LectureProgress
from credits.models import LearningEvent
from credits.rules import EventType, SourceType
from exams.models import Attempt, ScoreRun
from lms.members.models import Member

PAGE = 500


@dataclass(frozen=True)
class Fact:
    """One thing that happened, told once; the fields are those of LearningEvent."""

    type: EventType
    member: Member
    occurrence: str
    source_type: SourceType
    source_id: str
    course_id: int
    title: str
    occurred_at: datetime
    facts: dict[str, Any]


def lecture_fact(progress_id: int) -> Fact:
    """The fact that a lecture was completed. Raises LectureProgress.DoesNotExist."""
    progress = LectureProgress.objects.select_related("member__organization", "lecture__chapter").get(pk=progress_id)
    assert progress.completed_at is not None, "an unfinished lecture is no fact"
    return Fact(
        type=EventType.LECTURE_COMPLETED,
        member=progress.member,
        occurrence=str(progress.pk),
        source_type=SourceType.LECTURE,
        source_id=str(progress.lecture_id),
        course_id=progress.lecture.chapter.course_id,
        title=progress.lecture.title,
        occurred_at=progress.completed_at,
        facts={"duration_ms": progress.duration_ms},
    )


def exam_fact(attempt_id: UUID) -> Fact:
    """The fact that an exam was passed with one attempt, at the moment of handing in. Raises
    Attempt.DoesNotExist.
    """
    attempt = Attempt.objects.select_related("member__organization", "exam").get(pk=attempt_id)
    assert attempt.passed, "an attempt that was not passed is no fact"
    assert attempt.submitted_at is not None
    return Fact(
        type=EventType.EXAM_PASSED,
        member=attempt.member,
        occurrence=str(attempt.pk),
        source_type=SourceType.EXAM,
        source_id=str(attempt.exam_id),
        course_id=attempt.exam.course_id,
        title=attempt.exam.title,
        occurred_at=attempt.submitted_at,
        facts={"attempt": attempt.number},
    )


def graded_at(attempt_id: UUID) -> datetime | None:
    """When the attempt was graded first; None when no grading is on record."""
    runs = ScoreRun.objects.filter(attempt=attempt_id).order_by("number")
    return runs.values_list("scored_at", flat=True).first()


def list_unposted_progress() -> Iterator[int]:
    """Ids of completed lectures the ledger has not heard of."""
    rows = LectureProgress.objects.filter(completed_at__isnull=False).order_by("pk")
    return _unposted(rows, EventType.LECTURE_COMPLETED)


def list_unposted_attempts() -> Iterator[UUID]:
    """Ids of passed attempts the ledger has not heard of."""
    rows = Attempt.objects.filter(passed=True, submitted_at__isnull=False).order_by("pk")
    return _unposted(rows, EventType.EXAM_PASSED)


def _unposted(rows: Any, event_type: EventType) -> Iterator[Any]:
    """Page by page, because ids of two kinds cannot be compared in portable SQL."""
    last = None
    while page := list((rows if last is None else rows.filter(pk__gt=last)).values_list("pk", flat=True)[:PAGE]):
        names = [str(key) for key in page]
        told = LearningEvent.objects.filter(type=event_type, occurrence__in=names)
        known = set(told.values_list("occurrence", flat=True))
        yield from (key for key in page if str(key) not in known)
        last = page[-1]
