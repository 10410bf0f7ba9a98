"""Decisions about exams that one could argue about. Pure: no Django, no clock, no chance."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256


class QuestionType(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGE = "judge"  # true or false


class ExamState(StrEnum):
    """draft -> published, and back to draft only while nobody has started."""

    DRAFT = "draft"
    PUBLISHED = "published"


class AttemptState(StrEnum):
    """in_progress -> submitted -> scored; a submitted attempt never opens again."""

    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    SCORED = "scored"


class SubmitKind(StrEnum):
    BY_MEMBER = "by_member"
    BY_DEADLINE = "by_deadline"


class ScoringPolicy(StrEnum):
    """What a multiple-choice answer earns that misses right options and has no wrong one.

    A wrong option earns 0 under every policy.
    """

    ALL_OR_NOTHING = "all_or_nothing"
    HALF_FOR_MISSING = "half_for_missing"


# --- Questions ----------------------------------------------------------------------------------------------
OPTION_KEYS = "ABCDEF"
JUDGE_OPTIONS = ("正确", "错误")  # what papers print: the first means true


class QuestionProblem(StrEnum):
    """Why a question cannot be kept as it is written."""

    NO_STEM = "no_stem"
    TOO_FEW_OPTIONS = "too_few_options"
    TOO_MANY_OPTIONS = "too_many_options"
    EMPTY_OPTION = "empty_option"
    SAME_OPTION_TWICE = "same_option_twice"
    NO_RIGHT_OPTION = "no_right_option"
    ONE_RIGHT_OPTION_ONLY = "one_right_option_only"
    RIGHT_OPTION_MISSING = "right_option_missing"


def question_problems(
    question_type: QuestionType, stem: str, options: Sequence[str], correct: Collection[int]
) -> tuple[QuestionProblem, ...]:
    """What is wrong with a question; `correct` are positions in `options`, from 0. Empty: nothing is."""
    found = []
    texts = [text.strip() for text in options]
    if not stem.strip():
        found.append(QuestionProblem.NO_STEM)
    if len(texts) < 2:
        found.append(QuestionProblem.TOO_FEW_OPTIONS)
    if len(texts) > len(OPTION_KEYS):
        found.append(QuestionProblem.TOO_MANY_OPTIONS)
    if not all(texts):
        found.append(QuestionProblem.EMPTY_OPTION)
    if len(set(texts)) < len(texts):
        found.append(QuestionProblem.SAME_OPTION_TWICE)
    if not correct:
        found.append(QuestionProblem.NO_RIGHT_OPTION)
    elif question_type != QuestionType.MULTIPLE and len(set(correct)) > 1:
        found.append(QuestionProblem.ONE_RIGHT_OPTION_ONLY)
    if any(not 0 <= position < len(texts) for position in correct):
        found.append(QuestionProblem.RIGHT_OPTION_MISSING)
    return tuple(found)


def looks_single(question_type: QuestionType, correct: Collection[int]) -> bool:
    """Whether a multiple-choice question has one right option only.

    Papers can hold such a question, but nobody should write one: learners look for a second right option, and an
    answer cannot miss any. Mostly a mark was forgotten; otherwise it is a single-choice question.
    """
    return question_type == QuestionType.MULTIPLE and len(set(correct)) == 1


# --- Publishing ---------------------------------------------------------------------------------------------
MOST_QUESTIONS = 200
SHORTEST_SECONDS, LONGEST_SECONDS = 60, 6 * 3600
MOST_ATTEMPTS = 99
MOST_POINTS = 100_000  # hundredths, for one question


class SettingsProblem(StrEnum):
    """Why an exam cannot have these settings."""

    NO_TITLE = "no_title"
    DURATION_OUT_OF_RANGE = "duration_out_of_range"
    ATTEMPTS_OUT_OF_RANGE = "attempts_out_of_range"
    LINE_OUT_OF_RANGE = "line_out_of_range"


def settings_problems(
    title: str, duration_seconds: int, attempts_allowed: int, pass_permille: int
) -> tuple[SettingsProblem, ...]:
    """What is wrong with an exam's settings. A pass line of 0 would pass an empty paper: it starts at 1."""
    found = []
    if not title.strip():
        found.append(SettingsProblem.NO_TITLE)
    if not SHORTEST_SECONDS <= duration_seconds <= LONGEST_SECONDS:
        found.append(SettingsProblem.DURATION_OUT_OF_RANGE)
    if not 1 <= attempts_allowed <= MOST_ATTEMPTS:
        found.append(SettingsProblem.ATTEMPTS_OUT_OF_RANGE)
    if not 1 <= pass_permille <= 1000:
        found.append(SettingsProblem.LINE_OUT_OF_RANGE)
    return tuple(found)


