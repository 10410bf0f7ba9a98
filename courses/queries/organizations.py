"""What an organizer needs to know of enrolments."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q

from courses.models import Enrolment
from courses.rules import EnrolmentState
from lms.common.paths import under_any


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
