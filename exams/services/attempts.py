"""An attempt from its start to its score. One conditional UPDATE per edge decides who wins a race.

in_progress -> submitted -> scored: handing in and grading are one transaction. Saving an answer and closing
the attempt both begin with an UPDATE of the attempt's row, which only one of them can hold: so every answer
that was acknowledged is below the `last_seq` that the grading reads, and none is accepted after it.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exams import events, queries, rules, wording
from exams.models import AnswerEvent, Attempt, Exam, ExamItem, ScoreRun
from exams.rules import AttemptState, QuestionType, ScoreItem, ScoringPolicy, SubmitKind
from lms.common.errors import Conflict, DomainError, NotFound
from lms.members import services as member_services
from lms.members.models import Member

logger = logging.getLogger(__name__)

SWEPT_AT_ONCE = 500


@dataclass(frozen=True)
class AnswerChange:
    """An answer given or changed: the chosen option keys of the question at `slot` (none: taken back).

    `message_id` is the sender's name for this change, so that it may be sent again.
    """

    message_id: UUID
    slot: int
    chosen: Sequence[str]


def start_attempt(*, member: Member, exam: Exam, now: datetime) -> Attempt:
    """Start an attempt, or return the one that is open: its deadline stays what it was.

    The time runs from `now`. Raises Conflict with every reason named (rules.start_eligibility).
    """
    running = queries.open_attempt(member, exam)
    if running is not None:
        if rules.takes_answers(running.hard_deadline_at, now):
            return running
        # In a transaction of its own: it stays closed even when no other attempt may start.
        close_expired_attempt(attempt_id=running.pk, now=now)
    return _start(member, exam, now)


@transaction.atomic
def _start(member: Member, exam: Exam, now: datetime) -> Attempt:
    exam = _held(exam.pk)
    standing = queries.standing(member, exam)
    if standing.open is not None:
        return standing.open  # opened elsewhere a moment ago
    if not standing.eligibility.allowed:
        reasons = standing.eligibility.reasons
        raise Conflict("cannot_start", " ".join(wording.sentences(reasons)), reasons=list(reasons))
    try:
        with transaction.atomic():
            return _insert_attempt(member, exam, len(standing.attempts) + 1, now)
    except IntegrityError:
        # The same member pressed the button elsewhere at the same moment: there is one open attempt at most.
        winner = queries.open_attempt(member, exam)
        if winner is None:
            raise Conflict("start_again", _("The exam is open elsewhere. Please try again.")) from None
        return winner


def _held(exam_id: int) -> Exam:
    """The exam, which nobody can withdraw before this transaction ends; those who start do not wait for each other.

    Django has no shared row lock. (The foreign key of the new attempt takes one too, but only at the commit.) SQLite
    needs none: its transactions take turns.
    """
    if connection.vendor == "postgresql":
        return Exam.objects.raw("SELECT * FROM exams_exam WHERE id = %s FOR SHARE", [exam_id])[0]
    return Exam.objects.get(pk=exam_id)


def _insert_attempt(member: Member, exam: Exam, number: int, now: datetime) -> Attempt:
    deadline_at, hard_deadline_at = rules.deadlines(now, exam.duration_seconds, exam.grace_seconds)
    return Attempt.objects.create(
        exam=exam,
        member=member,
        number=number,
        layout_seed=secrets.token_hex(16),
        layout_version=rules.LAYOUT_VERSION,
        started_at=now,
        deadline_at=deadline_at,
        hard_deadline_at=hard_deadline_at,
    )


# --- Answers ------------------------------------------------------------------------------------------------


@transaction.atomic
def save_answers(
    *, member: Member, attempt_id: UUID, changes: Sequence[AnswerChange], now: datetime
) -> dict[UUID, int]:
    """Store changed answers and return the number each was stored under, by message id.

    All of them are stored or none. A message that is stored already gets its former number, even when the
    attempt is over by now. Raises NotFound for an attempt of somebody else, DomainError for impossible
    answers, Conflict for a message id that said something else before, and for an attempt that is over
    ('attempt_closed', 'too_late').
    """
    attempt = _attempt_of(member, attempt_id)
    _refuse_impossible(attempt, changes)
    # This UPDATE comes first: it holds the attempt's row, so that nobody can close the attempt below our
    # feet.
    open_now = Attempt.objects.filter(
        pk=attempt.pk,
        state=AttemptState.IN_PROGRESS,
        hard_deadline_at__gte=now,
        last_seq__lte=rules.MOST_ANSWER_EVENTS - len(changes),
    ).update(last_seq=F("last_seq") + len(changes))
    attempt.refresh_from_db()
    stored = _stored(attempt, changes)
    new = [change for change in changes if change.message_id not in stored]
    if not new:
        return stored
    if not open_now:
        raise _refusal(attempt, now)
    first = attempt.last_seq - len(changes) + 1
    AnswerEvent.objects.bulk_create(
        AnswerEvent(
            attempt=attempt,
            message_id=change.message_id,
            seq=seq,
            slot=change.slot,
            chosen=sorted(change.chosen),
            received_at=now,
        )
        for seq, change in enumerate(new, start=first)
    )
    return stored | {change.message_id: seq for seq, change in enumerate(new, start=first)}


def _attempt_of(member: Member, attempt_id: UUID) -> Attempt:
    attempt = Attempt.objects.filter(pk=attempt_id, member=member).first()
    if attempt is None:
        raise NotFound("attempt", _("There is no such attempt of yours."))
    return attempt


def _refuse_impossible(attempt: Attempt, changes: Sequence[AnswerChange]) -> None:
    if len({change.message_id for change in changes}) < len(changes):
        raise DomainError("bad_answers", _("Two of the answers carry the same message number."))
    slots = {change.slot for change in changes}
    items = {
        item.slot: item
        for item in ExamItem.objects.filter(exam_id=attempt.exam_id, slot__in=slots).select_related("version__question")
    }
    for change in changes:
        item = items.get(change.slot)
        if item is None:
            raise DomainError("bad_answers", _("There is no such question on this paper."), slot=change.slot)
        keys = [option["key"] for option in item.version.options]
        if not rules.is_possible_answer(QuestionType(item.version.question.type), keys, change.chosen):
            raise DomainError("bad_answers", _("This cannot be an answer to the question."), slot=change.slot)


def _stored(attempt: Attempt, changes: Sequence[AnswerChange]) -> dict[UUID, int]:
    """Which of the messages are stored already, and under which number."""
    by_message = {change.message_id: change for change in changes}
    stored = {}
    for event in AnswerEvent.objects.filter(attempt=attempt, message_id__in=list(by_message)):
        change = by_message[event.message_id]
        if (event.slot, event.chosen) != (change.slot, sorted(change.chosen)):
            raise Conflict("message_reused", _("This message number was used for another answer before."))
        stored[event.message_id] = event.seq
    return stored


def _refusal(attempt: Attempt, now: datetime) -> DomainError:
    if attempt.state != AttemptState.IN_PROGRESS:
        return Conflict("attempt_closed", _("This attempt has been handed in: answers can no longer be changed."))
    if not rules.takes_answers(attempt.hard_deadline_at, now):
        return Conflict("too_late", _("The time is up: this answer came too late and does not count."))
    return DomainError("too_many_changes", _("The answers of this attempt were changed too often."))


# --- Handing in ---------------------------------------------------------------------------------------------


@transaction.atomic
def hand_in(
    *,
    member: Member,
    attempt_id: UUID,
    answers: Mapping[int, Sequence[str]] | None,
    seen_seq: int,
    confirmed: bool,
    now: datetime,
) -> Attempt:
    """What a paper's plain form does: store what it carries and, if `confirmed`, hand the paper in.

    `answers` are the chosen option keys by slot as the form shows them (None: it carries none), `seen_seq`
    the attempt's last_seq when the form was made. Only what the form itself changed since is stored, so that
    an old page does not undo what was answered elsewhere. After the hard deadline nothing of the form counts
    and the attempt is closed by the deadline. Raises NotFound, and DomainError for impossible answers.
    """
    attempt = Attempt.objects.select_for_update().filter(pk=attempt_id, member=member).first()
    if attempt is None:
        raise NotFound("attempt", _("There is no such attempt of yours."))
    if not rules.takes_answers(attempt.hard_deadline_at, now):
        close_expired_attempt(attempt_id=attempt.pk, now=now)
    elif attempt.state == AttemptState.IN_PROGRESS:
        changes = _changes_of_form(attempt, answers or {}, seen_seq)
        if changes:
            save_answers(member=member, attempt_id=attempt.pk, changes=changes, now=now)
        if confirmed:
            submit_attempt(member=member, attempt_id=attempt.pk, now=now)
    attempt.refresh_from_db()
    return attempt


def _changes_of_form(attempt: Attempt, answers: Mapping[int, Sequence[str]], seen_seq: int) -> list[AnswerChange]:
    shown = queries.current_answers(attempt.pk, up_to=seen_seq)
    current = queries.current_answers(attempt.pk)
    return [
        AnswerChange(uuid4(), slot, chosen)
        for slot, chosen in sorted(answers.items())
        if sorted(chosen) != shown.get(slot, []) and sorted(chosen) != current.get(slot, [])
    ]


@transaction.atomic
def submit_attempt(*, member: Member, attempt_id: UUID, now: datetime) -> Attempt:
    """Hand in an attempt and grade it at once; handing in again returns what was graded.

    After the hard deadline it is closed by the deadline instead. Raises NotFound for an attempt of somebody
    else.
    """
    attempt = _attempt_of(member, attempt_id)
    closed = Attempt.objects.filter(pk=attempt.pk, state=AttemptState.IN_PROGRESS, hard_deadline_at__gte=now).update(
        state=AttemptState.SUBMITTED, submitted_at=now, submit_kind=SubmitKind.BY_MEMBER
    )
    if closed:
        _grade(attempt.pk, now)
    else:
        close_expired_attempt(attempt_id=attempt.pk, now=now)
    attempt.refresh_from_db()
    return attempt


@transaction.atomic
def close_expired_attempt(*, attempt_id: UUID, now: datetime) -> bool:
    """Close and grade one attempt whose hard deadline has passed, as handed in at its deadline.

    Returns whether this call did it: False when it is not due, or somebody else was faster.
    """
    closed = Attempt.objects.filter(pk=attempt_id, state=AttemptState.IN_PROGRESS, hard_deadline_at__lt=now).update(
        state=AttemptState.SUBMITTED, submitted_at=F("deadline_at"), submit_kind=SubmitKind.BY_DEADLINE
    )
    if closed:
        _grade(attempt_id, now)
    return bool(closed)


def close_expired_attempts(*, now: datetime) -> int:
    """Close and grade attempts past their hard deadline, each in a transaction of its own; returns how many.

    At most SWEPT_AT_ONCE in one call. One that fails does not keep the others waiting: it is logged, and all
    failures are raised together at the end.
    """
    closed, failures = 0, []
    for attempt_id in queries.due_attempt_ids(now, SWEPT_AT_ONCE):
        try:
            closed += close_expired_attempt(attempt_id=attempt_id, now=now)
        except Exception as failure:  # raised below, with the others
            logger.exception("attempt %s could not be closed", attempt_id)
            failures.append(failure)
    if failures:
        raise ExceptionGroup("attempts could not be closed", failures)
    return closed


# --- Grading ------------------------------------------------------------------------------------------------


def _grade(attempt_id: UUID, now: datetime) -> None:
    """The first score run of an attempt that this transaction has just closed."""
    attempt = Attempt.objects.select_related("exam", "member").get(pk=attempt_id)
    answers = queries.current_answers(attempt.pk, up_to=attempt.last_seq)
    items = ExamItem.objects.filter(exam_id=attempt.exam_id).select_related("version__answer_key")
    to_score = [
        ScoreItem(item.slot, item.points, frozenset(item.version.answer_key.correct)) for item in items.order_by("slot")
    ]
    scored = rules.score_paper(ScoringPolicy(attempt.exam.scoring_policy), to_score, answers)
    run = ScoreRun.objects.create(
        attempt=attempt,
        number=1,
        policy=attempt.exam.scoring_policy,
        answers_up_to=attempt.last_seq,
        items=[
            {
                "slot": one.slot,
                "points": one.points,
                "reason": one.reason.value,
                "chosen": answers.get(one.slot, []),
            }
            for one in scored
        ],
        score=sum(one.points for one in scored),
        max_score=sum(item.points for item in to_score),
        passed=rules.is_pass(
            sum(one.points for one in scored),
            sum(item.points for item in to_score),
            attempt.exam.pass_permille,
        ),
        scored_at=now,
    )
    Attempt.objects.filter(pk=attempt.pk, state=AttemptState.SUBMITTED).update(
        state=AttemptState.SCORED, score=run.score, max_score=run.max_score, passed=run.passed
    )
    _tell_result(attempt, run.passed, now)
    if run.passed:
        events.exam_passed.send(sender=Attempt, attempt_id=attempt.pk)


def _tell_result(attempt: Attempt, passed: bool, now: datetime) -> None:
    message = (
        gettext_noop("You have passed the exam “%(title)s”.")
        if passed
        else gettext_noop("The exam “%(title)s” was not passed this time. The result shows what to look at again.")
    )
    member_services.notify(
        member=attempt.member,
        key=f"exams.passed:{attempt.pk}" if passed else f"exams.failed:{attempt.pk}",
        message=message,
        facts={"title": attempt.exam.title},
        url=reverse("exams:result", args=[attempt.pk]),
        now=now,
    )
