"""Play sessions and what they report.

Locks are taken in one order everywhere: the member's lease, the session, the progress. The decisions are made
in courses.rules.watching; this module gives them the rows and keeps what they say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from courses import events, queries
from courses.models import (
    Enrolment,
    Lecture,
    LectureProgress,
    PlayLease,
    PlaySession,
    WatchBatch,
    WatchPolicy,
)
from courses.rules import EnrolmentState
from courses.rules.intervals import Interval, Intervals, length
from courses.rules.watching import MAX_REPORTS, Meter, Terms, Verdict, gap_ms, ingest, is_report
from courses.services.enrolment import complete_if_done, enrol
from lms.common import clock
from lms.common.errors import Conflict, DomainError, NotFound
from lms.members.models import Member, Organization

BEGINNING_OF_POLICIES = datetime(2020, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Batch:
    """One report of a player: its number within the session and the played [from_ms, to_ms) in order."""

    seq: int
    segments: tuple[Interval, ...]


@dataclass(frozen=True)
class BatchResult:
    """What became of one report; the same however often it is sent."""

    seq: int
    accepted_ms: int
    rejected_ms: int
    refused: list[tuple[int, int, str]]


@dataclass(frozen=True)
class Acknowledgement:
    """The answer to reports: everything up to `last_seq` is settled and kept; times in milliseconds."""

    last_seq: int
    results: list[BatchResult]
    superseded: bool
    coverage: Intervals
    covered_ms: int
    needed_ms: int
    duration_ms: int
    position_ms: int
    lecture_completed: bool
    course_completed: bool


def policy_in_force(*, organization: Organization | None, now: datetime) -> WatchPolicy:
    """The policy for members of `organization` at `now`.

    A migrated database holds the default policy; an emptied one gets it again here. Pages that only show ask
    this too, so no transaction is opened: on SQLite each one takes the only write lock.
    """
    found = queries.policy_in_force(organization, now)
    return found or WatchPolicy.objects.create(organization=None, valid_from=BEGINNING_OF_POLICIES)


@transaction.atomic
def start_session(*, member: Member, lecture: Lecture, now: datetime) -> PlaySession:
    """A new player of `lecture` for `member`: it takes the lease, and whichever player had it earns no more.

    Who is not enrolled is enrolled. Raises Conflict for a film that cannot be played, NotPermitted for a
    course that is not open to the member.
    """
    if not lecture.is_playable:
        raise Conflict("film_not_ready", _("This lecture cannot be played yet: its film is still being processed."))
    PlayLease.objects.get_or_create(member=member)
    lease = PlayLease.objects.select_for_update().get(member=member)
    enrol(member=member, course=lecture.chapter.course, now=now)
    begin = _supersede(lease.session_id, now)
    session = PlaySession.objects.create(
        member=member,
        lecture=lecture,
        asset_version=lecture.asset.published_version,
        policy=policy_in_force(organization=member.organization, now=now),
        epoch=lease.epoch + 1,
        started_at=now,
        last_received_at=begin,
    )
    PlayLease.objects.filter(pk=lease.pk).update(epoch=session.epoch, session=session, taken_at=now)
    LectureProgress.objects.get_or_create(
        member=member,
        lecture=lecture,
        defaults={"duration_ms": lecture.asset.duration_ms or 0, "updated_at": now},
    )
    return session


def _supersede(session_id: UUID | None, now: datetime) -> datetime:
    """End the account of the session that held the lease. Returns from when the next one may earn."""
    previous = PlaySession.objects.select_for_update().filter(pk=session_id).first() if session_id else None
    if previous is None:
        return now
    # Two machines may disagree on the time: no instant is given to both sessions.
    begin = max(now, previous.last_received_at)
    PlaySession.objects.filter(pk=previous.pk, superseded_at__isnull=True).update(superseded_at=begin)
    return begin


@transaction.atomic
def record_batches(
    *, member: Member, session_id: UUID, batches: Sequence[Batch], position_ms: int, now: datetime
) -> Acknowledgement:
    """Judge and keep what a player reports; `position_ms` is where to continue.

    A report that was kept before is answered as it was then and changes nothing. Raises NotFound for a
    session that is not the member's, DomainError for reports that make no sense, Conflict for a number that
    was used for another report.
    """
    _check(batches, position_ms)
    PlayLease.objects.select_for_update().filter(member=member).first()
    session = (
        PlaySession.objects.select_for_update(of=("self",))
        .select_related("policy", "lecture__asset", "lecture__chapter")
        .filter(pk=session_id, member=member)
        .first()
    )
    if session is None:
        raise NotFound("play_session", _("There is no such play session of yours."))
    stored, fresh = _told_apart(session, batches)
    progress = LectureProgress.objects.select_for_update().get(member=member, lecture=session.lecture_id)
    results = [_result(batch) for batch in stored]
    if fresh:
        results += _keep(session, progress, fresh, now)
    _save_progress(session, progress, position_ms, now, changed=bool(fresh))
    lecture_completed = course_completed = False
    if fresh and progress.completed_at is None:
        lecture_completed, course_completed = _complete(session, progress, now)
    return Acknowledgement(
        last_seq=session.last_seq,
        results=results,
        superseded=session.superseded_at is not None,
        coverage=_intervals(progress.coverage),
        covered_ms=progress.covered_ms,
        needed_ms=queries.needed_ms(session.policy, progress.duration_ms),
        duration_ms=progress.duration_ms,
        position_ms=progress.position_ms,
        lecture_completed=lecture_completed or progress.completed_at is not None,
        course_completed=course_completed,
    )


def _check(batches: Sequence[Batch], position_ms: int) -> None:
    if len(batches) > MAX_REPORTS:
        raise DomainError("too_many_batches", _("Too many reports at once."), most=MAX_REPORTS)
    numbers = [0, *(batch.seq for batch in batches)]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise DomainError("batches_unordered", _("The numbers of the reports must rise from 1."))
    if position_ms < 0 or not all(is_report(batch.segments) for batch in batches):
        raise DomainError("report_senseless", _("A report names parts that no film has."))


def _told_apart(session: PlaySession, batches: Sequence[Batch]) -> tuple[list[WatchBatch], list[Batch]]:
    """The reports that were kept before (as they were kept), and the fresh ones."""
    old = [batch for batch in batches if batch.seq <= session.last_seq]
    fresh = [batch for batch in batches if batch.seq > session.last_seq]
    if not old:
        return [], fresh
    rows = {row.seq: row for row in WatchBatch.objects.filter(session=session, seq__in=[batch.seq for batch in old])}
    for batch in old:
        row = rows.get(batch.seq)
        if row is None or _intervals(row.segments) != list(batch.segments):
            raise Conflict(
                "seq_reused",
                _("This report has the number of another one that was kept before."),
                seq=batch.seq,
            )
    return [rows[batch.seq] for batch in old], fresh


def _keep(session: PlaySession, progress: LectureProgress, fresh: list[Batch], now: datetime) -> list[BatchResult]:
    """Judge fresh reports and store them; `progress` is changed but not yet saved."""
    duration = session.lecture.asset.duration_ms or progress.duration_ms
    terms = Terms(duration, session.policy.max_rate_permille, session.policy.silence_ms)
    reading = ingest(
        terms,
        _meter(session, terms, now),
        _intervals(progress.coverage),
        [batch.segments for batch in fresh],
        _milliseconds(now),
    )
    rows = [_row(session, batch, verdict, now) for batch, verdict in zip(fresh, reading.verdicts, strict=True)]
    WatchBatch.objects.bulk_create(rows)
    reasons = Counter(session.rejected)
    for verdict in reading.verdicts:
        for start, end, reason in verdict.refused:
            reasons[reason.value] += end - start
    session.last_seq = fresh[-1].seq
    session.last_received_at = _instant(reading.last_received_ms)
    session.carry_ms = reading.carry_ms
    session.outage_used_ms += reading.outage_ms
    session.accepted_ms += sum(row.accepted_ms for row in rows)
    session.rejected_ms += sum(row.rejected_ms for row in rows)
    session.rejected = dict(reasons)
    session.save()
    progress.coverage = [list(part) for part in reading.coverage]
    progress.covered_ms = length(reading.coverage)
    progress.duration_ms = duration
    return [_result(row) for row in rows]


def _meter(session: PlaySession, terms: Terms, now: datetime) -> Meter:
    meter = Meter(
        last_received_ms=_milliseconds(session.last_received_at),
        carry_ms=session.carry_ms,
        outage_left_ms=0,
        superseded_ms=None if session.superseded_at is None else _milliseconds(session.superseded_at),
    )
    if gap_ms(meter, _milliseconds(now)) <= terms.silence_ms:
        return meter  # nothing to grant, nothing to ask the database
    left = _outage_left(session, now)
    return Meter(meter.last_received_ms, meter.carry_ms, left, meter.superseded_ms)


def _outage_left(session: PlaySession, now: datetime) -> int:
    """What is still granted for lost connections: to this session, and to this member today."""
    midnight = datetime.combine(clock.business_date(now), time(), clock.SHANGHAI)
    today = PlaySession.objects.filter(member=session.member_id, last_received_at__gte=midnight)
    used = today.aggregate(used=Sum("outage_used_ms"))["used"] or 0
    policy = session.policy
    return max(0, min(policy.outage_session_ms - session.outage_used_ms, policy.outage_day_ms - used))


def _row(session: PlaySession, batch: Batch, verdict: Verdict, now: datetime) -> WatchBatch:
    return WatchBatch(
        session=session,
        seq=batch.seq,
        received_at=now,
        segments=[list(part) for part in batch.segments],
        accepted=[list(part) for part in verdict.accepted],
        refused=[[start, end, reason.value] for start, end, reason in verdict.refused],
        accepted_ms=verdict.accepted_ms,
        rejected_ms=verdict.rejected_ms,
    )


def _result(row: WatchBatch) -> BatchResult:
    refused = [(start, end, reason) for start, end, reason in row.refused]
    return BatchResult(row.seq, row.accepted_ms, row.rejected_ms, refused)


def _save_progress(
    session: PlaySession, progress: LectureProgress, position_ms: int, now: datetime, *, changed: bool
) -> None:
    """Store the coverage, and the position unless another player has gone on since."""
    if session.superseded_at is None:
        progress.position_ms = min(position_ms, progress.duration_ms)
        changed = True
    if changed:
        progress.updated_at = now
        progress.save(update_fields=["coverage", "covered_ms", "duration_ms", "position_ms", "updated_at"])


def _complete(session: PlaySession, progress: LectureProgress, now: datetime) -> tuple[bool, bool]:
    """Complete the lecture once enough of it is covered, and with it perhaps the course."""
    if progress.covered_ms < queries.needed_ms(session.policy, progress.duration_ms):
        return False, False
    won = LectureProgress.objects.filter(pk=progress.pk, completed_at__isnull=True).update(completed_at=now)
    if not won:
        return True, False
    events.lecture_completed.send(sender=LectureProgress, progress_id=progress.pk)
    enrolment = Enrolment.objects.filter(
        member=session.member_id, course=session.lecture.chapter.course_id, state=EnrolmentState.ACTIVE.value
    ).first()
    return True, enrolment is not None and complete_if_done(enrolment=enrolment, now=now)


def _intervals(stored: list[list[int]]) -> Intervals:
    return [(start, end) for start, end in stored]


def _milliseconds(instant: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // MILLISECOND


def _instant(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + milliseconds * MILLISECOND
