"""What an organizer needs to know of enrolments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from courses.models import Enrolment, LectureProgress
from courses.rules import EnrolmentState
from lms.common.paths import under, under_any


def enrolments_by_organization(paths: Iterable[str]) -> tuple[dict[int, int], dict[int, int]]:
    """Organization id -> enrolments in progress, and organization id -> completed courses, below any of `paths`.

    Counts belong to the organization itself, not to those below it; one query.
    """
    members = under_any("member__organization__path", list(paths)) & Q(member__is_active=True)
    rows = (
        Enrolment.objects.filter(members)
        .order_by()
        .values_list("member__organization_id")
        .annotate(
            active=Count("pk", filter=Q(state=EnrolmentState.ACTIVE)),
            completed=Count("pk", filter=Q(state=EnrolmentState.COMPLETED)),
        )
    )
    counts = [(key, active, completed) for key, active, completed in rows if key is not None]
    return {key: active for key, active, _ in counts}, {key: completed for key, _, completed in counts}


@dataclass(frozen=True)
class MemberStudies:
    """One member's courses: how many are in progress, how many completed, and when something was last done there."""

    active: int = 0
    completed: int = 0
    last_at: datetime | None = None


def studies_by_member(path: str) -> dict[int, MemberStudies]:
    """Member id -> their courses, for the members of the organization at `path` and below who have any; two queries."""
    members = under("member__organization__path", path)
    watched = dict(
        LectureProgress.objects.filter(members).order_by().values_list("member_id").annotate(last=Max("updated_at"))
    )
    rows = (
        Enrolment.objects.filter(members)
        .order_by()
        .values_list("member_id")
        .annotate(
            active=Count("pk", filter=Q(state=EnrolmentState.ACTIVE)),
            completed=Count("pk", filter=Q(state=EnrolmentState.COMPLETED)),
            last=Max("enrolled_at"),
        )
    )
    enrolled = {key: (active, completed, last) for key, active, completed, last in rows}
    nothing = (0, 0, None)
    found = {}
    for key in watched.keys() | enrolled.keys():
        active, completed, last = enrolled.get(key, nothing)
        found[key] = MemberStudies(active, completed, max(filter(None, (last, watched.get(key)))))
    return found
