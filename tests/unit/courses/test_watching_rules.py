"""What counts as watched: exact cases, and the promises under arbitrary scripts.

The scripts below drive the pure rules exactly as courses.services.watching does: one lease per member, one
meter per session, reports numbered within the session.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.rules import intervals, watching
from courses.rules.watching import (
    CARRY_MS,
    FLUSH_MS,
    MAX_PIECES,
    Meter,
    Refusal,
    Terms,
    Verdict,
    ingest,
    needed_ms,
)

HOUR = 3_600_000
PLAIN = Terms(duration_ms=HOUR, max_rate_permille=1000, silence_ms=45_000)
GRANT = 600_000


def meter(last: int = 0, carry: int = 0, outage: int = GRANT, superseded: int | None = None) -> Meter:
    return Meter(last, carry, outage, superseded)


@pytest.mark.parametrize(
    ("duration_ms", "needed"),
    [
        (HOUR, 3_420_000),  # 95 per cent is less than all but ten seconds
        (100_000, 90_000),  # all but ten seconds is less than 95 per cent
        (20_000, 18_000),  # the tail is never more than a tenth
        (9, 8),
        (1, 0),
    ],
)
def test_how_much_of_a_film_is_needed(duration_ms: int, needed: int) -> None:
    assert needed_ms(duration_ms=duration_ms, completion_permille=950, tail_ms=10_000) == needed


def test_ten_seconds_played_in_ten_seconds_all_count() -> None:
    reading = ingest(PLAIN, meter(), [], [[(0, 10_000)]], 10_000)
    assert reading.verdicts == [Verdict([(0, 10_000)], [])]
    assert (reading.last_received_ms, reading.carry_ms, reading.coverage) == (10_000, 0, [(0, 10_000)])


def test_a_minute_claimed_after_ten_seconds_counts_ten() -> None:
    reading = ingest(PLAIN, meter(), [], [[(0, 60_000)]], 10_000)
    assert reading.verdicts == [Verdict([(0, 10_000)], [(10_000, 60_000, Refusal.TOO_FAST)])]


def test_the_permitted_speed_stretches_the_allowance() -> None:
    faster = Terms(HOUR, 1500, 45_000)
    reading = ingest(faster, meter(), [], [[(0, 20_000)]], 10_000)
    assert reading.verdicts == [Verdict([(0, 15_000)], [(15_000, 20_000, Refusal.TOO_FAST)])]


def test_a_second_view_of_the_same_part_spends_the_allowance_too() -> None:
    reading = ingest(PLAIN, meter(), [], [[(0, 6_000), (0, 6_000)]], 10_000)
    assert reading.verdicts[0].accepted == [(0, 6_000), (0, 4_000)]
    assert reading.coverage == [(0, 6_000)]


def test_time_not_spent_is_kept_up_to_the_carry() -> None:
    reading = ingest(PLAIN, meter(), [], [[(0, 1_000)]], 40_000)
    assert reading.carry_ms == CARRY_MS
    late = ingest(PLAIN, meter(last=40_000, carry=CARRY_MS), [(0, 1_000)], [[(1_000, 60_000)]], 50_000)
    assert late.verdicts[0].accepted == [(1_000, 26_000)]


def test_eight_hours_of_silence_are_worth_the_silence_and_the_grant() -> None:
    reading = ingest(PLAIN, meter(), [], [[(0, HOUR)]], 8 * HOUR)
    assert reading.verdicts == [Verdict([(0, 645_000)], [(645_000, HOUR, Refusal.OUTAGE_LIMIT)])]
    assert (reading.outage_ms, reading.carry_ms) == (GRANT, 0)


def test_an_outage_takes_only_as_much_grant_as_is_needed_to_be_whole_again() -> None:
    reading = ingest(PLAIN, meter(), [], [[(0, 100_000)]], 200_000)
    assert reading.verdicts[0].refused == []
    assert (reading.outage_ms, reading.carry_ms) == (100_000 + CARRY_MS - 45_000, CARRY_MS)


def test_without_grant_a_long_silence_counts_only_its_beginning() -> None:
    reading = ingest(PLAIN, meter(outage=0), [], [[(0, 100_000)]], 200_000)
    assert reading.verdicts == [Verdict([(0, 45_000)], [(45_000, 100_000, Refusal.OUTAGE_LIMIT)])]


def test_what_lies_behind_the_end_is_refused_and_costs_nothing() -> None:
    short = Terms(5_000, 1000, 45_000)
    reading = ingest(short, meter(), [], [[(4_000, 6_000), (7_000, 8_000), (0, 1_000)]], 3_000)
    assert reading.verdicts[0].accepted == [(4_000, 5_000), (0, 1_000)]
    assert reading.verdicts[0].refused == [(5_000, 6_000, Refusal.PAST_END), (7_000, 8_000, Refusal.PAST_END)]
    assert reading.carry_ms == 1_000


def test_a_superseded_player_may_hand_in_what_it_played_before() -> None:
    old = meter(last=0, superseded=8_000)
    reading = ingest(PLAIN, old, [], [[(0, 12_000)]], 8_000 + FLUSH_MS)
    assert reading.verdicts == [Verdict([(0, 8_000)], [(8_000, 12_000, Refusal.OTHER_PLAYER)])]
    assert reading.last_received_ms == 8_000


def test_a_superseded_player_that_comes_too_late_gets_nothing_and_is_told_why() -> None:
    old = meter(last=0, superseded=8_000)
    reading = ingest(PLAIN, old, [(0, 5)], [[(0, 8_000)]], 8_001 + FLUSH_MS)
    assert reading.verdicts == [Verdict([], [(0, 8_000, Refusal.OTHER_PLAYER)])]
    assert (reading.last_received_ms, reading.coverage) == (0, [(0, 5)])


def test_a_clock_set_back_gives_nothing_and_takes_nothing() -> None:
    reading = ingest(PLAIN, meter(last=10_000, carry=2_000), [], [[(0, 3_000)]], 4_000)
    assert reading.verdicts[0].accepted == [(0, 2_000)]
    assert (reading.last_received_ms, reading.carry_ms) == (10_000, 0)


def test_a_film_is_not_covered_in_more_pieces_than_anybody_watches() -> None:
    coverage = [(piece * 10, piece * 10 + 1) for piece in range(MAX_PIECES)]
    scattered = ingest(PLAIN, meter(), coverage, [[(30_000, 30_001)]], 10_000)
    assert scattered.verdicts == [Verdict([], [(30_000, 30_001, Refusal.SCATTERED)])]
    assert scattered.coverage == coverage
    whole = ingest(PLAIN, meter(), coverage, [[(0, 5_000)]], 10_000)
    assert whole.verdicts[0].refused == []


def test_reports_are_judged_in_their_order() -> None:
    reading = ingest(PLAIN, meter(), [], [[(0, 6_000)], [(6_000, 12_000)], [(12_000, 13_000)]], 10_000)
    assert [verdict.accepted_ms for verdict in reading.verdicts] == [6_000, 4_000, 0]
    assert [verdict.rejected_ms for verdict in reading.verdicts] == [0, 2_000, 1_000]


@pytest.mark.parametrize(
    "segments", [[], [(5, 5)], [(6, 5)], [(-1, 5)], [(0, 10**12)], [(0, 1)] * (watching.MAX_SEGMENTS + 1)]
)
def test_a_report_without_sense_is_not_judged(segments: list[tuple[int, int]]) -> None:
    assert not watching.is_report(segments)


# --- one member, many players: the promises -----------------------------------------------------------------


@dataclass
class Session:
    lecture: int
    last: int
    carry: int = 0
    outage_used: int = 0
    superseded: int | None = None
    seq: int = 0
    stored: dict[int, Verdict] = field(default_factory=dict)


@dataclass
class School:
    """The server's side for one member, in plain Python."""

    terms: Terms
    grant: int = GRANT
    now: int = 0
    sessions: list[Session] = field(default_factory=list)
    coverage: dict[int, intervals.Intervals] = field(default_factory=dict)
    accepted: int = 0

    def start(self, lecture: int) -> Session:
        begin = self.now
        if self.sessions:
            begin = max(begin, self.sessions[-1].last)
            if self.sessions[-1].superseded is None:
                self.sessions[-1].superseded = begin
        session = Session(lecture, begin)
        self.sessions.append(session)
        return session

    def record(self, session: Session, batches: list[tuple[int, list[tuple[int, int]]]]) -> list[Verdict]:
        fresh = [batch for batch in batches if batch[0] > session.seq]
        known = Meter(session.last, session.carry, self.grant - session.outage_used, session.superseded)
        coverage = self.coverage.get(session.lecture, [])
        if fresh:
            reading = ingest(self.terms, known, coverage, [segments for _seq, segments in fresh], self.now)
            session.last, session.carry = reading.last_received_ms, reading.carry_ms
            session.outage_used += reading.outage_ms
            self.coverage[session.lecture] = reading.coverage
            for (seq, _segments), verdict in zip(fresh, reading.verdicts, strict=True):
                session.stored[seq] = verdict
                self.accepted += verdict.accepted_ms
            session.seq = fresh[-1][0]
        return [session.stored[seq] for seq, _segments in batches]


