"""The ledger of learning hours. Writes: credits.services; amounts are hundredths of an hour.

A chain of evidence: LearningEvent (what happened) -> Decision (what a rule version made of it) -> LedgerEntry
(what counts). The database refuses to change or delete any of them; each carries a fingerprint of itself and
of what it is built on, so that a change made behind the database's back is found (credits.queries.audit).
Account, Balance and CapBucket only repeat what those say, for speed, and can be rebuilt.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from credits.rules import EntryKind, EventType, Reason, SourceType, Trigger, Unit
from lms.members.models import Member, Organization


class UnitChoice(models.TextChoices):
    HOURS = Unit.HOURS.value, _("learning hours")


class LearningEvent(models.Model):
    """One row is one fact: a member completed a lecture or passed an exam. Append-only.

    `occurrence` names the very happening (the progress row, the attempt): told again, it is the same row.
    `source_type` and `source_id` name what pays once (the lecture, the exam). `facts` is all that a rule may
    look at; `title` is how the source was called then. The organization is the member's at that moment,
    whatever becomes of either.
    """

    class Type(models.TextChoices):
        LECTURE_COMPLETED = EventType.LECTURE_COMPLETED.value, _("Lecture completed")
        EXAM_PASSED = EventType.EXAM_PASSED.value, _("Exam passed")

    class Source(models.TextChoices):
        LECTURE = SourceType.LECTURE.value, _("Lecture")
        EXAM = SourceType.EXAM.value, _("Exam")

    type = models.CharField(max_length=24, choices=Type.choices)
    member = models.ForeignKey(Member, models.PROTECT, related_name="learning_events")
    occurrence = models.CharField(max_length=40)
    source_type = models.CharField(max_length=16, choices=Source.choices)
    source_id = models.CharField(max_length=40)
    course = models.ForeignKey(Course, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    occurred_at = models.DateTimeField()
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    organization_path = models.CharField(max_length=255, blank=True)
    recorded_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["type", "occurrence"], name="event_recorded_once")]
        indexes = [models.Index(fields=["member", "occurred_at"], name="events_of_member")]

    def __str__(self) -> str:
        return f"{self.type} {self.occurrence}"

    def content(self) -> dict[str, Any]:
        """What `sha256` vouches for."""
        return {
            "type": self.type,
            "member": self.member_id,
            "occurrence": self.occurrence,
            "source": [self.source_type, self.source_id],
            "course": self.course_id,
            "title": self.title,
            "occurred_at": self.occurred_at,
            "facts": self.facts,
            "organization": [self.organization_id, self.organization_path],
            "recorded_at": self.recorded_at,
        }


class RuleVersion(models.Model):
    """One row is one version of one rule, for an organization and all below it (null: everywhere).
    Append-only.

    What counts for a fact is, for every `code`, the version valid at the instant of the fact on the nearest
    organization, and there the newest (`seq`). A change is a new row that begins later: rules never work
    backwards. `spec` says what the rule gives (credits.rules), `basis` on which regulation it rests.
    """

    class Trigger(models.TextChoices):
        LECTURE_COMPLETED = Trigger.LECTURE_COMPLETED.value, _("Lecture completed")
        EXAM_PASSED = Trigger.EXAM_PASSED.value, _("Exam passed")
        YEAR_TARGET = Trigger.YEAR_TARGET.value, _("Hours owed a year")
        RANKING = Trigger.RANKING.value, _("Ranking of persons")

    code = models.SlugField(max_length=40)
    seq = models.PositiveIntegerField()
    unit = models.CharField(max_length=8, choices=UnitChoice.choices)
    trigger = models.CharField(max_length=24, choices=Trigger.choices)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    spec: models.JSONField[Any, Any] = models.JSONField()
    spec_sha256 = models.CharField(max_length=64)
    basis = models.CharField(max_length=200, blank=True)
    published_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ("code", "seq")
        constraints = [
            models.UniqueConstraint(fields=["code", "seq"], name="rule_version_number"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="rule_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["trigger", "valid_from"], name="rules_in_force")]

    def __str__(self) -> str:
        return f"{self.code} v{self.seq}"


class Decision(models.Model):
    """One row: what one rule made of one fact, also when that was nothing. Append-only.

    `cap_trace` [{"group", "window", "limit", "used"}, ..]: every limit looked at, and how much of it was used
    before.
    """

    class Reason(models.TextChoices):
        OK = Reason.OK.value, _("Counted")
        CAPPED = Reason.CAPPED.value, _("Counted in part")
        CAP_REACHED = Reason.CAP_REACHED.value, _("Limit reached")
        DUPLICATE = Reason.DUPLICATE.value, _("Counted before")
        NOT_ELIGIBLE = Reason.NOT_ELIGIBLE.value, _("Earns nothing")

    event = models.ForeignKey(LearningEvent, models.PROTECT, related_name="decisions")
    rule_code = models.SlugField(max_length=40)
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="decisions")
    asked = models.BigIntegerField()
    granted = models.BigIntegerField()
    reason = models.CharField(max_length=16, choices=Reason.choices)
    cap_trace: models.JSONField[Any, Any] = models.JSONField(default=list)
    decided_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["event", "rule_code"], name="decided_once_per_rule"),
            models.CheckConstraint(
                condition=models.Q(granted__gte=0, granted__lte=models.F("asked")),
                name="granted_within_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_code}: {self.granted} of {self.asked}, {self.reason}"

    def content(self) -> dict[str, Any]:
        """What `sha256` vouches for; reads the event and the rule version."""
        return {
            "event": [self.event_id, self.event.sha256],
            "rule": [self.rule_code, self.rule_version_id, self.rule_version.spec_sha256],
            "asked": self.asked,
            "granted": self.granted,
            "reason": self.reason,
            "cap_trace": self.cap_trace,
            "decided_at": self.decided_at,
        }


class LedgerEntry(models.Model):
    """One row: `amount` hundredths of `unit` were earned by `member`, or taken back, for `year`. Append-only.

    An earning rests on a decision, a reversal on the entry it takes back whole. `year` is the learning year
    in Shanghai that the amount counts for: that of the fact, also for a reversal made later. `biz_date` is
    the date of the fact (earning) or of the correction (reversal), `posted_at` when the ledger learned of it:
    tables "as of" use it. `mseq` numbers a member's entries without a gap; `hash` covers the entry and the
    one before.
    """

    class Kind(models.TextChoices):
        EARN = EntryKind.EARN.value, _("Earned")
        REVERSE = EntryKind.REVERSE.value, _("Taken back")

    member = models.ForeignKey(Member, models.PROTECT, related_name="ledger_entries")
    unit = models.CharField(max_length=8, choices=UnitChoice.choices)
    year = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    source_type = models.CharField(max_length=16, choices=LearningEvent.Source.choices)
    source_id = models.CharField(max_length=40)
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, blank=True, related_name="entry")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversal")
    note = models.CharField(max_length=200, blank=True)  # why it was taken back
    actor = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    idempotency_key = models.CharField(max_length=160, unique=True)
    request_hash = models.CharField(max_length=64)
    biz_date = models.DateField()
    posted_at = models.DateTimeField()
    mseq = models.PositiveIntegerField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(fields=["member", "unit", "mseq"], name="entry_in_chain"),
            models.CheckConstraint(
                condition=models.Q(
                    kind=EntryKind.EARN.value, amount__gt=0, decision__isnull=False, reverses__isnull=True
                )
                | models.Q(kind=EntryKind.REVERSE.value, amount__lt=0, decision__isnull=True, reverses__isnull=False),
                name="entry_has_one_origin",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "year", "member", "posted_at"], name="entries_of_year"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.amount:+d} {self.unit} {self.year} #{self.mseq}"

    def request(self) -> dict[str, Any]:
        """What was asked for under the idempotency key: the same key with another request is an error."""
        return {
            "key": self.idempotency_key,
            "member": self.member_id,
            "unit": self.unit,
            "year": self.year,
            "amount": self.amount,
            "kind": self.kind,
            "source": [self.source_type, self.source_id],
            "decision": self.decision.sha256 if self.decision else None,
            "reverses": self.reverses.hash if self.reverses else None,
            "note": self.note,
            "actor": self.actor_id,
        }

    def content(self) -> dict[str, Any]:
        """What `hash` vouches for, the entry before included; reads the decision or the entry taken back."""
        return self.request() | {
            "request_hash": self.request_hash,
            "biz_date": self.biz_date,
            "posted_at": self.posted_at,
            "mseq": self.mseq,
            "prev_hash": self.prev_hash,
        }


class Account(models.Model):
    """One row: where a member's chain of entries in one unit ends. Locked while anything is posted to it."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    unit = models.CharField(max_length=8, choices=UnitChoice.choices)
    mseq = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "unit"], name="one_account_per_unit")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.unit} #{self.mseq}"


class Balance(models.Model):
    """One row: the sum and the number of a member's entries of one year. Can be rebuilt from them."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="balances")
    unit = models.CharField(max_length=8, choices=UnitChoice.choices)
    year = models.PositiveSmallIntegerField()
    total = models.BigIntegerField()
    n = models.PositiveIntegerField()
    head_hash = models.CharField(max_length=64)  # of the year's newest entry

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "unit", "year"], name="one_balance_per_year")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.year}: {self.total}"


class CapBucket(models.Model):
    """One row: how much of one group's limits a member has used in one window. Repeats the decisions; can be
    rebuilt.

    `window` is 'D2026-07-01', 'M2026-07' or 'Y2026' in Shanghai. What is reversed on the day it was earned is
    used no longer.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    unit = models.CharField(max_length=8, choices=UnitChoice.choices)
    group = models.CharField(max_length=40)
    window = models.CharField(max_length=12)
    used = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "unit", "group", "window"], name="one_bucket_per_window")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.group} {self.window}: {self.used}"
