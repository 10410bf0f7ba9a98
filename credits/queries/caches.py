"""What the rows that repeat the ledger hold, and what they must hold according to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet

from credits import rules
from credits.models import Account, Balance, CapBucket, Decision, LearningEvent, LedgerEntry
from credits.rules import EntryKind, Unit

# The name of a cached row ('account', 'balance 2026', 'cap online D2026-07-01') and its numbers.
Rows = dict[str, tuple[int | str, ...]]


def list_members_of_ledger(unit: Unit) -> list[int]:
    """Ids of all members of whom the ledger or one of its caches says anything."""
    found = set(LearningEvent.objects.values_list("member_id", flat=True).order_by().distinct())
    tables: tuple[QuerySet[Any], ...] = (
        LedgerEntry.objects.all(),
        Account.objects.filter(mseq__gt=0),
        Balance.objects.all(),
        CapBucket.objects.all(),
    )
    for table in tables:
        found |= set(table.filter(unit=unit).values_list("member_id", flat=True).order_by().distinct())
    return sorted(found)


def list_entries(member_ids: Collection[int], unit: Unit) -> QuerySet[LedgerEntry]:
    """The entries of some members, chain by chain, with all they rest on."""
    entries = LedgerEntry.objects.filter(member_id__in=member_ids, unit=unit)
    return entries.select_related(
        "decision__event",
        "decision__rule_version",
        "reverses__decision__event",
        "reverses__decision__rule_version",
    ).order_by("member_id", "mseq")


def cap_uses(entry: LedgerEntry) -> list[tuple[str, str]]:
    """The buckets that `entry` fills, or empties when it is a reversal: (group, window)."""
    earning: Decision | None = entry.decision
    if entry.kind == EntryKind.REVERSE:
        original = entry.reverses
        if original is None or not rules.gives_back(original.biz_date, entry.biz_date):
            return []
        earning = original.decision
    return [(use["group"], use["window"]) for use in earning.cap_trace] if earning else []


def right_rows(entries: Iterable[LedgerEntry]) -> Rows:
    """What the cached rows of one member must hold, from that member's entries in the order of the chain."""
    rows: Rows = {}
    totals: dict[int, int] = defaultdict(int)
    counts: dict[int, int] = defaultdict(int)
    used: dict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        totals[entry.year] += entry.amount
        counts[entry.year] += 1
        rows[f"balance {entry.year}"] = (totals[entry.year], counts[entry.year], entry.hash)
        rows["account"] = (entry.mseq, entry.hash)
        for group, window in cap_uses(entry):
            used[group, window] += entry.amount
            rows[f"cap {group} {window}"] = (used[group, window],)
    return rows


def cached_rows(member_ids: Collection[int], unit: Unit) -> dict[int, Rows]:
    """What the cached rows of some members do hold. Three queries."""
    mine = {"member_id__in": list(member_ids), "unit": unit}
    found: dict[int, Rows] = defaultdict(dict)
    for account in Account.objects.filter(**mine, mseq__gt=0):
        found[account.member_id]["account"] = (account.mseq, account.head_hash)
    for balance in Balance.objects.filter(**mine):
        found[balance.member_id][f"balance {balance.year}"] = (balance.total, balance.n, balance.head_hash)
    for bucket in CapBucket.objects.filter(**mine):
        found[bucket.member_id][f"cap {bucket.group} {bucket.window}"] = (bucket.used,)
    return found
