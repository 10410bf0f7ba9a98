"""A member's own statement: every fact of a year, what became of it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import Course, LectureProgress
from credits.models import Decision, LearningEvent, LedgerEntry
from credits.queries.policies import year_target
from credits.rules import EntryKind, Reason, SourceType, Unit
from lms.common.clock import SHANGHAI
from lms.common.templatetags.school import hours
from lms.members.models import Member


@dataclass(frozen=True)
class StatementLine:
    """One decision, one reversal, or one fact no rule spoke about. `amount`: what it adds to the total."""

    at: datetime  # when it happened
    posted_at: datetime  # when the ledger learned of it
    source_type: str
    title: str
    course: Course
    asked: int
    amount: int
    state: str  # a Reason, 'reversed' (an entry that was taken back), 'reverse' (the taking back) or 'no_rule'
    label: str
    words: str

    @property
    def is_explained_by_watching(self) -> bool:
        """Whether what was watched, minute by minute, may say more than the words do."""
        return self.source_type == SourceType.LECTURE and self.state != Reason.OK


@dataclass(frozen=True)
class SourceSum:
    """What one kind of source adds to the year, in hundredths, and from how many entries that count."""

    source_type: str
    label: str
    total: int
    count: int


@dataclass(frozen=True)
class Statement:
    """One member's year. `total` is the sum of the ledger's entries, and of `by_source`."""

    member: Member
    year: int
    total: int
    target: int | None
    by_source: list[SourceSum]
    by_month: list[int]  # what each of the twelve months of learning adds; what was taken back adds nothing
    lines: list[StatementLine]
    watched: list[Course]  # of which something was watched in the year, by title

    @property
    def missing(self) -> int:
        """Hundredths still owed; 0 when the target is met or there is none."""
        return max(0, (self.target or 0) - self.total)


def statement(member: Member, year: int, now: datetime) -> Statement:
    """Everything the ledger holds on `member` for the learning year `year`, newest first."""
    entries = list(
        LedgerEntry.objects.filter(member=member, unit=Unit.HOURS, year=year)
        .select_related("reverses__decision__event__course")
        .order_by("mseq")
    )
    taken_back = {entry.reverses_id for entry in entries if entry.reverses_id}
    decisions_of: dict[int, LedgerEntry] = {entry.decision_id: entry for entry in entries if entry.decision_id}
    lines = []
    by_month = [0] * 12
    for event in _events(member, year):
        decisions = list(event.decisions.all())
        if not decisions:
            lines.append(_unruled_line(event))
        for decision in decisions:
            entry = decisions_of.get(decision.pk)
            if entry is not None and entry.pk not in taken_back:
                by_month[event.occurred_at.astimezone(SHANGHAI).month - 1] += entry.amount
            lines.append(_decision_line(event, decision, entry, entry is not None and entry.pk in taken_back))
    lines += [_reversal_line(entry) for entry in entries if entry.kind == EntryKind.REVERSE]
    lines.reverse()  # so that of two at the same instant the later one comes first; sorting keeps that order
    lines.sort(key=lambda line: (line.posted_at, line.at), reverse=True)
    return Statement(
        member=member,
        year=year,
        total=sum(entry.amount for entry in entries),
        target=year_target(member, year, now),
        by_source=[_source_sum(source, entries, taken_back) for source in SourceType],
        by_month=by_month,
        lines=lines,
        watched=_watched(member, year),
    )


def _bounds(year: int) -> tuple[datetime, datetime]:
    return datetime(year, 1, 1, tzinfo=SHANGHAI), datetime(year + 1, 1, 1, tzinfo=SHANGHAI)


def _watched(member: Member, year: int) -> list[Course]:
    begin, end = _bounds(year)
    progress = LectureProgress.objects.filter(member=member, updated_at__gte=begin, updated_at__lt=end)
    courses = Course.objects.filter(pk__in=progress.values("lecture__chapter__course"))
    return list(courses.order_by("title", "pk"))


def _events(member: Member, year: int) -> Any:
    begin, end = _bounds(year)
    events = LearningEvent.objects.filter(member=member, occurred_at__gte=begin, occurred_at__lt=end)
    return events.select_related("course").prefetch_related("decisions")


def _source_sum(source: SourceType, entries: list[LedgerEntry], taken_back: set[int]) -> SourceSum:
    mine = [entry for entry in entries if entry.source_type == source]
    counting = [entry for entry in mine if entry.kind == EntryKind.EARN and entry.pk not in taken_back]
    label = str(LearningEvent.Source(source).label)
    return SourceSum(source.value, label, sum(entry.amount for entry in mine), len(counting))


def _decision_line(
    event: LearningEvent, decision: Decision, entry: LedgerEntry | None, reversed_since: bool
) -> StatementLine:
    words = explain(decision, event.source_type)
    state, label = decision.reason, str(Decision.Reason(decision.reason).label)
    if reversed_since:
        state, label = "reversed", _("Taken back later")
        words = _("%(words)s It was taken back later; see there.") % {"words": words}
    return StatementLine(
        at=event.occurred_at,
        posted_at=decision.decided_at,
        source_type=event.source_type,
        title=event.title,
        course=event.course,
        asked=decision.asked,
        amount=entry.amount if entry else 0,
        state=state,
        label=label,
        words=words,
    )


def _unruled_line(event: LearningEvent) -> StatementLine:
    return StatementLine(
        at=event.occurred_at,
        posted_at=event.recorded_at,
        source_type=event.source_type,
        title=event.title,
        course=event.course,
        asked=0,
        amount=0,
        state="no_rule",
        label=_("No rule"),
        words=_("No rule for learning hours was in force for your organization at that time."),
    )


def _reversal_line(entry: LedgerEntry) -> StatementLine:
    assert entry.reverses is not None
    assert entry.reverses.decision is not None
    event = entry.reverses.decision.event
    return StatementLine(
        at=entry.posted_at,
        posted_at=entry.posted_at,
        source_type=entry.source_type,
        title=event.title,
        course=event.course,
        asked=entry.amount,
        amount=entry.amount,
        state="reverse",
        label=str(LedgerEntry.Kind(entry.kind).label),
        words=_("Reason: %(reason)s") % {"reason": entry.note},
    )


def explain(decision: Decision, source_type: str) -> str:
    """Why a decision granted what it granted, in words for the member."""
    if decision.reason == Reason.OK:
        return _("%(hours)s hours counted.") % {"hours": hours(decision.granted)}
    if decision.reason == Reason.DUPLICATE:
        if source_type == SourceType.EXAM:
            return _("You had passed this exam before; an exam counts once.")
        return _("This lecture had been counted before; a lecture counts once.")
    if decision.reason == Reason.NOT_ELIGIBLE:
        return _("The rule in force gives no hours for this.")
    limit = _limit_in_words(decision)
    if decision.reason == Reason.CAPPED:
        return _("%(granted)s of %(asked)s hours counted: %(limit)s") % {
            "granted": hours(decision.granted),
            "asked": hours(decision.asked),
            "limit": limit,
        }
    return _("Worth %(asked)s hours, not counted: %(limit)s") % {
        "asked": hours(decision.asked),
        "limit": limit,
    }


def _limit_in_words(decision: Decision) -> str:
    """The limit that left the least, and the window it was for."""
    tightest = min(decision.cap_trace, key=lambda trace: trace["limit"] - trace["used"])
    window, limit = str(tightest["window"]), hours(int(tightest["limit"]))
    if window.startswith("D"):
        day = date_format(date.fromisoformat(window[1:]), "DATE_FORMAT")
        return _("the limit of %(limit)s hours a day was reached on %(day)s.") % {"limit": limit, "day": day}
    if window.startswith("M"):
        return _("the limit of %(limit)s hours a month was reached in %(month)s.") % {
            "limit": limit,
            "month": window[1:],
        }
    return _("the limit of %(limit)s hours a year was reached in %(year)s.") % {
        "limit": limit,
        "year": window[1:],
    }
