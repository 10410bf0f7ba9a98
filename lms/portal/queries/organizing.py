"""What an organizer sees of the tree: one line for each organization in scope, sums rolled up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from courses import queries as course_queries
from courses.queries import MemberStudies
from credits import queries as credit_queries
from credits.queries import ScoreRow
from exams import queries as exam_queries
from lms.common.clock import business_date
from lms.members import access, queries
from lms.members.models import Member, Organization


@dataclass(frozen=True)
class OrganizationLine:
    """An organization with the sums of all its members, those of lower organizations included; hours in hundredths."""

    organization: Organization
    indent: int  # levels below the top of the scope
    members: int
    studying: int  # enrolments in progress
    completed: int  # completed courses
    hours: int

    @property
    def tree_class(self) -> str:
        """The class that moves its name in, on the page."""
        return f"tree-level-{min(self.indent, 5)}"

    @property
    def average_hours(self) -> int:
        return (2 * self.hours + self.members) // (2 * self.members) if self.members else 0  # rounded half up


def overview(member: Member, now: datetime) -> list[OrganizationLine]:
    """The organizations `member` may read about, parents first. Five queries, however many there are."""
    organizations = list(access.organizations_readable(member))
    paths = top_paths([organization.path for organization in organizations])
    people = rolled_up(organizations, queries.count_members_by_organization(paths))
    studying, completed = (
        rolled_up(organizations, counts) for counts in course_queries.enrolments_by_organization(paths)
    )
    hours = rolled_up(organizations, credit_queries.hours_by_organization(paths, business_date(now).year))
    return [
        OrganizationLine(
            organization=organization,
            indent=organization.depth - top_depth(organization.path, paths),
            members=people[organization.pk],
            studying=studying[organization.pk],
            completed=completed[organization.pk],
            hours=hours[organization.pk],
        )
        for organization in organizations
    ]


@dataclass(frozen=True)
class MemberLine:
    """One member of an organization (or of one below it), and how far they are this year.

    Hours, target and what is missing are those of the score table: `score`.
    """

    score: ScoreRow
    studying: int  # courses in progress
    completed: int  # courses completed, in all years
    last_at: datetime | None  # when they last watched, enrolled, or sat an exam

    @property
    def is_behind(self) -> bool:
        """Whether hours are still missing to the year's target."""
        return bool(self.score.missing)


def members_of(organization: Organization, now: datetime) -> list[MemberLine]:
    """Everybody in the score table of `organization` for the present year, in its order. Six queries, however many."""
    table = credit_queries.score_table(organization, business_date(now).year, now)
    studies = course_queries.studies_by_member(organization.path)
    papers = exam_queries.last_attempts(organization.path)
    lines = []
    for row in table.rows:
        own = studies.get(row.member_id, MemberStudies())
        instants = [instant for instant in (own.last_at, papers.get(row.member_id)) if instant is not None]
        lines.append(
            MemberLine(
                score=row, studying=own.active, completed=own.completed, last_at=max(instants) if instants else None
            )
        )
    return lines


def rolled_up(organizations: Iterable[Organization], amounts: dict[int, int]) -> Counter[int]:
    """Organization id -> its own amount and those of all organizations below it."""
    sums: Counter[int] = Counter()
    for organization in organizations:
        if amount := amounts.get(organization.pk):
            for ancestor in organization.path.strip("/").split("/"):
                sums[int(ancestor)] += amount
    return sums


def top_paths(paths: Iterable[str]) -> list[str]:
    """The paths that lie below no other of them: ['1/', '1/2/', '3/4/'] -> ['1/', '3/4/']."""
    tops: list[str] = []
    for path in sorted(paths, key=len):
        if not any(path.startswith(top) for top in tops):
            tops.append(path)
    return tops


def top_depth(path: str, tops: list[str]) -> int:
    """The depth of the one of `tops` that `path` lies below."""
    return next(top.count("/") for top in tops if path.startswith(top))