part = st.tuples(st.integers(0, 2 * HOUR), st.integers(1, HOUR)).map(lambda pair: (pair[0], pair[0] + pair[1]))
acts = st.one_of(
    st.tuples(st.just("wait"), st.integers(-5_000, 4 * HOUR)),
    st.tuples(st.just("start"), st.integers(0, 2)),
    st.tuples(st.just("report"), st.integers(0, 9), st.lists(part, min_size=1, max_size=5)),
    st.tuples(st.just("replay"), st.integers(0, 9), st.integers(1, 9)),
)


@settings(max_examples=600, deadline=None)
@given(
    script=st.lists(acts, max_size=40),
    rate=st.sampled_from([700, 1000, 1337, 1500]),
    silence=st.integers(0, 90_000),
)
def test_nobody_earns_faster_than_the_clock_over_all_sessions_and_lectures(
    script: list[tuple], rate: int, silence: int
) -> None:
    school = School(Terms(HOUR, rate, silence))
    first = None
    latest = 0
    for act, *what in script:
        if act == "wait":
            school.now += what[0]
        elif act == "start":
            school.start(what[0])
            first = school.now if first is None else min(first, school.now)
        elif school.sessions:
            session = school.sessions[-1 - what[0] % len(school.sessions)]
            if act == "report":
                school.record(session, [(session.seq + 1, what[1])])
            elif session.seq:
                school.record(session, [(1 + what[1] % session.seq, [(0, HOUR)])])
        latest = max(latest, school.now)
        if first is not None:
            assert school.accepted * 1000 <= rate * (latest - first)
    for covered in school.coverage.values():
        assert covered == intervals.union(covered)
        assert all(0 <= start < end <= HOUR for start, end in covered)
    assert sum(intervals.length(covered) for covered in school.coverage.values()) <= school.accepted


