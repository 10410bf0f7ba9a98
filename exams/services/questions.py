"""Banks and their questions: a wording is never changed, a better one is another version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courses.models import Course
from exams import rules, wording
from exams.models import AnswerKey, Question, QuestionBank, QuestionVersion
from exams.rules import QuestionType
from lms.common.errors import DomainError
from lms.members.models import Member, Organization


@transaction.atomic
def create_bank(
    *, actor: Member, organization: Organization, name: str, now: datetime, course: Course | None = None
) -> QuestionBank:
    """A new, empty bank kept by `organization`; with `course` it is the bank this course's exam pages fill.

    Raises DomainError for an empty name.
    """
    name = name.strip()
    if not name:
        raise DomainError("bank_name_missing", _("The question bank needs a name."))
    return QuestionBank.objects.create(organization=organization, course=course, name=name[:120], created_at=now)


@transaction.atomic
def bank_of_course(*, actor: Member, course: Course, now: datetime) -> QuestionBank:
    """The bank that the exam pages of `course` fill, made at its first use."""
    found, _created = QuestionBank.objects.get_or_create(
        course=course,
        defaults={"organization": course.organization, "name": course.title[:120], "created_at": now},
    )
    return found


@transaction.atomic
def add_question(
    *,
    actor: Member,
    bank: QuestionBank,
    type: QuestionType | str,  # noqa: A002  the word of the field
    stem: str,
    options: Sequence[str],
    correct: Sequence[int],
    explanation: str,
    now: datetime,
    options_fixed: bool = False,
) -> QuestionVersion:
    """A new question in its first version.

    `correct` are positions in `options`, from 0. A true/false question (`judge`) has the fixed options 正确
    and 错误: its `options` may be left empty. `options_fixed`: papers do not shuffle the options. Raises
    DomainError with every problem named (rules.question_problems).
    """
    question_type = QuestionType(type)
    texts = _option_texts(question_type, options)
    _refuse_problems(question_type, stem, texts, correct)
    question = Question.objects.create(bank=bank, type=question_type.value, created_at=now)
    return _write_version(question, 1, actor, stem, texts, correct, explanation, options_fixed, now)


@transaction.atomic
def revise_question(
    *,
    actor: Member,
    question: Question,
    stem: str,
    options: Sequence[str],
    correct: Sequence[int],
    explanation: str,
    now: datetime,
    options_fixed: bool = False,
) -> QuestionVersion:
    """Another version of a question; papers that hold an older one keep it.

    Saying the same as the newest version makes no new one. Raises DomainError as add_question does.
    """
    question = Question.objects.select_for_update().get(pk=question.pk)
    question_type = QuestionType(question.type)
    texts = _option_texts(question_type, options)
    _refuse_problems(question_type, stem, texts, correct)
    newest = question.versions.select_related("answer_key").order_by("-number")[0]
    said = (
        newest.stem,
        [option["text"] for option in newest.options],
        newest.explanation,
        newest.options_fixed,
    )
    wanted = (stem.strip(), texts, explanation.strip(), options_fixed)
    if said == wanted and newest.answer_key.correct == _keys(correct):
        return newest
    number = (question.versions.aggregate(highest=Max("number"))["highest"] or 0) + 1
    return _write_version(question, number, actor, stem, texts, correct, explanation, options_fixed, now)


def _option_texts(question_type: QuestionType, options: Sequence[str]) -> list[str]:
    if question_type == QuestionType.JUDGE:
        return list(rules.JUDGE_OPTIONS)
    return [text.strip() for text in options]


def _refuse_problems(question_type: QuestionType, stem: str, texts: Sequence[str], correct: Sequence[int]) -> None:
    problems = rules.question_problems(question_type, stem, texts, correct)
    if problems:
        raise DomainError("bad_question", " ".join(wording.sentences(problems)), problems=list(problems))


def _keys(correct: Sequence[int]) -> list[str]:
    return sorted({rules.OPTION_KEYS[position] for position in correct})


def _write_version(
    question: Question,
    number: int,
    actor: Member,
    stem: str,
    texts: Sequence[str],
    correct: Sequence[int],
    explanation: str,
    options_fixed: bool,
    now: datetime,
) -> QuestionVersion:
    version = QuestionVersion.objects.create(
        question=question,
        number=number,
        stem=stem.strip(),
        options=[{"key": key, "text": text} for key, text in zip(rules.OPTION_KEYS, texts, strict=False)],
        options_fixed=options_fixed,
        explanation=explanation.strip(),
        author=actor,
        created_at=now,
    )
    AnswerKey.objects.create(version=version, correct=_keys(correct))
    return version
