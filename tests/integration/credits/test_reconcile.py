"""Completions of which the ledger was not told are found and posted."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from credits import queries, services, tasks
from credits.models import LearningEvent
from credits.queries import audit, facts
from lms.common.errors import DomainError
from tests.conftest import People
from tests.factories import credits as make
from tests.factories import members as make_member
from tests.factories.credits import NOON


@pytest.fixture
def course(people: People) -> Any:
    return make.course("theory", people.county, people.instructor)


def test_what_was_missed_is_posted_once_and_for_its_own_day(
    people: People, course: Any, caplog: pytest.LogCaptureFixture
) -> None:
    make.complete_lecture(people.learner, make.lecture(course))
    make.progress(people.learner, make.lecture(course, minutes=45))
    make.attempt(people.learner, make.exam(course))
    later = NOON.replace(year=2027)
    with caplog.at_level(logging.INFO):
        assert services.reconcile(now=later) == services.Reconciliation(found=2, posted=2)
        assert services.reconcile(now=later) == services.Reconciliation(found=0, posted=0)
    assert make.entries(people.learner) == [50, 100, 50]
    assert queries.balance(people.learner, 2026) == 200
    assert set(LearningEvent.objects.exclude(recorded_at=NOON).values_list("recorded_at", flat=True)) == {later}
    assert "2 facts were missing" in caplog.text
    assert list(audit.list_findings()) == []


def test_unfinished_lectures_and_failed_attempts_are_nothing_to_post(people: People, course: Any) -> None:
    progress = make.progress(people.learner, make.lecture(course))
    progress.completed_at = None
    progress.save()
    attempt = make.attempt(people.learner, make.exam(course))
    attempt.passed = False
    attempt.save()
    assert services.reconcile(now=NOON).found == 0


def test_one_fact_that_is_refused_does_not_stop_the_others(
    people: People, course: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = make.progress(people.learner, make.lecture(course))
    make.progress(people.learner, make.lecture(course))
    read = queries.lecture_fact

    def refusing(progress_id: int) -> facts.Fact:
        if progress_id == bad.pk:
            raise DomainError("broken", "broken")
        return read(progress_id)

    monkeypatch.setattr(queries, "lecture_fact", refusing)
    outcome = services.reconcile(now=NOON)
    assert (outcome.found, outcome.posted, outcome.failed) == (2, 1, 1)
    assert f"lecture {bad.pk} cannot be posted" in caplog.text


def test_looking_for_what_is_missing_goes_by_pages(
    people: People,
    course: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(facts, "PAGE", 4)
    lecture = make.lecture(course)
    exam = make.exam(course)
    told = []
    for number in range(10):
        learner = make_member.member(f"many-{number}", people.village)
        told.append(make.complete_lecture(learner, lecture))
        make.pass_exam(learner, exam)
    with django_assert_num_queries(2 * (2 * 3 + 1)):
        assert services.reconcile(now=NOON).found == 0


def test_the_nightly_task_posts(people: People, course: Any) -> None:
    make.progress(people.learner, make.lecture(course))
    tasks.reconcile()
    assert make.entries(people.learner) == [50]
