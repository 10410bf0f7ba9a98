"""Sums of one member."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, Sum

from courses.models import Course
from credits.models import Balance, LedgerEntry
from credits.rules import Unit
from lms.common.paths import under_any
from lms.members.models import Member


def balance(member: Member, year: int) -> int:
    """Hundredths of an hour that count for `member` in the learning year; 0 when nothing was posted."""
    row = Balance.objects.filter(member=member, unit=Unit.HOURS, year=year).values_list("total", flat=True).first()
    return row or 0


def list_years(member: Member) -> list[int]:
    """The years in which anything was posted to `member`, newest first."""
    years = Balance.objects.filter(member=member, unit=Unit.HOURS).order_by("-year")
    return list(years.values_list("year", flat=True))


def course_hours(member: Member, course: Course) -> int:
    """Hundredths of an hour that `member` earned with `course`, lectures and exam, in all years; reversals
    taken off.
    """
    of_course = Q(decision__event__course=course) | Q(reverses__decision__event__course=course)
    entries = LedgerEntry.objects.filter(of_course, member=member, unit=Unit.HOURS)
    return int(entries.aggregate(total=Sum("amount"))["total"] or 0)


def hours_by_organization(paths: Collection[str], year: int) -> dict[int, int]:
    """Organization id -> hundredths its own active members have in `year`, for organizations below any of
    `paths`.

    People count where they belong now, as in the score table.
    """
    balances = Balance.objects.filter(
        under_any("member__organization__path", list(paths)),
        member__is_active=True,
        unit=Unit.HOURS,
        year=year,
    )
    sums = balances.order_by().values_list("member__organization_id").annotate(amount=Sum("total"))
    return {organization_id: int(amount) for organization_id, amount in sums}
