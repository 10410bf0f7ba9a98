"""Which rule versions count where and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from credits import rules
from credits.models import LearningEvent, RuleVersion
from credits.rules import Trigger, Unit
from lms.common.clock import SHANGHAI
from lms.members.models import Member, Organization


def _in_force(triggers: Iterable[str], at: datetime) -> list[RuleVersion]:
    ended = Q(valid_to__isnull=False, valid_to__lte=at)
    versions = RuleVersion.objects.filter(trigger__in=list(triggers), valid_from__lte=at).exclude(ended)
    return list(versions.filter(unit=Unit.HOURS).select_related("organization").order_by("code", "seq"))


def _nearest(versions: Iterable[RuleVersion], path: str) -> list[RuleVersion]:
    by_id = {version.pk: version for version in versions}
    candidates = [
        rules.Candidate(
            code=version.code,
            path=version.organization.path if version.organization else "",
            seq=version.seq,
            id=version.pk,
        )
        for version in by_id.values()
    ]
    return [by_id[chosen.id] for _code, chosen in sorted(rules.nearest_of_each(candidates, path).items())]


def rules_for(event: LearningEvent) -> list[RuleVersion]:
    """The rule versions that decide about `event`: one per rule, valid when it happened, in the order of
    their codes.
    """
    return _nearest(_in_force([event.type], event.occurred_at), event.organization_path)


@dataclass(frozen=True)
class TablePolicies:
    """What tables of one year are read by, loaded once for all rows."""

    versions: list[RuleVersion]

    def target(self, path: str, kind: str) -> int | None:
        """Hundredths owed a year by a member of `kind` in the organization at `path`; None: nothing."""
        chosen = _nearest((row for row in self.versions if row.trigger == Trigger.YEAR_TARGET), path)
        return next((hours for row in chosen if (hours := rules.read_targets(row.spec).get(kind))), None)

    def individuals_ranked(self, path: str) -> bool:
        """Whether tables of the organization at `path` show the ranks of persons; off unless decided
        otherwise.
        """
        chosen = _nearest((row for row in self.versions if row.trigger == Trigger.RANKING), path)
        return any(rules.read_ranking(row.spec) for row in chosen)


def table_policies(year: int, at: datetime) -> TablePolicies:
    """The policies for a table of `year` as it stands `at`: those in force then, at the latest at the year's
    end.
    """
    end = datetime(year + 1, 1, 1, tzinfo=SHANGHAI) if year < 9999 else at
    return TablePolicies(_in_force([Trigger.YEAR_TARGET, Trigger.RANKING], min(at, end)))


def year_target(member: Member, year: int, at: datetime) -> int | None:
    """Hundredths of an hour `member` owes in `year`; None when nothing is owed."""
    if member.organization is None:
        return None
    return table_policies(year, at).target(member.organization.path, member.kind)


def individuals_ranked(organization: Organization, at: datetime) -> bool:
    """Whether tables of `organization` show the ranks of persons (rules of 2026 restrict it)."""
    return TablePolicies(_in_force([Trigger.RANKING], at)).individuals_ranked(organization.path)
