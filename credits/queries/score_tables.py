"""Score tables: what the members of a part of the tree have earned in a year, as known at an instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, Sum

from credits import rules
from credits.models import LedgerEntry
from credits.queries.policies import TablePolicies, table_policies
from credits.rules import SourceType, Unit
from lms.common.paths import under
from lms.members.models import Member, Organization


@dataclass(frozen=True)
class ScoreRow:
    """One member's line; amounts in hundredths of an hour. `met` is None where nothing is owed."""

    position: int
    member_id: int
    learner_no: str
    full_name: str
    kind: str
    organization: str
    total: int
    lectures: int
    exams: int
    target: int | None
    rank: int | None

    @property
    def kind_label(self) -> str:
        return str(Member.Kind(self.kind).label)

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.total >= self.target

    @property
    def missing(self) -> int | None:
        """Hundredths still missing to the target, 0 when it is met; None where nothing is owed."""
        return None if self.target is None else max(0, self.target - self.total)


@dataclass(frozen=True)
class ScoreTable:
    """One row per active member below `organization`, zero scorers included, and the sums of all rows.

    `as_of`: entries posted until then count. People stand where they belong now, and count when they had
    joined by then. `ranked`: rows are in the order of totals and carry shared ranks; otherwise in the order
    of the tree and of learner numbers.
    """

    organization: Organization
    year: int
    as_of: datetime
    ranked: bool
    rows: tuple[ScoreRow, ...]
    total: int
    lectures: int
    exams: int
    owing: int  # how many of the rows owe hours
    met: int  # and how many of those have them


def score_table(organization: Organization, year: int, as_of: datetime) -> ScoreTable:
    """The score table of `organization` and all below it. Three queries, however many rows there are."""
    policies = table_policies(year, as_of)
    ranked = policies.individuals_ranked(organization.path)
    rows = _rows(organization, year, as_of, policies)
    if ranked:
        rows.sort(key=lambda row: -row.total)  # stable: equal totals keep the order of the tree
        ranks: list[int | None] = [*rules.shared_ranks([row.total for row in rows])]
    else:
        ranks = [None] * len(rows)
    placed = tuple(
        replace(row, position=position, rank=rank)
        for position, (row, rank) in enumerate(zip(rows, ranks, strict=True), start=1)
    )
    empty = ScoreTable(organization, year, as_of, ranked, rows=(), total=0, lectures=0, exams=0, owing=0, met=0)
    return with_rows(empty, placed)


def with_rows(table: ScoreTable, rows: Iterable[ScoreRow]) -> ScoreTable:
    """`table` with these rows and their sums: an excerpt of it, when they are some of its own."""
    placed = tuple(rows)
    return replace(
        table,
        rows=placed,
        total=sum(row.total for row in placed),
        lectures=sum(row.lectures for row in placed),
        exams=sum(row.exams for row in placed),
        owing=sum(row.target is not None for row in placed),
        met=sum(row.met is True for row in placed),
    )


def _rows(organization: Organization, year: int, as_of: datetime, policies: TablePolicies) -> list[ScoreRow]:
    joined = Q(joined_at__isnull=True) | Q(joined_at__lte=as_of)
    roster = Member.objects.filter(joined, under("organization__path", organization.path), is_active=True)
    people = roster.values_list("id", "learner_no", "full_name", "kind", "organization__name", "organization__path")
    sums = _sums(organization, year, as_of)
    targets: dict[tuple[str, str], int | None] = {}
    rows = []
    for member_id, learner_no, full_name, kind, name, path in sorted(people.order_by(), key=_place):
        if (path, kind) not in targets:
            targets[path, kind] = policies.target(path, kind)
        lectures, exams = sums[member_id, SourceType.LECTURE], sums[member_id, SourceType.EXAM]
        rows.append(
            ScoreRow(
                position=0,
                member_id=member_id,
                learner_no=learner_no,
                full_name=full_name,
                kind=kind,
                organization=name,
                total=lectures + exams,
                lectures=lectures,
                exams=exams,
                target=targets[path, kind],
                rank=None,
            )
        )
    return rows


def _place(person: tuple[int, str, str, str, str, str]) -> tuple[list[int], str]:
    """Where a member stands: by the tree, parents first, then by learner number; alike on every database."""
    return [int(part) for part in person[5].strip("/").split("/")], person[1]


def _sums(organization: Organization, year: int, as_of: datetime) -> dict[tuple[int, str], int]:
    entries = LedgerEntry.objects.filter(
        under("member__organization__path", organization.path),
        unit=Unit.HOURS,
        year=year,
        posted_at__lte=as_of,
    )
    grouped = entries.order_by().values_list("member_id", "source_type").annotate(amount=Sum("amount"))
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for member_id, source_type, amount in grouped:
        sums[member_id, source_type] += int(amount)
    return sums
