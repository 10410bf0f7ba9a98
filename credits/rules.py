"""Decisions about learning hours that one could argue about. Pure: no Django, no clock, whole numbers only.

Amounts are hundredths of a learning hour (25 is 0.25 学时), lengths of film are milliseconds.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

# What a chain of entries hangs on when there is nothing before it.
CHAIN_START = "0" * 64
GROUP_NAME = re.compile(r"[a-z0-9-]{1,40}")


class Unit(StrEnum):
    HOURS = "hours"


class Trigger(StrEnum):
    """What a rule is about: an event that earns, or a policy that tables are read by."""

    LECTURE_COMPLETED = "lecture_completed"
    EXAM_PASSED = "exam_passed"
    YEAR_TARGET = "year_target"  # how many hours a year are owed, by kind of member
    RANKING = "ranking"  # whether tables of persons show ranks


class EventType(StrEnum):
    LECTURE_COMPLETED = Trigger.LECTURE_COMPLETED.value
    EXAM_PASSED = Trigger.EXAM_PASSED.value


class SourceType(StrEnum):
    """What pays once: a lecture, an exam (however many attempts were passed)."""

    LECTURE = "lecture"
    EXAM = "exam"


class EntryKind(StrEnum):
    EARN = "earn"
    REVERSE = "reverse"


class Reason(StrEnum):
    """Why a decision granted what it granted."""

    OK = "ok"
    CAPPED = "capped"  # a part: the rest was above a limit
    CAP_REACHED = "cap_reached"  # nothing: the limit had been reached before
    DUPLICATE = "duplicate"  # nothing: the same source has paid already
    NOT_ELIGIBLE = "not_eligible"  # nothing: the rule gives nothing for this


class Window(StrEnum):
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Cap:
    """At most `limit` hundredths per window, over all rules that name the same `group`."""

    group: str
    window: Window
    limit: int


@dataclass(frozen=True)
class Tier:
    """`amount` for films shorter than `below_ms`; None: for all that are left."""

    below_ms: int | None
    amount: int


@dataclass(frozen=True)
class EarningSpec:
    """What one earning rule says: tiers by length of film, or one fixed amount, and its caps."""

    tiers: tuple[Tier, ...]
    fixed: int | None
    caps: tuple[Cap, ...]

    def asked(self, facts: Mapping[str, Any]) -> int:
        """Hundredths this event is worth before any cap; 0 when the rule gives nothing for it.

        Length: the whole film's (`duration_ms`), as the Yunnan rules count (reference: domain 2.2).
        """
        if self.fixed is not None:
            return self.fixed
        duration = int(facts.get("duration_ms") or 0)
        if duration <= 0:
            return 0
        for tier in self.tiers:
            if tier.below_ms is None or duration < tier.below_ms:
                return tier.amount
        return 0


@dataclass(frozen=True)
class CapUse:
    """One limit and how much of it was used before this decision."""

    cap: Cap
    key: str  # the window: 'D2026-07-01'
    used: int

    @property
    def left(self) -> int:
        return max(0, self.cap.limit - self.used)


@dataclass(frozen=True)
class Verdict:
    """What is granted of what was asked, why, and the limits that were looked at."""

    asked: int
    granted: int
    reason: Reason
    trace: list[dict[str, Any]]


class SpecError(ValueError):
    """A rule's specification that cannot be understood; the text says where."""


