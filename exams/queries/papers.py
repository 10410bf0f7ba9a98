"""A paper as one attempt sees it; and, once scored, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.functional import Promise

from exams import rules, wording
from exams.models import AnswerKey, Attempt, ExamItem
from exams.queries.attempts import current_answers
from exams.rules import LayoutItem, QuestionType, ScoreReason


@dataclass(frozen=True)
class PaperOption:
    """One option; `letter` is what this paper prints before it, `key` what an answer stores."""

    key: str
    letter: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class PaperQuestion:
    """One question at its `position` (from 1) on this paper. Holds nothing about what is right."""

    slot: int
    position: int
    type: QuestionType
    stem: str
    points: int
    options: tuple[PaperOption, ...]

    @property
    def answered(self) -> bool:
        return any(option.chosen for option in self.options)


@dataclass(frozen=True)
class PaperSection:
    """The questions of one type; `points` is their sum in hundredths."""

    title: Promise
    questions: tuple[PaperQuestion, ...]
    points: int


@dataclass(frozen=True)
class Paper:
    """The whole paper of one attempt, in its private order."""

    sections: tuple[PaperSection, ...]

    @property
    def questions(self) -> tuple[PaperQuestion, ...]:
        return tuple(question for section in self.sections for question in section.questions)

    @property
    def unanswered(self) -> tuple[PaperQuestion, ...]:
        return tuple(question for question in self.questions if not question.answered)


def paper(attempt: Attempt) -> Paper:
    """The paper as this attempt sees it, with the answers given so far.

    Two queries; no answer key is read.
    """
    items = _items(attempt)
    return _paper(attempt, items, current_answers(attempt.pk))


def _items(attempt: Attempt) -> list[ExamItem]:
    found = ExamItem.objects.filter(exam_id=attempt.exam_id).select_related("version__question")
    return list(found.order_by("slot"))


def _paper(attempt: Attempt, items: Sequence[ExamItem], answers: Mapping[int, Sequence[str]]) -> Paper:
    by_slot = {item.slot: item for item in items}
    order = rules.layout(attempt.layout_seed, [_layout_item(item) for item in items], attempt.layout_version)
    questions = [
        _question(by_slot[slot], position, option_keys, answers.get(slot, ()))
        for position, (slot, option_keys) in enumerate(order, start=1)
    ]
    sections = []
    for question_type, group in groupby(questions, key=lambda question: question.type):
        together = tuple(group)
        points = sum(question.points for question in together)
        sections.append(PaperSection(wording.SECTION_TITLES[question_type], together, points))
    return Paper(tuple(sections))


def _layout_item(item: ExamItem) -> LayoutItem:
    keys = tuple(option["key"] for option in item.version.options)
    return LayoutItem(item.slot, QuestionType(item.version.question.type), keys, item.version.options_fixed)


def _question(item: ExamItem, position: int, option_keys: Sequence[str], chosen: Sequence[str]) -> PaperQuestion:
    texts = {option["key"]: option["text"] for option in item.version.options}
    options = tuple(
        PaperOption(key, letter, texts[key], key in chosen)
        for letter, key in zip(rules.OPTION_KEYS, option_keys, strict=False)
    )
    question_type = QuestionType(item.version.question.type)
    return PaperQuestion(item.slot, position, question_type, item.version.stem, item.points, options)


@dataclass(frozen=True)
class ReviewQuestion:
    """What became of one question. `right_letters` and `explanation` are empty when the key is not shown."""

    question: PaperQuestion
    earned: int
    reason: ScoreReason
    right_letters: tuple[str, ...]
    explanation: str

    @property
    def sentence(self) -> Promise:
        return wording.SENTENCES[self.reason]

    @property
    def chosen_letters(self) -> tuple[str, ...]:
        return tuple(option.letter for option in self.question.options if option.chosen)


@dataclass(frozen=True)
class Review:
    """A scored paper, question by question."""

    questions: tuple[ReviewQuestion, ...]
    shows_key: bool

    def count(self, reason: ScoreReason) -> int:
        return sum(1 for question in self.questions if question.reason == reason)

    @property
    def to_look_at(self) -> tuple[ReviewQuestion, ...]:
        """The questions that are not right."""
        return tuple(question for question in self.questions if question.reason != ScoreReason.RIGHT)

    @property
    def right(self) -> int:
        return self.count(ScoreReason.RIGHT)


def review(attempt: Attempt, *, shows_key: bool) -> Review:
    """What became of every question of a scored attempt, from its latest score run.

    With `shows_key` the right options are named and explained; an explanation gives them away like the key itself.
    Raises ValueError for an attempt that is not scored yet.
    """
    run = attempt.score_runs.order_by("-number").first()
    if run is None:
        raise ValueError("an attempt is reviewed only when it is scored")
    scored = {entry["slot"]: entry for entry in run.items}
    items = _items(attempt)
    keys = _keys(items) if shows_key else {}
    answers = {slot: entry["chosen"] for slot, entry in scored.items()}
    explanations = {item.slot: item.version.explanation for item in items} if shows_key else {}
    questions = tuple(
        ReviewQuestion(
            question=question,
            earned=scored[question.slot]["points"],
            reason=ScoreReason(scored[question.slot]["reason"]),
            right_letters=tuple(
                option.letter for option in question.options if option.key in keys.get(question.slot, ())
            ),
            explanation=explanations.get(question.slot, ""),
        )
        for question in _paper(attempt, items, answers).questions
    )
    return Review(questions, shows_key)


def _keys(items: Sequence[ExamItem]) -> dict[int, list[str]]:
    keys = dict(AnswerKey.objects.filter(version__in=[item.version_id for item in items]).values_list("pk", "correct"))
    return {item.slot: keys[item.version_id] for item in items}
