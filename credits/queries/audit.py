"""The audit: everything the ledger promises about itself, computed again from the rows.

A finding is a promise that does not hold. Fingerprints are checked against the rows as they are now, so that
a change made past the triggers (by somebody who can switch them off) is found as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from django.utils.translation import gettext as _

from credits import rules
from credits.models import Decision, LearningEvent, LedgerEntry, RuleVersion
from credits.queries import caches
from credits.queries.caches import Rows
from credits.rules import CapUse, EntryKind, Reason, Trigger, Unit
from lms.common.clock import business_date

PAGE = 200  # members looked at together


@dataclass(frozen=True)
class Finding:
    """One promise that does not hold: `code` for programs, `words` for people, `row` where it was found."""

    code: str
    row: str
    words: str


def list_findings(unit: Unit = Unit.HOURS) -> Iterator[Finding]:
    """All findings, rule versions first, then member by member. Reads all rows once, in pages of members."""
    yield from _rule_findings()
    members = iter(caches.list_members_of_ledger(unit))
    while page := list(islice(members, PAGE)):
        yield from _page_findings(page, unit)


def _rule_findings() -> Iterator[Finding]:
    for version in RuleVersion.objects.all():
        row = f"rule {version.code} v{version.seq}"
        if version.spec_sha256 != rules.fingerprint(version.spec):
            yield Finding("spec_changed", row, _("the rule's specification is not the one that was published"))
        else:
            try:
                rules.check_spec(Trigger(version.trigger), version.spec)
            except rules.SpecError as error:
                yield Finding("spec_unreadable", row, str(error))


def _page_findings(page: list[int], unit: Unit) -> Iterator[Finding]:
    held = caches.cached_rows(page, unit)
    for event in LearningEvent.objects.filter(member_id__in=page):
        if event.sha256 != rules.fingerprint(event.content()):
            yield Finding("event_changed", f"event {event.pk}", _("the recorded fact has been changed"))
    decisions = Decision.objects.filter(event__member_id__in=page).select_related("event", "rule_version", "entry")
    for decision in decisions.order_by("event__member_id", "id"):
        yield from _decision_findings(decision)
    seen: set[int] = set()
    for member_id, group in groupby(caches.list_entries(page, unit), key=lambda entry: entry.member_id):
        entries = list(group)
        seen.add(member_id)
        yield from _chain_findings(entries)
        yield from _cap_findings(entries)
        yield from _cache_findings(member_id, held.get(member_id, {}), caches.right_rows(entries))
    for member_id in set(page) - seen:
        yield from _cache_findings(member_id, held.get(member_id, {}), {})


def _decision_findings(decision: Decision) -> Iterator[Finding]:
    row = f"decision {decision.pk}"
    event, version = decision.event, decision.rule_version
    if decision.sha256 != rules.fingerprint(decision.content()):
        yield Finding("decision_changed", row, _("the decision, or what it rests on, has been changed"))
    ended = version.valid_to is not None and version.valid_to <= event.occurred_at
    if event.occurred_at < version.valid_from or ended or version.code != decision.rule_code:
        yield Finding("rule_not_valid", row, _("the rule version was not in force when this happened"))
    if (decision.granted > 0) != hasattr(decision, "entry"):
        yield Finding("entry_missing", row, _("what was granted and what was booked do not agree"))
    try:
        expected = _again(decision, rules.read_earning(version.spec))
    except rules.SpecError:
        return  # reported with the rule
    if expected != (decision.asked, decision.granted, decision.reason):
        yield Finding("decision_wrong", row, _("the rule gives another result for this fact"))


def _again(decision: Decision, spec: rules.EarningSpec) -> tuple[int, int, str]:
    """What the rule's version says to the fact, with the limits as they were used up when it was decided."""
    asked = spec.asked(decision.event.facts)
    if decision.reason == Reason.DUPLICATE:
        return asked, 0, Reason.DUPLICATE.value
    day = business_date(decision.event.occurred_at)
    used = {(use["group"], use["window"]): int(use["used"]) for use in decision.cap_trace}
    uses = [
        CapUse(cap, key, used.get((cap.group, key), 0))
        for cap, key in ((cap, rules.window_key(cap.window, day)) for cap in spec.caps)
    ]
    verdict = rules.decide(asked, uses)
    return verdict.asked, verdict.granted, verdict.reason.value


