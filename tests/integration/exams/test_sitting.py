"""Starting, answering, handing in, grading, running out of time."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from courses.models import Enrolment
from exams import events, queries, services, tasks
from exams.models import AnswerEvent, Attempt, ScoreRun
from exams.rules import AttemptState, ScoringPolicy, StartObstacle, SubmitKind
from exams.services import AnswerChange
from lms.common.errors import Conflict, DomainError, NotFound
from tests.factories import exams as make
from tests.factories.exams import NOON, RIGHT

DEADLINE = NOON + timedelta(seconds=3600)
HARD_DEADLINE = DEADLINE + timedelta(seconds=60)
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def passed():
    """The attempts of which exam_passed told."""
    heard = []

    def listener(attempt_id, **_):
        heard.append(attempt_id)

    events.exam_passed.connect(listener)
    yield heard
    events.exam_passed.disconnect(listener)


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


# --- Handing in and grading ---------------------------------------------------------------------------------


def answer_all(hall: make.Hall, attempt: Attempt, answers=RIGHT) -> None:
    for slot, chosen in answers.items():
        hall.save(attempt, slot, chosen)


def test_a_paper_is_graded_as_it_is_handed_in(hall, passed):
    attempt = hall.start()
    answer_all(hall, attempt)
    done = hall.submit(attempt, now=NOON + timedelta(minutes=5))
    assert (done.state, done.score, done.max_score, done.passed) == (AttemptState.SCORED, 10000, 10000, True)
    assert (done.submitted_at, done.submit_kind) == (NOON + timedelta(minutes=5), SubmitKind.BY_MEMBER)
    run = ScoreRun.objects.get()
    assert (run.number, run.answers_up_to, run.score, run.passed) == (1, 3, 10000, True)
    assert run.items == [
        {"slot": 1, "points": 4000, "reason": "right", "chosen": ["A"]},
        {"slot": 2, "points": 4000, "reason": "right", "chosen": ["A", "C"]},
        {"slot": 3, "points": 2000, "reason": "right", "chosen": ["B"]},
    ]
    assert passed == [attempt.pk]


def test_half_for_missing_options_can_be_just_enough(hall, passed):
    attempt = hall.start()
    answer_all(hall, attempt, {1: ["A"], 2: ["C"]})
    done = hall.submit(attempt)
    assert (done.score, done.passed, passed) == (6000, True, [attempt.pk])


def test_all_or_nothing_gives_nothing_for_missing_options(people, passed):
    hall = make.hall(people.county, people.instructor, people.learner, scoring_policy=ScoringPolicy.ALL_OR_NOTHING)
    attempt = hall.start()
    answer_all(hall, attempt, {1: ["A"], 2: ["C"]})
    done = hall.submit(attempt)
    assert (done.score, done.passed, passed) == (4000, False, [])
    assert [item["reason"] for item in ScoreRun.objects.get().items] == ["right", "incomplete", "blank"]


def test_an_empty_paper_scores_nothing(hall, passed):
    done = hall.submit(hall.start())
    assert (done.score, done.max_score, done.passed, passed) == (0, 10000, False, [])


def test_handing_in_twice_grades_once(hall, passed):
    attempt = hall.start()
    answer_all(hall, attempt)
    first = hall.submit(attempt)
    second = hall.submit(attempt, now=NOON + timedelta(minutes=1))
    assert (second.score, second.submitted_at) == (first.score, NOON)
    assert (ScoreRun.objects.count(), passed) == (1, [attempt.pk])


def test_handing_in_during_the_grace_is_the_members_own(hall):
    attempt = hall.start()
    done = hall.submit(attempt, now=HARD_DEADLINE)
    assert (done.submit_kind, done.submitted_at) == (SubmitKind.BY_MEMBER, HARD_DEADLINE)


def test_handing_in_too_late_closes_at_the_deadline(hall):
    attempt = hall.start()
    hall.save(attempt, 1, ["A"])
    done = hall.submit(attempt, now=HARD_DEADLINE + MICROSECOND)
    assert (done.submit_kind, done.submitted_at, done.score) == (SubmitKind.BY_DEADLINE, DEADLINE, 4000)


def test_a_listener_that_fails_undoes_handing_in(hall):
    attempt = hall.start()
    answer_all(hall, attempt)

    def listener(**_):
        raise RuntimeError("the ledger is on strike")

    events.exam_passed.connect(listener)
    try:
        with pytest.raises(RuntimeError):
            hall.submit(attempt)
    finally:
        events.exam_passed.disconnect(listener)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, ScoreRun.objects.count()) == (AttemptState.IN_PROGRESS, None, 0)


def test_the_best_attempt_counts_and_among_equals_the_first(hall, people):
    scores = []
    for answers in ({1: ["A"]}, {1: ["A"], 3: ["B"]}, {1: ["B"]}):
        attempt = hall.start()
        answer_all(hall, attempt, answers)
        scores.append(hall.submit(attempt))
    assert [attempt.score for attempt in scores] == [4000, 6000, 0]
    assert queries.best_attempt(people.learner, hall.exam) == scores[1]
    assert queries.has_passed(people.learner, hall.exam)
    assert not queries.has_passed(people.stranger, hall.exam)
    standing = queries.standing(people.learner, hall.exam)
    assert (standing.best, standing.passed, standing.attempts_left) == (scores[1], True, 0)


def test_exams_wait_for_those_who_can_sit_them_and_have_not_passed(hall, people, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert queries.list_exams_to_pass(people.learner) == [hall.exam]
    assert queries.list_exams_to_pass(people.stranger) == []
    for _ in range(2):
        hall.submit(hall.start())
    last = hall.start()
    assert queries.list_exams_to_pass(people.learner) == [hall.exam]
    hall.submit(last)
    assert queries.list_exams_to_pass(people.learner) == []


def test_a_passed_exam_waits_no_longer(hall, people):
    attempt = hall.start()
    answer_all(hall, attempt)
    hall.submit(attempt)
    assert queries.list_exams_to_pass(people.learner) == []


def test_an_exam_after_the_lectures_waits_when_they_are_completed(hall, people):
    type(hall.exam).objects.update(requires_completed_lectures=True)
    assert queries.list_exams_to_pass(people.learner) == []
    Enrolment.objects.update(state=Enrolment.State.COMPLETED, completed_at=NOON)
    assert queries.list_exams_to_pass(people.learner) == [hall.exam]
    Enrolment.objects.update(state=Enrolment.State.DROPPED)
    assert queries.list_exams_to_pass(people.learner) == []


# --- The plain form -----------------------------------------------------------------------------------------


def hand_in(hall: make.Hall, attempt: Attempt, answers, *, seen_seq=0, confirmed=False, now=NOON) -> Attempt:
    return services.hand_in(
        member=hall.learner,
        attempt_id=attempt.pk,
        answers=answers,
        seen_seq=seen_seq,
        confirmed=confirmed,
        now=now,
    )


def test_the_plain_form_keeps_its_answers_and_waits_for_the_confirmation(hall):
    attempt = hall.start()
    kept = hand_in(hall, attempt, {1: ["A"], 2: ["C", "A"], 3: []})
    assert (kept.state, queries.current_answers(attempt.pk)) == (
        AttemptState.IN_PROGRESS,
        {1: ["A"], 2: ["A", "C"]},
    )
    done = hand_in(hall, attempt, None, confirmed=True)
    assert (done.state, done.score) == (AttemptState.SCORED, 8000)


def test_sending_the_same_form_again_stores_nothing_new(hall):
    attempt = hall.start()
    for _ in range(2):
        hand_in(hall, attempt, {1: ["A"], 2: [], 3: []})
    assert AnswerEvent.objects.count() == 1


def test_an_old_form_does_not_undo_what_was_answered_elsewhere(hall):
    attempt = hall.start()
    answer_all(hall, attempt)
    hand_in(hall, attempt, {1: [], 2: [], 3: ["A"]}, seen_seq=0)
    assert queries.current_answers(attempt.pk) == {1: ["A"], 2: ["A", "C"], 3: ["A"]}


def test_a_form_can_take_an_answer_back(hall):
    attempt = hall.start()
    hall.save(attempt, 2, ["A"])
    hand_in(hall, attempt, {1: [], 2: [], 3: []}, seen_seq=1)
    assert queries.current_answers(attempt.pk) == {2: []}


def test_a_form_that_comes_too_late_does_not_count(hall):
    attempt = hall.start()
    hall.save(attempt, 1, ["A"])
    done = hand_in(hall, attempt, {1: ["A"], 3: ["B"]}, now=HARD_DEADLINE + MICROSECOND)
    assert (done.state, done.score, done.submit_kind) == (AttemptState.SCORED, 4000, SubmitKind.BY_DEADLINE)


# --- The sweeper --------------------------------------------------------------------------------------------


def test_the_sweeper_closes_what_is_past_its_hard_deadline_as_of_the_deadline(hall, passed):
    attempt = hall.start()
    answer_all(hall, attempt)
    assert services.close_expired_attempts(now=HARD_DEADLINE) == 0
    assert services.close_expired_attempts(now=HARD_DEADLINE + MICROSECOND) == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.passed) == (AttemptState.SCORED, 10000, True)
    assert (attempt.submitted_at, attempt.submit_kind) == (DEADLINE, SubmitKind.BY_DEADLINE)
    assert passed == [attempt.pk]
    assert services.close_expired_attempts(now=HARD_DEADLINE + timedelta(days=1)) == 0
    assert ScoreRun.objects.count() == 1


def test_the_task_sweeps_with_the_present_time(hall, monkeypatch):
    attempt = hall.start()
    monkeypatch.setattr("lms.common.clock.now", lambda: HARD_DEADLINE + MICROSECOND)
    assert tasks.close_expired_attempts() == 1
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.SCORED


def test_one_attempt_that_cannot_be_closed_does_not_keep_the_others_waiting(hall, people):
    bad = hall.start()
    answer_all(hall, bad)
    make.enrol(people.stranger, hall.course)
    good = services.start_attempt(member=people.stranger, exam=hall.exam, now=NOON + timedelta(minutes=1))

    def listener(attempt_id, **_):
        raise RuntimeError(str(attempt_id))

    events.exam_passed.connect(listener)
    try:
        with pytest.raises(ExceptionGroup) as group:
            services.close_expired_attempts(now=NOON + timedelta(hours=2))
    finally:
        events.exam_passed.disconnect(listener)
    assert [str(failure) for failure in group.value.exceptions] == [str(bad.pk)]
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (AttemptState.IN_PROGRESS, AttemptState.SCORED)
