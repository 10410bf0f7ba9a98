"""Sentences for what rules and rows say in codes."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from exams.rules import (
    PublishProblem,
    QuestionProblem,
    QuestionType,
    ScoreReason,
    ScoringPolicy,
    SettingsProblem,
    StartObstacle,
)

SENTENCES: dict[str, Promise] = {
    QuestionProblem.NO_STEM: _("The question itself is missing."),
    QuestionProblem.TOO_FEW_OPTIONS: _("A question needs two options at least."),
    QuestionProblem.TOO_MANY_OPTIONS: _("A question has six options at most."),
    QuestionProblem.EMPTY_OPTION: _("An option has no text."),
    QuestionProblem.SAME_OPTION_TWICE: _("Two options say the same."),
    QuestionProblem.NO_RIGHT_OPTION: _("No option is marked as right."),
    QuestionProblem.ONE_RIGHT_OPTION_ONLY: _("This type of question has one right option only."),
    QuestionProblem.RIGHT_OPTION_MISSING: _("An option is marked as right that has no text."),
    SettingsProblem.NO_TITLE: _("The title is missing."),
    SettingsProblem.DURATION_OUT_OF_RANGE: _("An exam lasts from 1 minute to 6 hours."),
    SettingsProblem.ATTEMPTS_OUT_OF_RANGE: _("From 1 to 99 attempts can be allowed."),
    SettingsProblem.LINE_OUT_OF_RANGE: _("The pass line lies above 0 and at 100 per cent at most."),
    PublishProblem.ALREADY_PUBLISHED: _("The exam is published already."),
    PublishProblem.NO_QUESTIONS: _("The paper has no questions yet."),
    PublishProblem.SAME_QUESTION_TWICE: _("A question stands on the paper twice."),
    PublishProblem.NO_LECTURES_TO_COMPLETE: _(
        "The exam asks for completed lectures, but the course has no lectures, so nobody could ever start."
    ),
    StartObstacle.NOT_PUBLISHED: _("The exam is not published."),
    StartObstacle.NOT_ENROLLED: _("You are not enrolled in this course."),
    StartObstacle.LECTURES_NOT_COMPLETED: _("You have to complete all lectures of the course first."),
    StartObstacle.ATTEMPT_OPEN: _("You have an attempt in progress: continue it."),
    StartObstacle.NO_ATTEMPTS_LEFT: _("You have used all your attempts."),
    ScoreReason.RIGHT: _("Right"),
    ScoreReason.INCOMPLETE: _("Incomplete"),
    ScoreReason.WRONG: _("Wrong"),
    ScoreReason.BLANK: _("Not answered"),
}

SECTION_TITLES: dict[str, Promise] = {
    QuestionType.SINGLE: _("Single choice: one option is right"),
    QuestionType.MULTIPLE: _("Multiple choice: one or more options are right"),
    QuestionType.JUDGE: _("True or false"),
}

POLICY_SENTENCES: dict[str, Promise] = {
    ScoringPolicy.ALL_OR_NOTHING: _("Multiple choice: full points for exactly the right options, otherwise none."),
    ScoringPolicy.HALF_FOR_MISSING: _(
        "Multiple choice: full points for exactly the right options, half when some of them are missing, "
        "none when a wrong one is chosen."
    ),
}


def sentences(codes: Iterable[str]) -> list[str]:
    """The sentences for codes of rules, in the reader's language."""
    return [str(SENTENCES[code]) for code in codes]
