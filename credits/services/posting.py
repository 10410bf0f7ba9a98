"""Posting facts to the ledger, and taking an entry back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from credits import queries, rules
from credits.models import Account, Balance, CapBucket, Decision, LearningEvent, LedgerEntry, RuleVersion
from credits.queries import Fact
from credits.rules import CapUse, EntryKind, Reason, Unit, Verdict
from lms.common.clock import business_date
from lms.common.errors import Conflict, DomainError
from lms.members import services as member_services
from lms.members.models import Member

NOTE_LENGTH = 200


def lock_account(member_id: int, unit: Unit) -> Account:
    """The member's account, held until the transaction ends: postings to one member happen one after the
    other.

    A row that is not there yet is put there first, because what does not exist cannot be locked.
    """
    locked = Account.objects.select_for_update().filter(member_id=member_id, unit=unit)
    account = locked.first()
    if account is None:
        fresh = Account(member_id=member_id, unit=unit, head_hash=rules.CHAIN_START)
        Account.objects.bulk_create([fresh], ignore_conflicts=True)
        account = locked.get()
    return account


@transaction.atomic
def post(*, fact: Fact, now: datetime) -> LearningEvent:
    """Record `fact`, let every rule in force decide about it, and book what they grant.

    Told again it changes nothing and returns the event of the first time. Raises Conflict when the same
    happening is told with other content: one of the two is wrong, and nobody should guess which.
    """
    account = lock_account(fact.member.pk, Unit.HOURS)
    event = LearningEvent.objects.filter(type=fact.type, occurrence=fact.occurrence).first()
    if event is not None:
        _require_same(event, fact)
        return event
    event = _record(fact, now)
    for version in queries.rules_for(event):
        _decide(account, event, version, now)
    return event


def _require_same(event: LearningEvent, fact: Fact) -> None:
    recorded = (event.member_id, event.source_type, event.source_id, event.occurred_at, event.facts)
    if recorded != (fact.member.pk, fact.source_type, fact.source_id, fact.occurred_at, fact.facts):
        raise Conflict(
            "fact_differs",
            _("This learning record has been posted before with other content."),
            type=event.type,
            occurrence=event.occurrence,
        )


def _record(fact: Fact, now: datetime) -> LearningEvent:
    organization = fact.member.organization
    event = LearningEvent(
        type=fact.type.value,
        member=fact.member,
        occurrence=fact.occurrence,
        source_type=fact.source_type.value,
        source_id=fact.source_id,
        course_id=fact.course_id,
        title=fact.title,
        occurred_at=fact.occurred_at,
        facts=fact.facts,
        organization=organization,
        organization_path=organization.path if organization else "",
        recorded_at=now,
    )
    event.sha256 = rules.fingerprint(event.content())
    event.save(force_insert=True)
    return event


def _decide(account: Account, event: LearningEvent, version: RuleVersion, now: datetime) -> Decision:
    spec = rules.read_earning(version.spec)
    day = business_date(event.occurred_at)
    key = rules.idempotency_key(
        rule_code=version.code,
        source_type=event.source_type,
        source_id=event.source_id,
        member_id=event.member_id,
    )
    asked = spec.asked(event.facts)
    if asked and LedgerEntry.objects.filter(idempotency_key=key).exists():
        verdict = Verdict(asked, 0, Reason.DUPLICATE, [])
    else:
        keys = [(cap, rules.window_key(cap.window, day)) for cap in spec.caps]
        used = _used(event.member_id, version.unit, [(cap.group, window) for cap, window in keys])
        verdict = rules.decide(asked, [CapUse(cap, window, used.get((cap.group, window), 0)) for cap, window in keys])
    decision = Decision(
        event=event,
        rule_code=version.code,
        rule_version=version,
        asked=verdict.asked,
        granted=verdict.granted,
        reason=verdict.reason.value,
        cap_trace=verdict.trace,
        decided_at=now,
    )
    decision.sha256 = rules.fingerprint(decision.content())
    decision.save(force_insert=True)
    if decision.granted:
        _use_caps(decision, event.member_id, version.unit, decision.granted)
        _append(
            account,
            LedgerEntry(
                member_id=event.member_id,
                unit=version.unit,
                year=day.year,
                amount=decision.granted,
                kind=EntryKind.EARN.value,
                source_type=event.source_type,
                source_id=event.source_id,
                decision=decision,
                idempotency_key=key,
                biz_date=day,
                posted_at=now,
            ),
        )
    return decision


def _used(member_id: int, unit: str, wanted: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    if not wanted:
        return {}
    buckets = CapBucket.objects.filter(member_id=member_id, unit=unit, window__in=[window for _group, window in wanted])
    return {(bucket.group, bucket.window): bucket.used for bucket in buckets}


def _use_caps(decision: Decision, member_id: int, unit: str, amount: int) -> None:
    for trace in decision.cap_trace:
        name = {"member_id": member_id, "unit": unit, "group": trace["group"], "window": trace["window"]}
        if not CapBucket.objects.filter(**name).update(used=F("used") + amount):
            CapBucket.objects.create(**name, used=amount)


def _append(account: Account, entry: LedgerEntry) -> LedgerEntry:
    """Add `entry` to the end of the account's chain and to the year's balance. The caller holds the account's
    lock.
    """
    entry.mseq = account.mseq + 1
    entry.prev_hash = account.head_hash
    entry.request_hash = rules.fingerprint(entry.request())
    entry.hash = rules.fingerprint(entry.content())
    entry.save(force_insert=True)
    account.mseq, account.head_hash = entry.mseq, entry.hash
    account.save(update_fields=["mseq", "head_hash"])
    balance = Balance.objects.filter(member_id=entry.member_id, unit=entry.unit, year=entry.year)
    if not balance.update(total=F("total") + entry.amount, n=F("n") + 1, head_hash=entry.hash):
        Balance.objects.create(
            member_id=entry.member_id,
            unit=entry.unit,
            year=entry.year,
            total=entry.amount,
            n=1,
            head_hash=entry.hash,
        )
    return entry


@transaction.atomic
def reverse_entry(*, actor: Member, entry: LedgerEntry, reason: str, now: datetime) -> LedgerEntry:
    """Take an entry back whole, by a new one that counts for the same year; the reason is shown to the
    member.

    On the day of earning the limits of that day are free again by as much. Whether `actor` may do it is
    decided by access.entry_for_reversal. Raises DomainError without a reason or for an entry that is a
    reversal itself, Conflict when the entry was taken back already.
    """
    reason = reason.strip()
    if not reason or len(reason) > NOTE_LENGTH:
        raise DomainError("reversal_reason", _("Give a reason of at most %(n)d characters.") % {"n": NOTE_LENGTH})
    account = lock_account(entry.member_id, Unit(entry.unit))
    original = LedgerEntry.objects.select_related("decision").get(pk=entry.pk)
    if original.decision is None:
        raise DomainError("reversal_of_reversal", _("A correction cannot be taken back; what was earned must be."))
    if LedgerEntry.objects.filter(reverses=original).exists():
        raise Conflict("reversed_already", _("This entry has been taken back already."))
    today = business_date(now)
    reversal = _append(
        account,
        LedgerEntry(
            member_id=original.member_id,
            unit=original.unit,
            year=original.year,
            amount=-original.amount,
            kind=EntryKind.REVERSE.value,
            source_type=original.source_type,
            source_id=original.source_id,
            reverses=original,
            note=reason,
            actor=actor,
            idempotency_key=f"reverse|{original.pk}",
            biz_date=today,
            posted_at=now,
        ),
    )
    if rules.gives_back(original.biz_date, today):
        _use_caps(original.decision, original.member_id, original.unit, -original.amount)
    member_services.record_audit(
        actor=actor,
        act="credits.reverse",
        object_type="ledger_entry",
        object_id=original.pk,
        now=now,
        reason=reason,
    )
    return reversal