class PublishProblem(StrEnum):
    """Why an exam cannot be published yet."""

    ALREADY_PUBLISHED = "already_published"
    NO_QUESTIONS = "no_questions"
    SAME_QUESTION_TWICE = "same_question_twice"
    NO_LECTURES_TO_COMPLETE = "no_lectures_to_complete"


def publish_problems(
    *,
    state: ExamState,
    question_ids: Sequence[int],
    requires_completed_lectures: bool,
    course_has_lectures: bool,
) -> tuple[PublishProblem, ...]:
    """What stands in the way of publishing an exam. Empty: nothing does."""
    found = []
    if state != ExamState.DRAFT:
        found.append(PublishProblem.ALREADY_PUBLISHED)
    if not question_ids:
        found.append(PublishProblem.NO_QUESTIONS)
    if len(set(question_ids)) < len(question_ids):
        found.append(PublishProblem.SAME_QUESTION_TWICE)
    if requires_completed_lectures and not course_has_lectures:
        found.append(PublishProblem.NO_LECTURES_TO_COMPLETE)
    return tuple(found)


# --- Who may start ------------------------------------------------------------------------------------------
class StartObstacle(StrEnum):
    """Why a member cannot start a new attempt now."""

    NOT_PUBLISHED = "not_published"
    NOT_ENROLLED = "not_enrolled"
    LECTURES_NOT_COMPLETED = "lectures_not_completed"
    ATTEMPT_OPEN = "attempt_open"  # it is to be continued, here or wherever it was opened
    NO_ATTEMPTS_LEFT = "no_attempts_left"


@dataclass(frozen=True)
class Eligibility:
    """Whether a member may start a new attempt, and if not, every reason why."""

    allowed: bool
    reasons: tuple[StartObstacle, ...] = ()


def start_eligibility(
    *,
    published: bool,
    enrolled: bool,
    requires_completed_lectures: bool,
    lectures_completed: bool,
    attempt_open: bool,
    attempts_used: int,
    attempts_allowed: int,
) -> Eligibility:
    """Whether a new attempt may start.

    Somebody who has passed may still use the attempts left: the best one counts.
    """
    checks = (
        (not published, StartObstacle.NOT_PUBLISHED),
        (not enrolled, StartObstacle.NOT_ENROLLED),
        (requires_completed_lectures and not lectures_completed, StartObstacle.LECTURES_NOT_COMPLETED),
        (attempt_open, StartObstacle.ATTEMPT_OPEN),
        (attempts_used >= attempts_allowed and not attempt_open, StartObstacle.NO_ATTEMPTS_LEFT),
    )
    reasons = tuple(obstacle for applies, obstacle in checks if applies)
    return Eligibility(allowed=not reasons, reasons=reasons)


# --- Time ---------------------------------------------------------------------------------------------------
def deadlines(started_at: datetime, duration_seconds: int, grace_seconds: int) -> tuple[datetime, datetime]:
    """When the time is up, and the last instant at which an answer that was under way is still taken."""
    deadline = started_at + timedelta(seconds=duration_seconds)
    return deadline, deadline + timedelta(seconds=grace_seconds)


def takes_answers(hard_deadline_at: datetime, now: datetime) -> bool:
    """Up to and including the hard deadline an answer counts; after it the deadline closes the attempt."""
    return now <= hard_deadline_at


# --- The private order of a paper ---------------------------------------------------------------------------
LAYOUT_VERSION = 1
# Papers are read section by section: single choice, multiple choice, true or false.
SECTIONS = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.JUDGE)


@dataclass(frozen=True)
class LayoutItem:
    """A question as the exam has it: its place, its type, its option keys in the order they were written."""

    slot: int
    type: QuestionType
    option_keys: tuple[str, ...]
    options_fixed: bool = False  # an option such as 'all of the above' must stay where it is


def _rank(seed: bytes, version: int, *parts: object) -> bytes:
    message = "|".join(str(part) for part in (version, *parts))
    return hmac.digest(seed, message.encode(), sha256)


