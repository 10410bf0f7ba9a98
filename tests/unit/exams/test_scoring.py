from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams import rules
from exams.rules import ScoreItem, ScoreReason, ScoringPolicy

HALF, ALL = ScoringPolicy.HALF_FOR_MISSING, ScoringPolicy.ALL_OR_NOTHING
KEYS = st.sets(st.sampled_from("ABCDEF"))


@pytest.mark.parametrize(
    ("policy", "points", "correct", "chosen", "earned", "reason"),
    [
        (ALL, 200, "A", "A", 200, "right"),
        (ALL, 200, "A", "B", 0, "wrong"),
        (ALL, 200, "A", "", 0, "blank"),
        (ALL, 300, "ABC", "ABC", 300, "right"),
        (ALL, 300, "ABC", "AB", 0, "incomplete"),
        (ALL, 300, "ABC", "ABCD", 0, "wrong"),
        (ALL, 300, "ABC", "AD", 0, "wrong"),
        (ALL, 300, "ABC", "D", 0, "wrong"),
        (HALF, 300, "ABC", "ABC", 300, "right"),
        (HALF, 300, "ABC", "CAB", 300, "right"),
        (HALF, 300, "ABC", "AB", 150, "incomplete"),
        (HALF, 300, "ABC", "A", 150, "incomplete"),
        (HALF, 300, "ABC", "ABCD", 0, "wrong"),
        (HALF, 300, "ABC", "AD", 0, "wrong"),
        (HALF, 300, "ABC", "", 0, "blank"),
        (HALF, 50, "AB", "A", 25, "incomplete"),
        (HALF, 25, "AB", "A", 13, "incomplete"),
        (HALF, 1, "AB", "A", 1, "incomplete"),
        (HALF, 333, "AB", "B", 167, "incomplete"),
    ],
)
def test_one_answer_earns_what_the_table_says(policy, points, correct, chosen, earned, reason):
    assert rules.score_answer(policy, points, correct, chosen) == (earned, ScoreReason(reason))


@settings(deadline=None, derandomize=True)
@given(policy=st.sampled_from(ScoringPolicy), points=st.integers(1, 100_000), correct=KEYS, chosen=KEYS)
def test_an_answer_never_earns_less_than_nothing_or_more_than_its_points(policy, points, correct, chosen):
    earned, reason = rules.score_answer(policy, points, correct, chosen)
    assert 0 <= earned <= points
    assert (earned == 0) or (chosen and chosen <= correct)
    assert (reason == ScoreReason.WRONG) == bool(chosen - correct)


def test_a_question_without_an_answer_is_blank_on_a_scored_paper():
    items = [ScoreItem(1, 200, frozenset("A")), ScoreItem(2, 300, frozenset("AB"))]
    scored = rules.score_paper(HALF, items, {1: ["A"]})
    assert [(one.slot, one.points, one.reason) for one in scored] == [(1, 200, "right"), (2, 0, "blank")]


@pytest.mark.parametrize(
    ("score", "max_score", "permille", "passes"),
    [
        (6000, 10000, 600, True),
        (5999, 10000, 600, False),
        (10000, 10000, 1000, True),
        (9999, 10000, 1000, False),
        (200, 333, 600, True),  # 199.8 is needed
        (199, 333, 600, False),
        (0, 100, 1, False),
    ],
)
def test_the_pass_line_is_compared_exactly(score, max_score, permille, passes):
    assert rules.is_pass(score, max_score, permille) is passes


@settings(deadline=None, derandomize=True)
@given(max_score=st.integers(1, 1_000_000), permille=st.integers(1, 1000))
def test_the_pass_score_shown_is_the_lowest_that_passes(max_score, permille):
    line = rules.pass_score(max_score, permille)
    assert rules.is_pass(line, max_score, permille)
    assert not rules.is_pass(line - 1, max_score, permille)


@pytest.mark.parametrize(
    ("passed", "left", "sitting", "shown"),
    [
        (True, 2, False, True),
        (True, 0, False, True),
        (True, 0, True, True),
        (False, 0, False, True),
        (False, 1, False, False),
        (False, 0, True, False),
    ],
)
def test_the_key_is_shown_to_those_who_have_passed_or_cannot_sit_again(passed, left, sitting, shown):
    assert rules.shows_key(passed=passed, attempts_left=left, attempt_open=sitting) is shown
