"""How far a member is: in one course, and in all of theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from courses.models import Chapter, Course, Enrolment, Lecture, LectureProgress
from courses.rules import EnrolmentState, LectureState
from courses.rules.states import lecture_state
from lms.members.models import Member


@dataclass(frozen=True)
class LectureOverview:
    """One lecture as one member sees it; lengths in milliseconds."""

    lecture: Lecture
    state: LectureState
    duration_ms: int
    covered_ms: int = 0
    position_ms: int = 0
    completed_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def is_completed(self) -> bool:
        return self.state is LectureState.COMPLETED

    @property
    def counted_ms(self) -> int:
        """What this lecture adds to the progress of its course: all of it, once completed."""
        return self.duration_ms if self.is_completed else min(self.covered_ms, self.duration_ms)


@dataclass(frozen=True)
class Tally:
    """The sum over the lectures of one course."""

    lectures: list[LectureOverview]

    @property
    def lecture_count(self) -> int:
        return len(self.lectures)

    @property
    def completed_count(self) -> int:
        return sum(item.is_completed for item in self.lectures)

    @property
    def owed(self) -> list[LectureOverview]:
        """The lectures that still have to be completed."""
        return [item for item in self.lectures if not item.is_completed]

    @property
    def duration_ms(self) -> int:
        return sum(item.duration_ms for item in self.lectures)

    @property
    def counted_ms(self) -> int:
        return sum(item.counted_ms for item in self.lectures)

    @property
    def permille(self) -> int:
        """0 to 1000; 1000 only when every lecture is completed."""
        if not self.owed:
            return 1000 if self.lectures else 0
        return min(999, self.counted_ms * 1000 // self.duration_ms) if self.duration_ms else 0

    @property
    def next_lecture(self) -> Lecture | None:
        """Where to go on: the unfinished lecture watched last, else the first unfinished playable one."""
        playable = [item for item in self.owed if item.state is not LectureState.NOT_READY]
        started = [item for item in playable if item.updated_at and item.covered_ms]
        if started:
            return max(started, key=lambda item: (item.updated_at, -item.lecture.pk)).lecture
        return playable[0].lecture if playable else None


@dataclass(frozen=True)
class ChapterOverview:
    chapter: Chapter
    lectures: list[LectureOverview]


@dataclass(frozen=True)
class CourseOverview:
    """One course as one member sees it. `enrolment` is None for somebody who has not enrolled."""

    course: Course
    enrolment: Enrolment | None
    chapters: list[ChapterOverview]
    tally: Tally = field(repr=False)


@dataclass(frozen=True)
class EnrolmentProgress:
    """One enrolment with its progress."""

    enrolment: Enrolment
    tally: Tally = field(repr=False)

    @property
    def course(self) -> Course:
        return self.enrolment.course

    @property
    def next_lecture(self) -> Lecture | None:
        return self.tally.next_lecture


def course_overview(member: Member, course: Course) -> CourseOverview:
    """Chapters and lectures in order, with the member's progress; four queries, whatever the size."""
    tally = _tallies(member, [course.pk])[course.pk]
    by_chapter: dict[int, list[LectureOverview]] = defaultdict(list)
    for item in tally.lectures:
        by_chapter[item.lecture.chapter_id].append(item)
    chapters = Chapter.objects.filter(course=course).order_by("position")
    return CourseOverview(
        course=course,
        enrolment=Enrolment.objects.filter(member=member, course=course).first(),
        chapters=[ChapterOverview(chapter, by_chapter[chapter.pk]) for chapter in chapters],
        tally=tally,
    )


def list_enrolments(member: Member) -> list[EnrolmentProgress]:
    """The member's enrolments but dropped ones, newest first, with progress; three queries in all."""
    enrolments = list(
        Enrolment.objects.filter(member=member)
        .exclude(state=EnrolmentState.DROPPED.value)
        .select_related("course__category")
        .order_by("-enrolled_at", "-pk")
    )
    tallies = _tallies(member, [enrolment.course_id for enrolment in enrolments])
    return [EnrolmentProgress(enrolment, tallies[enrolment.course_id]) for enrolment in enrolments]


def list_owed(member: Member) -> list[EnrolmentProgress]:
    """What the member still owes: enrolments in progress, required courses first."""
    active = [row for row in list_enrolments(member) if row.enrolment.state == EnrolmentState.ACTIVE]
    return sorted(active, key=lambda row: not row.course.is_required)


def _tallies(member: Member, course_ids: Iterable[int]) -> dict[int, Tally]:
    """Course id -> tally, for every id given; two queries."""
    ids = list(course_ids)
    lectures = lectures_in_order().filter(chapter__course__in=ids)
    progress = {
        row.lecture_id: row for row in LectureProgress.objects.filter(member=member, lecture__chapter__course__in=ids)
    }
    tallies: dict[int, Tally] = {key: Tally([]) for key in ids}
    for lecture in lectures:
        tallies[lecture.chapter.course_id].lectures.append(_overview(lecture, progress.get(lecture.pk)))
    return tallies


def permilles(member: Member, course_ids: Iterable[int]) -> dict[int, int]:
    """Course id -> how far `member` is, 0 to 1000, for every id given; two queries, none without ids."""
    return {key: tally.permille for key, tally in _tallies(member, course_ids).items()}


def lectures_in_order() -> QuerySet[Lecture]:
    """Lectures with chapter and asset, in the order of their course."""
    return Lecture.objects.select_related("chapter", "asset").order_by(
        "chapter__course", "chapter__position", "position"
    )


def _overview(lecture: Lecture, progress: LectureProgress | None) -> LectureOverview:
    duration = lecture.asset.duration_ms or 0
    if progress is None:
        state = lecture_state(playable=lecture.is_playable, covered_ms=0, completed=False)
        return LectureOverview(lecture, state, duration)
    return LectureOverview(
        lecture=lecture,
        state=lecture_state(
            playable=lecture.is_playable,
            covered_ms=progress.covered_ms,
            completed=progress.completed_at is not None,
        ),
        duration_ms=duration,
        covered_ms=progress.covered_ms,
        position_ms=progress.position_ms,
        completed_at=progress.completed_at,
        updated_at=progress.updated_at,
    )
