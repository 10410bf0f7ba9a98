from __future__ import annotations

import pytest

from exams import rules
from exams.rules import QuestionProblem, QuestionType

SINGLE, MULTIPLE, JUDGE = QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.JUDGE


@pytest.mark.parametrize(
    ("question_type", "stem", "options", "correct", "problems"),
    [
        (SINGLE, "问", ["甲", "乙"], [1], []),
        (MULTIPLE, "问", ["甲", "乙", "丙"], [0, 2], []),
        (MULTIPLE, "问", ["甲", "乙", "丙"], [1], []),
        (JUDGE, "问", ["正确", "错误"], [0], []),
        (SINGLE, "  ", ["甲", "乙"], [0], ["no_stem"]),
        (SINGLE, "问", ["甲"], [0], ["too_few_options"]),
        (SINGLE, "问", list("甲乙丙丁戊己庚"), [0], ["too_many_options"]),
        (SINGLE, "问", ["甲", " "], [0], ["empty_option"]),
        (SINGLE, "问", ["甲", "甲 "], [0], ["same_option_twice"]),
        (SINGLE, "问", ["甲", "乙"], [], ["no_right_option"]),
        (SINGLE, "问", ["甲", "乙"], [0, 1], ["one_right_option_only"]),
        (JUDGE, "问", ["正确", "错误"], [0, 1], ["one_right_option_only"]),
        (MULTIPLE, "问", ["甲", "乙"], [0, 2], ["right_option_missing"]),
        (MULTIPLE, "问", ["甲", "乙"], [-1], ["right_option_missing"]),
        (SINGLE, "", ["", ""], [], ["no_stem", "empty_option", "same_option_twice", "no_right_option"]),
    ],
)
def test_every_problem_of_a_question_is_named(question_type, stem, options, correct, problems):
    found = rules.question_problems(question_type, stem, options, correct)
    assert found == tuple(QuestionProblem(problem) for problem in problems)


@pytest.mark.parametrize(
    ("question_type", "chosen", "possible"),
    [
        (SINGLE, [], True),
        (SINGLE, ["A"], True),
        (SINGLE, ["A", "B"], False),
        (JUDGE, ["A", "B"], False),
        (MULTIPLE, ["A", "B"], True),
        (MULTIPLE, ["A", "A"], False),
        (MULTIPLE, ["A", "Z"], False),
        (MULTIPLE, ["a"], False),
    ],
)
def test_only_options_of_the_question_can_be_chosen(question_type, chosen, possible):
    assert rules.is_possible_answer(question_type, ["A", "B", "C"], chosen) is possible
