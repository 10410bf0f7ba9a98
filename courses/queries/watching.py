"""What watching a lecture means for one member: the policy in force, the progress so far."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from courses.models import Lecture, LectureProgress, WatchPolicy
from courses.rules import watching
from lms.members.models import Member, Organization


def policy_in_force(organization: Organization | None, now: datetime) -> WatchPolicy | None:
    """The newest policy valid at `now` of the nearest organization that has one; None if there is none."""
    ids = [int(part) for part in organization.path.strip("/").split("/")] if organization else []
    found = WatchPolicy.objects.filter(Q(organization__in=ids) | Q(organization__isnull=True), valid_from__lte=now)
    nearness: dict[int | None, int] = {key: depth for depth, key in enumerate(ids, start=1)}
    return max(
        found,
        key=lambda policy: (nearness.get(policy.organization_id, 0), policy.valid_from, policy.pk),
        default=None,
    )


def needed_ms(policy: WatchPolicy, duration_ms: int) -> int:
    """How much of a film of `duration_ms` must be covered under `policy`, in milliseconds."""
    return watching.needed_ms(
        duration_ms=duration_ms, completion_permille=policy.completion_permille, tail_ms=policy.tail_ms
    )


def progress_of(member: Member, lecture: Lecture) -> LectureProgress | None:
    """What `member` has watched of `lecture`; None before the first time."""
    return LectureProgress.objects.filter(member=member, lecture=lecture).first()
