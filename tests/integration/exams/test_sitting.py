"""Starting and answering."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from courses.models import Enrolment
from exams import queries, services
from exams.models import AnswerEvent, Attempt
from exams.rules import AttemptState, StartObstacle, SubmitKind
from exams.services import AnswerChange
from lms.common.errors import Conflict, DomainError, NotFound
from tests.factories import exams as make
from tests.factories.exams import NOON

DEADLINE = NOON + timedelta(seconds=3600)
HARD_DEADLINE = DEADLINE + timedelta(seconds=60)
MICROSECOND = timedelta(microseconds=1)


# --- Starting -----------------------------------------------------------------------------------------------


def test_the_deadlines_are_fixed_at_the_start(hall):
    attempt = hall.start()
    assert (attempt.number, attempt.state, attempt.last_seq) == (1, AttemptState.IN_PROGRESS, 0)
    assert (attempt.started_at, attempt.deadline_at, attempt.hard_deadline_at) == (
        NOON,
        DEADLINE,
        HARD_DEADLINE,
    )
    assert len(bytes.fromhex(attempt.layout_seed)) == 16


def test_starting_again_returns_the_open_attempt_with_its_deadline(hall):
    attempt = hall.start()
    again = hall.start(now=HARD_DEADLINE)
    assert (again.pk, again.deadline_at) == (attempt.pk, DEADLINE)
    assert Attempt.objects.count() == 1


def test_after_the_time_is_up_starting_closes_the_old_attempt_and_begins_the_next(hall):
    first = hall.start()
    second = hall.start(now=HARD_DEADLINE + MICROSECOND)
    first.refresh_from_db()
    assert (second.number, first.state, first.submit_kind) == (2, AttemptState.SCORED, SubmitKind.BY_DEADLINE)


def test_an_attempt_whose_time_is_up_is_closed_even_when_no_other_may_start(people):
    hall = make.hall(people.county, people.instructor, people.learner, attempts_allowed=1)
    attempt = hall.start()
    with pytest.raises(Conflict):
        hall.start(now=HARD_DEADLINE + MICROSECOND)
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.SCORED


def test_no_more_attempts_than_allowed(hall):
    for _ in range(3):
        hall.submit(hall.start())
    with pytest.raises(Conflict) as refused:
        hall.start()
    assert refused.value.facts == {"reasons": ["no_attempts_left"]}
    assert Attempt.objects.count() == 3


def test_who_is_not_enrolled_cannot_start(hall, people):
    for state in (None, Enrolment.State.DROPPED):
        Enrolment.objects.all().delete()
        if state:
            make.enrol(people.learner, hall.course, state=state)
        with pytest.raises(Conflict) as refused:
            hall.start()
        assert refused.value.facts == {"reasons": ["not_enrolled"]}
    assert not Attempt.objects.exists()


def test_a_draft_cannot_be_started(draft):
    with pytest.raises(Conflict) as refused:
        draft.start()
    assert refused.value.facts == {"reasons": ["not_published"]}
    assert not Attempt.objects.exists()


def test_an_exam_may_ask_for_completed_lectures(people):
    hall = make.hall(people.county, people.instructor, people.learner)
    type(hall.exam).objects.update(requires_completed_lectures=True)
    hall.exam.refresh_from_db()
    assert queries.eligibility(people.learner, hall.exam).reasons == (StartObstacle.LECTURES_NOT_COMPLETED,)
    with pytest.raises(Conflict):
        hall.start()
    Enrolment.objects.update(state=Enrolment.State.COMPLETED, completed_at=NOON)
    assert hall.start().number == 1


def test_while_an_attempt_is_open_no_other_may_start(hall, people):
    hall.start()
    eligibility = queries.eligibility(people.learner, hall.exam)
    assert (eligibility.allowed, eligibility.reasons) == (False, (StartObstacle.ATTEMPT_OPEN,))


# --- Answers ------------------------------------------------------------------------------------------------


def test_the_latest_answer_of_a_question_counts(hall):
    attempt = hall.start()
    assert [hall.save(attempt, 2, chosen) for chosen in (["A"], ["C", "A"], [])] == [1, 2, 3]
    assert queries.current_answers(attempt.pk) == {2: []}
    assert queries.current_answers(attempt.pk, up_to=2) == {2: ["A", "C"]}


def test_a_message_sent_again_is_answered_again_and_stored_once(hall):
    attempt = hall.start()
    change = AnswerChange(uuid4(), 1, ["A"])
    send = {"member": hall.learner, "attempt_id": attempt.pk, "changes": [change]}
    assert services.save_answers(**send, now=NOON) == {change.message_id: 1}
    assert services.save_answers(**send, now=NOON) == {change.message_id: 1}
    assert AnswerEvent.objects.count() == 1
    hall.submit(attempt)
    assert services.save_answers(**send, now=HARD_DEADLINE + MICROSECOND) == {change.message_id: 1}


def test_a_message_number_cannot_be_used_for_another_answer(hall):
    attempt = hall.start()
    change = AnswerChange(uuid4(), 1, ["A"])
    send = {"member": hall.learner, "attempt_id": attempt.pk, "now": NOON}
    services.save_answers(changes=[change], **send)
    with pytest.raises(Conflict, match="message_reused"):
        services.save_answers(changes=[AnswerChange(change.message_id, 1, ["B"])], **send)
    assert queries.current_answers(attempt.pk) == {1: ["A"]}


def test_several_answers_are_stored_together_in_their_order(hall):
    attempt = hall.start()
    old = AnswerChange(uuid4(), 1, ["B"])
    send = {"member": hall.learner, "attempt_id": attempt.pk, "now": NOON}
    services.save_answers(changes=[old], **send)
    new = [AnswerChange(uuid4(), 2, ["A"]), AnswerChange(uuid4(), 3, ["A"])]
    saved = services.save_answers(changes=[old, *new], **send)
    assert saved[old.message_id] == 1
    assert saved[old.message_id] < saved[new[0].message_id] < saved[new[1].message_id]
    attempt.refresh_from_db()
    assert max(saved.values()) <= attempt.last_seq


@pytest.mark.parametrize(
    ("slot", "chosen"), [(1, ["A", "B"]), (1, ["E"]), (2, ["A", "A"]), (3, ["C"]), (4, ["A"]), (0, ["A"])]
)
def test_an_impossible_answer_is_refused_and_nothing_of_its_message_is_stored(hall, slot, chosen):
    attempt = hall.start()
    changes = [AnswerChange(uuid4(), 2, ["A"]), AnswerChange(uuid4(), slot, chosen)]
    with pytest.raises(DomainError, match="bad_answers"):
        services.save_answers(member=hall.learner, attempt_id=attempt.pk, changes=changes, now=NOON)
    attempt.refresh_from_db()
    assert (AnswerEvent.objects.count(), attempt.last_seq) == (0, 0)


def test_an_answer_is_taken_up_to_the_hard_deadline_and_not_a_microsecond_longer(hall):
    attempt = hall.start()
    assert hall.save(attempt, 1, ["A"], now=DEADLINE + MICROSECOND) == 1
    assert hall.save(attempt, 1, ["B"], now=HARD_DEADLINE) == 2
    with pytest.raises(Conflict, match="too_late"):
        hall.save(attempt, 1, ["C"], now=HARD_DEADLINE + MICROSECOND)
    assert queries.current_answers(attempt.pk) == {1: ["B"]}


def test_after_handing_in_no_answer_is_taken(hall):
    attempt = hall.start()
    hall.submit(attempt)
    with pytest.raises(Conflict, match="attempt_closed"):
        hall.save(attempt, 1, ["A"])
    assert not AnswerEvent.objects.exists()


def test_nobody_answers_or_hands_in_for_somebody_else(hall, people):
    attempt = hall.start()
    send = {"member": people.stranger, "attempt_id": attempt.pk, "now": NOON}
    with pytest.raises(NotFound):
        services.save_answers(changes=[AnswerChange(uuid4(), 1, ["A"])], **send)
    with pytest.raises(NotFound):
        services.submit_attempt(**send)
    with pytest.raises(NotFound):
        services.hand_in(answers={1: ["A"]}, seen_seq=0, confirmed=True, **send)
    attempt.refresh_from_db()
    assert (attempt.state, AnswerEvent.objects.count()) == (AttemptState.IN_PROGRESS, 0)


def test_answers_cannot_be_changed_without_end(hall):
    attempt = hall.start()
    Attempt.objects.update(last_seq=20_000)
    with pytest.raises(DomainError, match="too_many_changes"):
        hall.save(attempt, 1, ["A"])