def layout(
    layout_seed: str, items: Sequence[LayoutItem], version: int = LAYOUT_VERSION
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The slots and option keys of a paper in the order this attempt sees them, the same at every call.

    `layout_seed` is hex. Questions are ordered within their section by HMAC-SHA256(seed, 'version|q|slot'),
    options by HMAC-SHA256(seed, 'version|o|slot|key'); true/false options and fixed ones keep their order.
    Unlike a seeded random generator this does not depend on the language's release, so a paper can be shown
    again years later.
    """
    seed = bytes.fromhex(layout_seed)
    ordered = sorted(items, key=lambda item: (SECTIONS.index(item.type), _rank(seed, version, "q", item.slot)))
    return tuple((item.slot, _ordered_options(seed, version, item)) for item in ordered)


def _ordered_options(seed: bytes, version: int, item: LayoutItem) -> tuple[str, ...]:
    if item.options_fixed or item.type == QuestionType.JUDGE:
        return item.option_keys
    return tuple(sorted(item.option_keys, key=lambda key: _rank(seed, version, "o", item.slot, key)))


# --- Answers ------------------------------------------------------------------------------------------------
MOST_ANSWER_EVENTS = 20_000  # per attempt: nobody changes answers that often


def is_possible_answer(question_type: QuestionType, option_keys: Collection[str], chosen: Sequence[str]) -> bool:
    """Whether `chosen` can be an answer: options of the question, none twice, at most one unless multiple.

    An empty answer is possible: it takes a former one back.
    """
    if len(set(chosen)) < len(chosen) or not set(chosen) <= set(option_keys):
        return False
    return question_type == QuestionType.MULTIPLE or len(chosen) <= 1


# --- Scoring ------------------------------------------------------------------------------------------------
class ScoreReason(StrEnum):
    """Why an answer earned what it earned."""

    RIGHT = "right"
    INCOMPLETE = "incomplete"  # only right options, but not all of them
    WRONG = "wrong"
    BLANK = "blank"


@dataclass(frozen=True)
class ScoreItem:
    """What is needed to score one question; points in hundredths."""

    slot: int
    points: int
    correct: frozenset[str]


@dataclass(frozen=True)
class Scored:
    """What one answer earned, in hundredths of a point."""

    slot: int
    points: int
    reason: ScoreReason


def score_answer(
    policy: ScoringPolicy, points: int, correct: Collection[str], chosen: Collection[str]
) -> tuple[int, ScoreReason]:
    """Hundredths earned by one answer out of `points`, never below 0, and why.

    One wrong option earns 0 (错选不得分). Right options with some missing (漏选) earn, by policy, nothing or
    half: an odd number of hundredths is rounded up, in the member's favour (0.25 of 0.5, and 0.13 of 0.25).
    """
    right, given = set(correct), set(chosen)
    if not given:
        return 0, ScoreReason.BLANK
    if given == right:
        return points, ScoreReason.RIGHT
    if given - right:
        return 0, ScoreReason.WRONG
    half = (points + 1) // 2
    return (half if policy == ScoringPolicy.HALF_FOR_MISSING else 0), ScoreReason.INCOMPLETE


def score_paper(
    policy: ScoringPolicy, items: Sequence[ScoreItem], answers: Mapping[int, Collection[str]]
) -> tuple[Scored, ...]:
    """Every question of a paper scored; `answers` are chosen option keys by slot, a missing slot is blank."""
    return tuple(
        Scored(item.slot, *score_answer(policy, item.points, item.correct, answers.get(item.slot, ())))
        for item in items
    )


def is_pass(score: int, max_score: int, pass_permille: int) -> bool:
    """Whether `score` reaches the pass line, compared exactly: 60 of 100 passes at 600, 59.99 does not."""
    return score * 1000 >= pass_permille * max_score


def pass_score(max_score: int, pass_permille: int) -> int:
    """The lowest score that passes, in hundredths of a point: rounded up, as is_pass compares exactly."""
    return -(-pass_permille * max_score // 1000)


def shows_key(*, passed: bool, attempts_left: int, attempt_open: bool) -> bool:
    """Whether a finished attempt's result may name the right options and explain them.

    Not to somebody who has yet to pass the same paper and may sit it again, or is sitting it (`attempt_open`).
    """
    return passed or (attempts_left <= 0 and not attempt_open)
