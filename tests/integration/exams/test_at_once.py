"""Several people, tabs and machines at the same moment, with real transactions on real connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from exams import events, queries, services
from exams.models import AnswerEvent, Attempt, ScoreRun
from exams.rules import AttemptState
from exams.services import AnswerChange
from lms.common.errors import Conflict
from tests.conftest import make_people
from tests.factories import exams as make
from tests.factories.exams import NOON, RIGHT

AFTERWARDS = NOON + timedelta(hours=2)


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run every act in a thread of its own, all released together; their results, or what they raised."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=30)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        futures = [pool.submit(run, act) for act in acts]
    return [future.exception() or future.result() for future in futures]


@pytest.fixture
def hall(transactional_db: None) -> make.Hall:
    people = make_people()
    return make.hall(people.county, people.instructor, people.learner)


@pytest.fixture
def passed():
    heard = []

    def listener(attempt_id, **_):
        heard.append(attempt_id)

    events.exam_passed.connect(listener)
    yield heard
    events.exam_passed.disconnect(listener)


def test_starting_at_once_gives_one_attempt(hall):
    attempts = at_once([hall.start] * 6)
    assert {attempt.pk for attempt in attempts} == {Attempt.objects.get().pk}


def test_handing_in_at_once_gives_one_score_run(hall, passed):
    attempt = hall.start()
    for slot, chosen in RIGHT.items():
        hall.save(attempt, slot, chosen)
    results = at_once([lambda: hall.submit(attempt)] * 4)
    assert [(result.state, result.score) for result in results] == [(AttemptState.SCORED, 10000)] * 4
    assert ScoreRun.objects.count() == 1
    assert passed == [attempt.pk]


def test_the_sweepers_and_the_member_at_once_close_an_attempt_once(hall, passed):
    attempt = hall.start()
    for slot, chosen in RIGHT.items():
        hall.save(attempt, slot, chosen)
    sweep = lambda: services.close_expired_attempts(now=AFTERWARDS)  # noqa: E731
    results = at_once([sweep, lambda: hall.submit(attempt, now=AFTERWARDS), sweep, sweep])
    assert not [result for result in results if isinstance(result, Exception)]
    assert (ScoreRun.objects.count(), passed) == (1, [attempt.pk])
    attempt.refresh_from_db()
    assert (attempt.submitted_at, attempt.submit_kind) == (attempt.deadline_at, "by_deadline")


def test_the_same_message_at_once_is_stored_once(hall):
    attempt = hall.start()
    change = AnswerChange(uuid4(), 1, ["A"])

    def send() -> dict[Any, int]:
        return services.save_answers(member=hall.learner, attempt_id=attempt.pk, changes=[change], now=NOON)

    results = at_once([send] * 5)
    assert len({result[change.message_id] for result in results}) == 1
    assert AnswerEvent.objects.count() == 1


@pytest.mark.parametrize("round_number", range(5))
def test_no_acknowledged_answer_misses_the_grading(hall, round_number):
    """Four tabs answer as fast as they can while the paper is handed in: what was acknowledged is graded."""
    attempt = hall.start()
    acknowledged: list[int] = []
    refused: list[str] = []
    started = threading.Semaphore(0)

    def tab(letter: str) -> None:
        while True:
            time.sleep(0.005)  # SQLite lets writers in as they come, not in turn: leave room for the one who closes
            try:
                acknowledged.append(hall.save(attempt, 1, [letter]))
            except Conflict as error:
                refused.append(error.code)
                return
            finally:
                started.release()

    def close() -> Attempt:
        for _ in range(4 + round_number * 2):
            started.acquire(timeout=30)
        return hall.submit(attempt)

    results = at_once([lambda: tab("A"), lambda: tab("B"), lambda: tab("C"), lambda: tab("D"), close])
    assert not [result for result in results if isinstance(result, Exception)]
    assert refused == ["attempt_closed"] * 4
    run = ScoreRun.objects.get()
    assert sorted(acknowledged) == list(AnswerEvent.objects.values_list("seq", flat=True).order_by("seq"))
    assert len(set(acknowledged)) == len(acknowledged)
    assert run.answers_up_to == max(acknowledged)
    graded = next(item for item in run.items if item["slot"] == 1)
    assert graded["chosen"] == queries.current_answers(attempt.pk)[1]


@pytest.mark.parametrize("round_number", range(8))
def test_withdrawing_and_starting_at_once_never_leaves_an_attempt_at_a_draft(hall, round_number):
    def act(service: Callable[..., Any], **arguments: Any) -> str:
        try:
            service(exam=hall.exam, now=NOON, **arguments)
        except Conflict as refused:
            return refused.code
        return "done"

    withdraw = partial(act, services.withdraw_exam, actor=hall.instructor)
    start = partial(act, services.start_attempt, member=hall.learner)
    withdrawn, *started = at_once([withdraw, start, start])
    hall.exam.refresh_from_db()
    if withdrawn == "done":
        assert (hall.exam.state, started) == ("draft", ["cannot_start"] * 2)
        assert not Attempt.objects.exists()
    else:
        assert (withdrawn, hall.exam.state, started) == ("exam_started", "published", ["done"] * 2)
        assert Attempt.objects.count() == 1
