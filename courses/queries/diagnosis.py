"""Why a course is where it is for somebody: what was counted, what was not, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from courses.models import Course, LectureProgress, PlaySession, WatchBatch, WatchPolicy
from courses.queries import watching
from courses.queries.progress import LectureOverview, course_overview
from courses.rules import intervals
from lms.members.models import Member

Reason = tuple[str, int]  # in words, milliseconds


@dataclass(frozen=True)
class LectureDiagnosis:
    """One lecture: what is needed, covered and missing, and what its sessions brought in; milliseconds."""

    overview: LectureOverview
    needed_ms: int
    missing: intervals.Intervals
    session_count: int
    accepted_ms: int
    reasons: list[Reason]

    @property
    def needed_shown_ms(self) -> int:
        """What is needed in whole seconds, rounded up, as the player shows it."""
        return _whole_seconds(self.needed_ms)

    @property
    def still_ms(self) -> int:
        """What is still to be watched, in whole seconds: shown rounded down, it and what is covered would
        not add up to what is needed."""
        if self.overview.is_completed:
            return 0
        return max(0, self.needed_shown_ms - self.overview.covered_ms // 1000 * 1000)

    @property
    def repeated_ms(self) -> int:
        """Accepted milliseconds that had been watched before."""
        return max(0, self.accepted_ms - self.overview.covered_ms)


def _whole_seconds(milliseconds: int) -> int:
    return -(-milliseconds // 1000) * 1000


@dataclass(frozen=True)
class Diagnosis:
    """All lectures of a course, and the play sessions behind them, newest first (a queryset, to be paged)."""

    lectures: list[LectureDiagnosis]
    sessions: QuerySet[PlaySession]


def diagnosis(member: Member, course: Course, policy: WatchPolicy) -> Diagnosis:
    """What `member` has done in `course`, lecture by lecture; six queries, and one per page of sessions."""
    sessions = PlaySession.objects.filter(member=member, lecture__chapter__course=course)
    counts: Counter[int] = Counter()
    accepted: Counter[int] = Counter()
    rejected: dict[int, Counter[str]] = defaultdict(Counter)
    for lecture_id, accepted_ms, reasons in sessions.values_list("lecture_id", "accepted_ms", "rejected"):
        counts[lecture_id] += 1
        accepted[lecture_id] += accepted_ms
        rejected[lecture_id].update(reasons)
    coverage = dict(
        LectureProgress.objects.filter(member=member, lecture__chapter__course=course).values_list(
            "lecture_id", "coverage"
        )
    )
    lectures = [
        LectureDiagnosis(
            overview=item,
            needed_ms=watching.needed_ms(policy, item.duration_ms),
            missing=intervals.missing([(a, b) for a, b in coverage.get(item.lecture.pk, [])], item.duration_ms),
            session_count=counts[item.lecture.pk],
            accepted_ms=accepted[item.lecture.pk],
            reasons=reasons_in_words(rejected[item.lecture.pk]),
        )
        for item in course_overview(member, course).tally.lectures
    ]
    return Diagnosis(lectures, sessions.select_related("lecture").order_by("-started_at", "-epoch"))


def reasons_in_words(rejected: dict[str, Any]) -> list[Reason]:
    """{"too_fast": 1500} -> [("played faster than ..", 1500)], in the order of the reasons' definition."""
    return [(str(WatchBatch.Reason(key).label), rejected[key]) for key in WatchBatch.Reason.values if rejected.get(key)]
