"""Exams and what stands on their papers. Everything freezes when the exam is published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from courses.models import Course
from exams import queries, rules, wording
from exams.models import Attempt, Exam, ExamItem, QuestionVersion
from exams.rules import ExamState, QuestionType, ScoringPolicy
from exams.services import questions
from lms.common.errors import Conflict, DomainError
from lms.members import services as member_services
from lms.members.models import Member


@transaction.atomic
def create_exam(
    *,
    actor: Member,
    course: Course,
    title: str,
    items: Sequence[tuple[QuestionVersion, int]],
    now: datetime,
    duration_seconds: int = 3600,
    attempts_allowed: int = 3,
    pass_permille: int = 600,
    scoring_policy: ScoringPolicy | str = ScoringPolicy.HALF_FOR_MISSING,
    requires_completed_lectures: bool = False,
    grace_seconds: int = 60,
) -> Exam:
    """A course's exam, as a draft. `items` are question versions with their hundredths of a point, in order.

    Raises Conflict when the course has an exam already, DomainError for impossible settings or points.
    """
    _refuse_settings(title, duration_seconds, attempts_allowed, pass_permille)
    if Exam.objects.filter(course=course).exists():
        raise Conflict("exam_exists", _("This course has an exam already."))
    exam = Exam.objects.create(
        course=course,
        title=title.strip(),
        duration_seconds=duration_seconds,
        grace_seconds=grace_seconds,
        attempts_allowed=attempts_allowed,
        pass_permille=pass_permille,
        scoring_policy=ScoringPolicy(scoring_policy).value,
        requires_completed_lectures=requires_completed_lectures,
        created_at=now,
    )
    for version, points in items:
        add_item(actor=actor, exam=exam, version=version, points=points, now=now)
    _record(actor, "exams.create_exam", exam, now, course=course.pk)
    return exam


@transaction.atomic
def update_exam(
    *,
    actor: Member,
    exam: Exam,
    title: str,
    duration_seconds: int,
    attempts_allowed: int,
    pass_permille: int,
    scoring_policy: ScoringPolicy | str,
    requires_completed_lectures: bool,
    now: datetime,
) -> Exam:
    """Change a draft's settings.

    Raises Conflict once it is published, DomainError for impossible settings.
    """
    _refuse_settings(title, duration_seconds, attempts_allowed, pass_permille)
    draft = _draft(exam)
    draft.title = title.strip()
    draft.duration_seconds = duration_seconds
    draft.attempts_allowed = attempts_allowed
    draft.pass_permille = pass_permille
    draft.scoring_policy = ScoringPolicy(scoring_policy).value
    draft.requires_completed_lectures = requires_completed_lectures
    draft.save()
    return draft


@transaction.atomic
def add_item(*, actor: Member, exam: Exam, version: QuestionVersion, points: int, now: datetime) -> ExamItem:
    """Put a question version at the end of a draft's paper, for `points` hundredths of a point.

    Raises Conflict once the exam is published or when the question stands there already, DomainError for a
    paper that is full or for points out of range.
    """
    draft = _draft(exam)
    _refuse_points(points)
    items = ExamItem.objects.filter(exam=draft)
    if items.filter(version__question_id=version.question_id).exists():
        raise Conflict("question_on_paper", _("This question stands on the paper already."))
    if items.count() >= rules.MOST_QUESTIONS:
        raise DomainError("paper_full", _("A paper has 200 questions at most."))
    slot = (items.aggregate(last=Max("slot"))["last"] or 0) + 1
    return ExamItem.objects.create(exam=draft, slot=slot, version=version, points=points)


@transaction.atomic
def add_items(
    *, actor: Member, exam: Exam, versions: Sequence[QuestionVersion], points: int, now: datetime
) -> list[ExamItem]:
    """Put several questions at the end of a draft's paper, each for `points` hundredths: all of them or none.

    Raises what add_item raises.
    """
    return [add_item(actor=actor, exam=exam, version=version, points=points, now=now) for version in versions]


@transaction.atomic
def add_question_to_paper(
    *,
    actor: Member,
    exam: Exam,
    type: QuestionType | str,  # noqa: A002  the word of the field
    points: int,
    now: datetime,
    **question: Any,
) -> ExamItem:
    """A new question in the bank of the exam's course and at the end of the draft's paper.

    `question` is what questions.add_question takes. Raises what it and add_item raise; then nothing is kept.
    """
    bank = questions.bank_of_course(actor=actor, course=exam.course, now=now)
    version = questions.add_question(actor=actor, bank=bank, type=type, now=now, **question)
    return add_item(actor=actor, exam=exam, version=version, points=points, now=now)


@transaction.atomic
def revise_item(*, actor: Member, item: ExamItem, points: int, now: datetime, **question: Any) -> ExamItem:
    """Better the wording of a question on a draft's paper: a new version of it takes the place.

    `question` is what questions.revise_question takes. Raises what it and replace_item raise; then nothing is
    kept.
    """
    version = questions.revise_question(actor=actor, question=item.version.question, now=now, **question)
    return replace_item(actor=actor, item=item, version=version, points=points, now=now)


@transaction.atomic
def replace_item(*, actor: Member, item: ExamItem, version: QuestionVersion, points: int, now: datetime) -> ExamItem:
    """Let a place on a draft's paper hold another version of its question, or other points.

    Raises Conflict once the exam is published, DomainError for points out of range.
    """
    _draft(item.exam)
    _refuse_points(points)
    item.version = version
    item.points = points
    item.save(update_fields=["version", "points"])
    return item


@transaction.atomic
def move_item(*, actor: Member, item: ExamItem, up: bool, now: datetime) -> ExamItem:
    """Exchange a question with its neighbour on a draft's paper; at the end of the paper nothing happens.

    Raises Conflict once the exam is published.
    """
    _draft(item.exam)
    item.refresh_from_db()
    others = ExamItem.objects.filter(exam_id=item.exam_id)
    if up:
        neighbour = others.filter(slot__lt=item.slot).order_by("-slot").first()
    else:
        neighbour = others.filter(slot__gt=item.slot).order_by("slot").first()
    if neighbour is None:
        return item
    here, there = item.slot, neighbour.slot
    free = (others.aggregate(last=Max("slot"))["last"] or 0) + 1
    # The place in between is needed because no two questions may stand in one place, not even for a moment.
    for row, slot in ((item, free), (neighbour, here), (item, there)):
        row.slot = slot
        row.save(update_fields=["slot"])
    return item


@transaction.atomic
def remove_item(*, actor: Member, item: ExamItem, now: datetime) -> None:
    """Take a question off a draft's paper.

    It stays in its bank. Raises Conflict once the exam is published.
    """
    _draft(item.exam)
    removed = ExamItem.objects.get(pk=item.pk)
    slot = removed.slot
    removed.delete()
    for row in ExamItem.objects.filter(exam_id=item.exam_id, slot__gt=slot).order_by("slot"):
        ExamItem.objects.filter(pk=row.pk).update(slot=F("slot") - 1)


@transaction.atomic
def publish_exam(*, actor: Member, exam: Exam, now: datetime) -> Exam:
    """Open the exam to the learners of its course; from now on settings and paper are frozen.

    Raises Conflict with every obstacle named (rules.publish_problems).
    """
    locked = Exam.objects.select_for_update().get(pk=exam.pk)
    problems = queries.publish_obstacles(locked)
    if problems:
        raise Conflict("cannot_publish", " ".join(wording.sentences(problems)), problems=list(problems))
    locked.state = ExamState.PUBLISHED.value
    locked.published_at = now
    locked.save(update_fields=["state", "published_at"])
    _record(actor, "exams.publish_exam", locked, now, questions=locked.items.count())
    return locked


@transaction.atomic
def withdraw_exam(*, actor: Member, exam: Exam, now: datetime) -> Exam:
    """Make a published exam a draft again, as long as nobody has started it.

    The lock waits for every start under way, and a start that comes later finds the draft (attempts._held).
    Raises Conflict when somebody has started or the exam is a draft.
    """
    locked = Exam.objects.select_for_update().get(pk=exam.pk)
    if locked.state != ExamState.PUBLISHED:
        raise Conflict("exam_not_published", _("The exam is not published."))
    if Attempt.objects.filter(exam=locked).exists():
        raise Conflict("exam_started", _("Learners have started this exam: it can no longer be changed."))
    locked.state = ExamState.DRAFT.value
    locked.published_at = None
    locked.save(update_fields=["state", "published_at"])
    _record(actor, "exams.withdraw_exam", locked, now)
    return locked


@transaction.atomic
def record_reading(*, actor: Member, exam: Exam, page: int, now: datetime) -> None:
    """Put on record that somebody read who sat the exam and how."""
    _record(actor, "exams.read_results", exam, now, page=page)


def _draft(exam: Exam) -> Exam:
    """The exam, locked until the transaction ends. Raises Conflict unless it is a draft."""
    locked = Exam.objects.select_for_update().get(pk=exam.pk)
    if locked.state != ExamState.DRAFT:
        raise Conflict("exam_frozen", _("The exam is published: its settings and its paper are frozen."))
    return locked


def _refuse_settings(title: str, duration_seconds: int, attempts_allowed: int, pass_permille: int) -> None:
    problems = rules.settings_problems(title, duration_seconds, attempts_allowed, pass_permille)
    if problems:
        raise DomainError("bad_settings", " ".join(wording.sentences(problems)), problems=list(problems))


def _refuse_points(points: int) -> None:
    if not 1 <= points <= rules.MOST_POINTS:
        raise DomainError("bad_points", _("A question is worth from 0.01 to 1000 points."), points=points)


def _record(actor: Member, act: str, exam: Exam, now: datetime, **facts: Any) -> None:
    member_services.record_audit(actor=actor, act=act, object_type="exam", object_id=exam.pk, now=now, **facts)