def _chain_findings(entries: list[LedgerEntry]) -> Iterator[Finding]:
    previous = rules.CHAIN_START
    for number, entry in enumerate(entries, start=1):
        row = f"entry {entry.pk}"
        if entry.mseq != number:
            yield Finding("chain_gap", row, _("entry number %(n)d of the member's chain is missing") % {"n": number})
            return
        if entry.prev_hash != previous:
            yield Finding("chain_broken", row, _("the entry does not continue the one before"))
        if entry.request_hash != rules.fingerprint(entry.request()):
            yield Finding("request_changed", row, _("the entry is not what was asked for under its key"))
        if entry.hash != rules.fingerprint(entry.content()):
            yield Finding("entry_changed", row, _("the entry has been changed"))
        yield from _reversal_findings(entry) if entry.kind == EntryKind.REVERSE else _earning_findings(entry)
        previous = entry.hash


def _earning_findings(entry: LedgerEntry) -> Iterator[Finding]:
    decision = entry.decision
    if decision is None:
        yield Finding("origin_missing", f"entry {entry.pk}", _("the entry rests on no decision"))
        return
    event = decision.event
    day = business_date(event.occurred_at)
    key = rules.idempotency_key(
        rule_code=decision.rule_code,
        source_type=event.source_type,
        source_id=event.source_id,
        member_id=event.member_id,
    )
    booked: tuple[Any, ...] = (
        entry.member_id,
        entry.amount,
        entry.idempotency_key,
        entry.biz_date,
        entry.year,
    )
    if booked != (event.member_id, decision.granted, key, day, day.year):
        yield Finding("entry_wrong", f"entry {entry.pk}", _("the entry does not say what its decision granted"))


def _reversal_findings(entry: LedgerEntry) -> Iterator[Finding]:
    original = entry.reverses
    if original is None or original.kind != EntryKind.EARN:
        yield Finding("reversal_wrong", f"entry {entry.pk}", _("the correction takes back nothing that was earned"))
        return
    taken = (entry.member_id, entry.unit, entry.year, entry.amount, entry.source_type, entry.source_id)
    earned = (
        original.member_id,
        original.unit,
        original.year,
        -original.amount,
        original.source_type,
        original.source_id,
    )
    if taken != earned or entry.mseq <= original.mseq:
        yield Finding("reversal_wrong", f"entry {entry.pk}", _("the correction is not the exact opposite of its entry"))


def _cap_findings(entries: list[LedgerEntry]) -> Iterator[Finding]:
    """Every limit, followed along the chain: what each decision saw as used, and that no limit was passed."""
    used: dict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        for use in entry.decision.cap_trace if entry.decision else []:
            before = used[use["group"], use["window"]]
            if before != use["used"] or before + entry.amount > use["limit"]:
                words = _("the limit of %(limit)d hundredths in %(window)s does not hold") % {
                    "limit": use["limit"],
                    "window": use["window"],
                }
                yield Finding("cap_broken", f"entry {entry.pk}", words)
        for bucket in caches.cap_uses(entry):
            used[bucket] += entry.amount


def _cache_findings(member_id: int, held: Rows, right: Rows) -> Iterator[Finding]:
    for name in sorted(held.keys() | right.keys()):
        if held.get(name) != right.get(name):
            words = _("%(name)s says %(held)s, the entries say %(right)s") % {
                "name": name,
                "held": _numbers(held.get(name)),
                "right": _numbers(right.get(name)),
            }
            yield Finding("cache_wrong", f"member {member_id}", words)


def _numbers(row: tuple[int | str, ...] | None) -> str:
    return " ".join(str(part)[:12] for part in row) if row else _("nothing")
