"""Handing in, grading, the plain form, running out of time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses.models import Enrolment
from exams import events, queries, services, tasks
from exams.models import AnswerEvent, Attempt, ScoreRun
from exams.rules import AttemptState, ScoringPolicy, SubmitKind
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
