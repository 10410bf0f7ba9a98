"""How much of what a player reports counts as watched.

Promised, over all players, devices and lectures of one member together:
- nobody earns media time faster than the server's clock times the permitted speed;
- only milliseconds that were named are covered;
- an honest player loses nothing through lost, doubled or late reports, nor through an outage within the
grant.

What a player reports is believed as to WHICH part was played; HOW MUCH is decided by the time that passed
here between its reports. No clock but the server's is asked. Not promised: that somebody paid attention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from courses.rules.intervals import Interval, Intervals, length, union

# Real time that was not spent may be kept for the next report: it evens out a jittery network. It is measured
# in real time and grows with the permitted speed.
CARRY_MS = 15_000
# A player that lost its turn may still hand in what it played before, for as long as a report may be under
# way.
FLUSH_MS = 60_000
# One report, and one request, may hold no more than this; and no film lasts longer.
MAX_SEGMENTS = 200
MAX_REPORTS = 50
MAX_POSITION_MS = 100 * 3_600_000
# A film in more pieces than this was not watched but scanned: no honest player leaves so many holes.
MAX_PIECES = 2_000


class Refusal(StrEnum):
    """Why a part that was reported did not count."""

    TOO_FAST = "too_fast"  # more was played than time has passed, at the permitted speed
    OTHER_PLAYER = "other_player"  # another tab or device was playing for this member
    OUTAGE_LIMIT = "outage_limit"  # the connection was away for longer than is granted
    PAST_END = "past_end"  # behind the end of the film
    SCATTERED = "scattered"  # the film would lie in more pieces than anybody watches


Refused = tuple[int, int, Refusal]


@dataclass(frozen=True)
class Terms:
    """What is permitted: the film's length as probed here, and the policy of the session."""

    duration_ms: int
    max_rate_permille: int
    silence_ms: int


@dataclass(frozen=True)
class Meter:
    """How far a session's account goes, in the server's milliseconds.

    `carry_ms` is media time; `outage_left_ms` real time, the smaller of what the session and the day still
    grant; `superseded_ms` the instant another player took over.
    """

    last_received_ms: int
    carry_ms: int
    outage_left_ms: int
    superseded_ms: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What became of one report: the intervals that count, in the order reported, and those that do not."""

    accepted: Intervals
    refused: list[Refused]

    @property
    def accepted_ms(self) -> int:
        return length(self.accepted)

    @property
    def rejected_ms(self) -> int:
        return sum(end - start for start, end, _ in self.refused)


@dataclass(frozen=True)
class Reading:
    """What a request changes: a verdict per report, the meter afterwards, outage granted, new coverage."""

    verdicts: list[Verdict]
    last_received_ms: int
    carry_ms: int
    outage_ms: int
    coverage: Intervals


def needed_ms(*, duration_ms: int, completion_permille: int, tail_ms: int) -> int:
    """How much of a film must be covered: a share of it, or all but its tail, whichever is less.

    The tail (closing titles) never excuses more than a tenth of the film: a clip of 20 s is not complete
    after 10.
    """
    return min(duration_ms * completion_permille // 1000, duration_ms - min(tail_ms, duration_ms // 10))


def is_report(segments: Sequence[Interval]) -> bool:
    """Whether `segments` can be judged: some, not too many, each forwards and inside any film's length."""
    return 0 < len(segments) <= MAX_SEGMENTS and all(0 <= start < end <= MAX_POSITION_MS for start, end in segments)


def gap_ms(meter: Meter, now_ms: int) -> int:
    """Real time since the last report, up to another player's start; never negative (clocks are set)."""
    end = now_ms if meter.superseded_ms is None else min(now_ms, meter.superseded_ms)
    return max(0, end - meter.last_received_ms)


def ingest(
    terms: Terms, meter: Meter, coverage: Intervals, reports: Sequence[Sequence[Interval]], now_ms: int
) -> Reading:
    """Judge fresh `reports` of one session, in the order they were played, received together at `now_ms`.

    The time since the last report is the allowance; it is spent in order until it is used up. Parts watched
    before spend it too: else one could save it up on old parts and burst over new ones.
    """
    if meter.superseded_ms is not None and now_ms - meter.superseded_ms > FLUSH_MS:
        refusals = [Verdict([], [(start, end, Refusal.OTHER_PLAYER) for start, end in report]) for report in reports]
        return Reading(refusals, meter.last_received_ms, meter.carry_ms, 0, coverage)
    gap = gap_ms(meter, now_ms)
    need = sum(max(0, min(end, terms.duration_ms) - start) for report in reports for start, end in report)
    left, outage = _allowance(terms, meter, gap, need)
    reason = _reason_of_shortage(terms, meter, gap)
    verdicts = []
    for report in reports:
        verdict, left = _spend(terms, report, left, reason)
        covered = union(coverage, verdict.accepted)
        if len(covered) > max(MAX_PIECES, len(coverage)):
            verdict, covered = _scattered(verdict), coverage
        coverage = covered
        verdicts.append(verdict)
    return Reading(
        verdicts=verdicts,
        last_received_ms=meter.last_received_ms + gap,
        carry_ms=min(_media(CARRY_MS, terms), left),
        outage_ms=outage,
        coverage=coverage,
    )


def _media(real_ms: int, terms: Terms) -> int:
    """Media time that can be played in `real_ms` at the highest permitted speed, rounded down."""
    return real_ms * terms.max_rate_permille // 1000


def _allowance(terms: Terms, meter: Meter, gap: int, need: int) -> tuple[int, int]:
    """Media time that may be accepted now, and how much of it (in real time) is granted for a lost
    connection.

    A silence counts up to `silence_ms`; what lies beyond comes out of the outage grant, and only as much as
    is needed to accept what was reported and to have a full carry afterwards.
    """
    counted = min(gap, terms.silence_ms)
    allowed = meter.carry_ms + _media(counted, terms)
    shortage = need + _media(CARRY_MS, terms) - allowed
    if gap <= terms.silence_ms or not need or shortage <= 0:
        return allowed, 0
    wanted = -(-shortage * 1000 // terms.max_rate_permille)
    outage = min(gap - terms.silence_ms, meter.outage_left_ms, wanted)
    return meter.carry_ms + _media(counted + outage, terms), outage


def _reason_of_shortage(terms: Terms, meter: Meter, gap: int) -> Refusal:
    if meter.superseded_ms is not None:
        return Refusal.OTHER_PLAYER
    return Refusal.OUTAGE_LIMIT if gap > terms.silence_ms else Refusal.TOO_FAST


def _spend(terms: Terms, report: Sequence[Interval], left: int, reason: Refusal) -> tuple[Verdict, int]:
    """Accept what `left` milliseconds pay for. Returns the verdict and what is left after it."""
    accepted: Intervals = []
    refused: list[Refused] = []
    for start, end in report:
        inside = max(start, min(end, terms.duration_ms))
        paid = min(inside, start + left)
        left -= paid - start
        if paid > start:
            accepted.append((start, paid))
        if inside > paid:
            refused.append((paid, inside, reason))
        if end > inside:
            refused.append((inside, end, Refusal.PAST_END))
    return Verdict(accepted, refused), left


def _scattered(verdict: Verdict) -> Verdict:
    scattered = [(start, end, Refusal.SCATTERED) for start, end in verdict.accepted]
    return Verdict([], verdict.refused + scattered)
