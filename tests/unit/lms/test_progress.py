"""Time left: measured or not told; and a job's figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from lms.common.progress import Job, JobState, seconds_left, words_for_time_left

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def left(permille: int | None, after: float) -> int | None:
    return seconds_left(permille=permille, since=NOON, now=NOON + timedelta(seconds=after))


def test_the_rest_takes_as_long_as_what_is_done_took() -> None:
    assert left(500, 60) == 60
    assert left(250, 60) == 180
    assert left(1000, 60) == 0
    assert left(1200, 60) == 0


@pytest.mark.parametrize(("permille", "after"), [(500, 3), (10, 600), (0, 600), (None, 600), (500, -5)])
def test_too_early_to_tell(permille: int | None, after: float) -> None:
    assert left(permille, after) is None


def test_without_a_beginning_nothing_is_told() -> None:
    assert seconds_left(permille=500, since=None, now=NOON) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "Time left: not known yet"),
        (0, "A few seconds left"),
        (31, "About 40 seconds left"),
        (60, "About 1 minute left"),
        (61, "About 2 minutes left"),
        (11 * 60 + 1, "About 15 minutes left"),
        (89 * 60, "About 90 minutes left"),
        (90 * 60, "About 2 hours left"),
    ],
)
def test_words_are_coarse(seconds: int | None, words: str) -> None:
    with translation.override("en"):
        assert words_for_time_left(seconds) == words


def test_a_job_says_100_per_cent_only_when_nothing_is_missing() -> None:
    assert Job(key="a", state=JobState.RUNNING, permille=999).percent == 99
    assert Job(key="a", state=JobState.RUNNING, permille=1000).percent == 100
    assert Job(key="a", state=JobState.RUNNING, permille=None).percent is None


def test_only_a_running_job_speaks_of_time_left() -> None:
    told = {state: bool(Job(key="a", state=state, seconds_left=60).time_left) for state in JobState}
    assert [state for state, words in told.items() if words] == [JobState.RUNNING]
