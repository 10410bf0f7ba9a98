from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exams import rules
from exams.rules import ExamState, PublishProblem, SettingsProblem, StartObstacle

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
FREE = {
    "published": True,
    "enrolled": True,
    "requires_completed_lectures": False,
    "lectures_completed": False,
    "attempt_open": False,
    "attempts_used": 0,
    "attempts_allowed": 3,
}


def test_a_member_without_obstacles_may_start():
    assert rules.start_eligibility(**FREE) == rules.Eligibility(allowed=True, reasons=())


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"published": False}, [StartObstacle.NOT_PUBLISHED]),
        ({"enrolled": False}, [StartObstacle.NOT_ENROLLED]),
        ({"attempts_used": 3}, [StartObstacle.NO_ATTEMPTS_LEFT]),
        ({"attempts_used": 1, "attempt_open": True}, [StartObstacle.ATTEMPT_OPEN]),
        ({"attempts_used": 3, "attempt_open": True}, [StartObstacle.ATTEMPT_OPEN]),
        ({"requires_completed_lectures": True}, [StartObstacle.LECTURES_NOT_COMPLETED]),
        ({"requires_completed_lectures": True, "lectures_completed": True}, []),
        (
            {"published": False, "enrolled": False, "attempts_used": 4},
            [StartObstacle.NOT_PUBLISHED, StartObstacle.NOT_ENROLLED, StartObstacle.NO_ATTEMPTS_LEFT],
        ),
    ],
)
def test_every_reason_against_a_start_is_named(change, reasons):
    found = rules.start_eligibility(**(FREE | change))
    assert found.reasons == tuple(reasons)
    assert found.allowed is (not reasons)


def test_the_deadlines_follow_from_the_start():
    assert rules.deadlines(START, 3600, 60) == (START + timedelta(minutes=60), START + timedelta(minutes=61))


def test_the_hard_deadline_itself_is_still_in_time():
    assert rules.takes_answers(START, START)
    assert not rules.takes_answers(START, START + timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("settings", "problems"),
    [
        (("考试", 60, 1, 1), []),
        (("考试", 21600, 99, 1000), []),
        ((" ", 60, 1, 1), [SettingsProblem.NO_TITLE]),
        (("考试", 59, 1, 1), [SettingsProblem.DURATION_OUT_OF_RANGE]),
        (("考试", 21601, 1, 1), [SettingsProblem.DURATION_OUT_OF_RANGE]),
        (("考试", 60, 0, 1), [SettingsProblem.ATTEMPTS_OUT_OF_RANGE]),
        (("考试", 60, 100, 1), [SettingsProblem.ATTEMPTS_OUT_OF_RANGE]),
        (("考试", 60, 1, 0), [SettingsProblem.LINE_OUT_OF_RANGE]),
        (("考试", 60, 1, 1001), [SettingsProblem.LINE_OUT_OF_RANGE]),
    ],
)
def test_settings_have_limits(settings, problems):
    assert rules.settings_problems(*settings) == tuple(problems)


@pytest.mark.parametrize(
    ("facts", "problems"),
    [
        ({}, []),
        ({"state": ExamState.PUBLISHED}, [PublishProblem.ALREADY_PUBLISHED]),
        ({"question_ids": []}, [PublishProblem.NO_QUESTIONS]),
        ({"question_ids": [1, 2, 1]}, [PublishProblem.SAME_QUESTION_TWICE]),
        ({"requires_completed_lectures": True}, [PublishProblem.NO_LECTURES_TO_COMPLETE]),
        ({"requires_completed_lectures": True, "course_has_lectures": True}, []),
    ],
)
def test_everything_that_stands_in_the_way_of_publishing_is_named(facts, problems):
    ready = {
        "state": ExamState.DRAFT,
        "question_ids": [1, 2],
        "requires_completed_lectures": False,
        "course_has_lectures": False,
    }
    assert rules.publish_problems(**(ready | facts)) == tuple(problems)