def _whole(value: Any, name: str, *, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise SpecError(f"{name} must be a whole number of at least {least}, not {value!r}")
    return value


def _read_cap(raw: Mapping[str, Any]) -> Cap:
    try:
        window = Window(raw["window"])
        group = str(raw["group"])
    except (KeyError, ValueError) as error:
        raise SpecError(f"a cap needs a group and a window of day, month or year: {raw!r}") from error
    if not GROUP_NAME.fullmatch(group):
        raise SpecError(f"a cap's group is named by small letters, digits and dashes, not {group!r}")
    return Cap(group=group, window=window, limit=_whole(raw.get("limit"), "a cap's limit", least=1))


def _read_tiers(raw: Sequence[Mapping[str, Any]]) -> tuple[Tier, ...]:
    tiers = tuple(
        Tier(
            below_ms=None if row.get("below_ms") is None else _whole(row["below_ms"], "below_ms", least=1),
            amount=_whole(row.get("amount"), "a tier's amount"),
        )
        for row in raw
    )
    bounds = [tier.below_ms for tier in tiers]
    closed = [bound for bound in bounds[:-1] if bound is not None]
    if not tiers or bounds[-1] is not None or len(closed) != len(bounds) - 1 or closed != sorted(set(closed)):
        raise SpecError("tiers must have rising bounds, and the last one none")
    return tiers


def read_earning(spec: Mapping[str, Any]) -> EarningSpec:
    """The specification of a rule that earns.

    {"kind": "by_length", "tiers": [{"below_ms": 900001, "amount": 25}, ..], "caps": [..]} or
    {"kind": "fixed", "amount": 50, "caps": [{"group": "online", "window": "day", "limit": 1000}]}.
    Raises SpecError.
    """
    caps = tuple(_read_cap(raw) for raw in spec.get("caps", []))
    if len({(cap.group, cap.window) for cap in caps}) < len(caps):
        raise SpecError("a group of caps has the same window twice")
    if spec.get("kind") == "by_length":
        return EarningSpec(tiers=_read_tiers(spec.get("tiers", [])), fixed=None, caps=caps)
    if spec.get("kind") == "fixed":
        return EarningSpec(tiers=(), fixed=_whole(spec.get("amount"), "amount", least=1), caps=caps)
    raise SpecError(f"unknown kind of rule: {spec.get('kind')!r}")


def read_targets(spec: Mapping[str, Any]) -> dict[str, int]:
    """{"kind": "targets", "targets": {"full_member": 3200}}: hundredths owed a year, by kind of member.

    Kinds that are not named owe nothing. Raises SpecError.
    """
    targets = spec.get("targets")
    if spec.get("kind") != "targets" or not isinstance(targets, Mapping):
        raise SpecError("targets must be given by kind of member")
    return {str(kind): _whole(hours, "a target", least=1) for kind, hours in targets.items()}


def read_ranking(spec: Mapping[str, Any]) -> bool:
    """{"kind": "ranking", "individual": false}: whether persons are ranked. Raises SpecError."""
    individual = spec.get("individual")
    if spec.get("kind") != "ranking" or not isinstance(individual, bool):
        raise SpecError("ranking must say whether individuals are ranked")
    return individual


def check_spec(trigger: Trigger, spec: Mapping[str, Any]) -> None:
    """Raises SpecError unless `spec` is what a rule with this trigger needs."""
    if trigger is Trigger.YEAR_TARGET:
        read_targets(spec)
    elif trigger is Trigger.RANKING:
        read_ranking(spec)
    else:
        read_earning(spec)


def window_key(window: Window, day: date) -> str:
    """The name of the window that `day` (in Shanghai) falls into: 'D2026-07-01', 'M2026-07', 'Y2026'."""
    if window is Window.DAY:
        return f"D{day.isoformat()}"
    return f"M{day:%Y-%m}" if window is Window.MONTH else f"Y{day:%Y}"


def decide(asked: int, uses: Sequence[CapUse]) -> Verdict:
    """Grant as much of `asked` as every limit leaves; a part is better than nothing."""
    trace = [{"group": use.cap.group, "window": use.key, "limit": use.cap.limit, "used": use.used} for use in uses]
    if asked <= 0:
        return Verdict(asked=0, granted=0, reason=Reason.NOT_ELIGIBLE, trace=trace)
    granted = min([asked, *(use.left for use in uses)])
    if granted == asked:
        return Verdict(asked, granted, Reason.OK, trace)
    return Verdict(asked, granted, Reason.CAPPED if granted else Reason.CAP_REACHED, trace)


def gives_back(earned_on: date, reversed_on: date) -> bool:
    """Whether a reversal frees the caps again: on the day of earning only.

    Later the day is over; its limit cannot be used any more, and a closed day's sums stay what they were.
    """
    return earned_on == reversed_on


@dataclass(frozen=True)
class Candidate:
    """One rule version that is valid at an instant: where it holds ('' everywhere) and how new it is."""

    code: str
    path: str
    seq: int
    id: int


def nearest_of_each(candidates: Iterable[Candidate], organization_path: str) -> dict[str, Candidate]:
    """For every rule code the version that counts at `organization_path`: the nearest organization's, there
    the newest.
    """
    chosen: dict[str, Candidate] = {}
    for candidate in candidates:
        if not organization_path.startswith(candidate.path):
            continue
        best = chosen.get(candidate.code)
        if best is None or (len(candidate.path), candidate.seq) > (len(best.path), best.seq):
            chosen[candidate.code] = candidate
    return chosen


def idempotency_key(*, rule_code: str, source_type: str, source_id: str, member_id: int) -> str:
    """Names what may pay once. Without the rule's version: a new version must not pay for the same thing
    again.
    """
    return f"{rule_code}|{source_type}|{source_id}|{member_id}"


def shared_ranks(totals: Sequence[int]) -> list[int]:
    """Competition ranks of totals sorted downwards: equal totals share a rank, and the next one counts on (1,
    1, 3).
    """
    ranks: list[int] = []
    for place, total in enumerate(totals, start=1):
        ranks.append(ranks[-1] if ranks and totals[place - 2] == total else place)
    return ranks


def canonical(value: Mapping[str, Any]) -> bytes:
    """One spelling for one content: sorted keys, no blanks, UTF-8; instants in UTC, dates in ISO 8601."""

    def spell(leaf: Any) -> str:
        if isinstance(leaf, datetime):
            return leaf.astimezone(UTC).isoformat(timespec="microseconds")
        if isinstance(leaf, date):
            return leaf.isoformat()
        raise TypeError(f"{type(leaf).__name__} has no canonical spelling")

    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=spell
    ).encode("utf-8")


def fingerprint(value: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical spelling, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()
