"""Reports and players that arrive at the same moment, on real transactions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from courses import services
from courses.models import Enrolment, LectureProgress, PlayLease, PlaySession, WatchBatch
from lms.common.errors import Conflict
from tests.conftest import make_people
from tests.factories import courses as make
from tests.factories.courses import MINUTE, later, report

pytestmark = pytest.mark.django_db(transaction=True)
Result = TypeVar("Result")
THREADS = 8


def together(act: Callable[[int], Result]) -> list[Result]:
    """The results of `act(0)` .. `act(7)`, begun at the same moment on connections of their own."""
    barrier = Barrier(THREADS)

    def run(number: int) -> Result:
        try:
            barrier.wait(timeout=30)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_one_report_sent_eight_times_at_once_is_kept_once() -> None:
    people = make_people()
    course = make.course(people.instructor, people.county)
    session = services.start_session(member=people.learner, lecture=make.lectures_of(course)[0], now=later())
    answers = together(lambda _: report(session, people.learner, (0, 30_000), now=later(seconds=10)))
    assert WatchBatch.objects.count() == 1
    assert all(answer == answers[0] for answer in answers)
    assert LectureProgress.objects.get().covered_ms == answers[0].covered_ms == 15_000


def test_eight_different_reports_under_one_number_leave_one_winner() -> None:
    people = make_people()
    course = make.course(people.instructor, people.county)
    session = services.start_session(member=people.learner, lecture=make.lectures_of(course)[0], now=later())

    def act(number: int) -> int | str:
        try:
            return report(session, people.learner, (0, 1_000 + number), now=later(seconds=10)).covered_ms
        except Conflict as refusal:
            return refusal.code

    answers = together(act)
    assert answers.count("seq_reused") == THREADS - 1
    assert LectureProgress.objects.get().covered_ms in answers


def test_eight_players_opened_at_once_leave_one_that_earns() -> None:
    people = make_people()
    course = make.course(people.instructor, people.county, lectures=THREADS, duration_ms=30 * MINUTE)
    lectures = make.lectures_of(course)
    sessions = together(
        lambda number: services.start_session(member=people.learner, lecture=lectures[number], now=later())
    )
    assert sorted(session.epoch for session in sessions) == list(range(1, THREADS + 1))
    assert PlaySession.objects.filter(superseded_at__isnull=True).count() == 1
    assert PlayLease.objects.get().epoch == THREADS
    assert Enrolment.objects.count() == 1
    together(lambda number: report(sessions[number], people.learner, (0, MINUTE), now=later(seconds=30)))
    earned = list(PlaySession.objects.values_list("accepted_ms", flat=True))
    assert sorted(earned) == [0] * (THREADS - 1) + [45_000]


def test_a_player_that_starts_while_another_reports_shares_no_time_with_it() -> None:
    people = make_people()
    course = make.course(people.instructor, people.county, lectures=2, duration_ms=30 * MINUTE)
    first, second = make.lectures_of(course)
    old = services.start_session(member=people.learner, lecture=first, now=later())

    def act(number: int) -> None:
        if number % 2:
            report(old, people.learner, (0, MINUTE), now=later(seconds=20))
        else:
            services.start_session(member=people.learner, lecture=second, now=later(seconds=20))

    together(act)
    newest = PlayLease.objects.select_related("session").get().session
    assert newest is not None
    report(newest, people.learner, (0, MINUTE), now=later(seconds=30))
    earned = sum(PlaySession.objects.values_list("accepted_ms", flat=True))
    assert earned == 30_000 * 3 // 2


def test_a_film_completed_by_two_reports_at_once_is_completed_once() -> None:
    people = make_people()
    course = make.course(people.instructor, people.county)
    session = services.start_session(member=people.learner, lecture=make.lectures_of(course)[0], now=later())
    answers = together(lambda _: report(session, people.learner, (0, MINUTE), now=later(seconds=45)))
    assert [answer.course_completed for answer in answers].count(True) == 1
    assert Enrolment.objects.get().completed_at == later(seconds=45)