@st.composite
def honest_runs(draw: st.DrawFn) -> tuple[list[tuple[int, int, bool, bool]], int]:
    """(length of play, delay of the report, lost, answer lost) for each report, and one outage's length."""
    steps = draw(
        st.lists(
            st.tuples(
                st.integers(5_000, 15_000),
                st.integers(0, 8_000),
                st.integers(0, 9).map(lambda roll: roll < 3),
                st.integers(0, 9).map(lambda roll: roll < 2),
            ),
            min_size=5,
            max_size=60,
        )
    )
    return steps, draw(st.integers(0, 8 * 60_000))


@settings(max_examples=400, deadline=None)
@given(run=honest_runs(), place=st.floats(0, 1))
def test_an_honest_player_loses_nothing_to_loss_doubles_jitter_and_an_outage(
    run: tuple[list[tuple[int, int, bool, bool]], int], place: float
) -> None:
    """As long as the grant lasts: the silences beyond the limit, and a carry for each of them."""
    steps, outage = run
    school = School(Terms(100 * HOUR, 1000, 45_000))
    session = school.start(0)
    outage_at = int(place * (len(steps) - 1))
    position = clock = 0  # the player's own time
    queue: list[tuple[int, list[tuple[int, int]]]] = []
    for number, (played, delay, lost, answer_lost) in enumerate(steps, start=1):
        span = played + (outage if number - 1 == outage_at else 0)  # an outage: no report gets through meanwhile
        clock += span
        queue.append((number, [(position, position + span)]))
        position += span
        if lost and number < len(steps):
            continue
        school.now = max(school.now, clock + delay)
        school.record(session, list(queue))
        if answer_lost:
            school.record(session, list(queue))  # sent again: answered again
        else:
            queue.clear()
    assert session.seq == len(steps)
    if session.outage_used < GRANT:
        assert school.coverage[0] == [(0, position)]
        assert not any(verdict.refused for verdict in session.stored.values())


@settings(max_examples=200, deadline=None)
@given(
    reports=st.lists(st.lists(part, min_size=1, max_size=4), min_size=1, max_size=6),
    waits=st.lists(st.integers(0, 60_000), min_size=6, max_size=6),
)
def test_sending_everything_again_changes_nothing_and_is_answered_alike(
    reports: list[list[tuple[int, int]]], waits: list[int]
) -> None:
    once, often = School(PLAIN), School(PLAIN)
    sessions = once.start(0), often.start(0)
    numbered = list(enumerate(reports, start=1))
    for upto, wait in zip(range(1, len(numbered) + 1), waits, strict=False):
        once.now = often.now = once.now + wait
        fresh = once.record(sessions[0], numbered[upto - 1 : upto])
        assert often.record(sessions[1], numbered[:upto])[-1:] == fresh
        assert often.record(sessions[1], numbered[:upto])[-1:] == fresh
    assert once.coverage == often.coverage
    assert (sessions[0].carry, sessions[0].outage_used) == (sessions[1].carry, sessions[1].outage_used)


@settings(max_examples=200, deadline=None)
@given(played=st.integers(1, 40_000), later=st.integers(0, 120_000))
def test_a_player_that_lost_its_turn_keeps_what_it_played_before_if_it_reports_in_time(played: int, later: int) -> None:
    school = School(PLAIN)
    old = school.start(0)
    school.now = played
    school.start(1)
    school.now += later
    verdict = school.record(old, [(1, [(0, played)])])[0]
    assert verdict.accepted_ms == (played if later <= FLUSH_MS else 0)
