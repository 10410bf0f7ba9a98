"""Rows about questions, exams and attempts. Writes: exams.services."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from exams.rules import LAYOUT_VERSION, AttemptState, ExamState, QuestionType, ScoringPolicy, SubmitKind
from lms.members.models import Member, Organization


class QuestionBank(models.Model):
    """One row is one collection of questions, kept by an organization.

    `course`: the bank that the exam pages of this course fill; null for a bank of no course in particular.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="question_banks")
    course = models.OneToOneField(Course, models.PROTECT, null=True, blank=True, related_name="question_bank")
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """One row is one question through all its versions; what it says stands in QuestionVersion."""

    class Type(models.TextChoices):
        SINGLE = QuestionType.SINGLE.value, _("Single choice")
        MULTIPLE = QuestionType.MULTIPLE.value, _("Multiple choice")
        JUDGE = QuestionType.JUDGE.value, _("True or false")

    bank = models.ForeignKey(QuestionBank, models.PROTECT, related_name="questions")
    type = models.CharField(max_length=12, choices=Type.choices)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


class QuestionVersion(models.Model):
    """One row is one wording of a question, never changed: attempts point at it for ever. Append-only.

    `options` [{"key": "A", "text": ".."}, ..]; answers are stored by option key, never by the letter on the
    screen. `options_fixed`: every paper shows them in this order.
    """

    question = models.ForeignKey(Question, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    stem = models.TextField()
    options: models.JSONField[Any, Any] = models.JSONField()
    options_fixed = models.BooleanField(default=False)
    explanation = models.TextField(blank=True)
    author = models.ForeignKey(Member, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "number"], name="question_version_number")]

    def __str__(self) -> str:
        return self.stem[:60]


class AnswerKey(models.Model):
    """One row is the key of one question version: the sorted list of its right option keys. Append-only.

    Apart from the version, so that no page for learners can select it by mistake.
    """

    version = models.OneToOneField(QuestionVersion, models.PROTECT, primary_key=True, related_name="answer_key")
    correct: models.JSONField[Any, Any] = models.JSONField()

    def __str__(self) -> str:
        return f"{self.version_id}: {''.join(self.correct)}"


class Exam(models.Model):
    """One row is one exam of a course. Its settings and its paper freeze when it is published."""

    class State(models.TextChoices):
        DRAFT = ExamState.DRAFT.value, _("Draft")
        PUBLISHED = ExamState.PUBLISHED.value, _("Published")

    class Policy(models.TextChoices):
        ALL_OR_NOTHING = ScoringPolicy.ALL_OR_NOTHING.value, _("All or nothing")
        HALF_FOR_MISSING = ScoringPolicy.HALF_FOR_MISSING.value, _("Half for missing options")

    course = models.OneToOneField(Course, models.PROTECT, related_name="exam")
    title = models.CharField(max_length=120)
    duration_seconds = models.PositiveIntegerField(default=3600)
    grace_seconds = models.PositiveSmallIntegerField(default=60)  # for answers under way when the time is up
    attempts_allowed = models.PositiveSmallIntegerField(default=3)
    pass_permille = models.PositiveSmallIntegerField(default=600)
    scoring_policy = models.CharField(
        max_length=24, choices=Policy.choices, default=ScoringPolicy.HALF_FOR_MISSING.value
    )
    # Whether an attempt may only start when all the course's lectures are completed.
    requires_completed_lectures = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State.choices, default=ExamState.DRAFT.value)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class ExamItem(models.Model):
    """One row is one place on the paper: which question version, for how many hundredths of a point."""

    exam = models.ForeignKey(Exam, models.CASCADE, related_name="items")
    slot = models.PositiveSmallIntegerField()
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    points = models.PositiveIntegerField()  # hundredths of a point

    class Meta:
        ordering = ("exam", "slot")
        constraints = [models.UniqueConstraint(fields=["exam", "slot"], name="exam_slot")]

    def __str__(self) -> str:
        return f"{self.exam_id}/{self.slot}"


class Attempt(models.Model):
    """One row: `member` sits `exam`. The server's clock alone decides; `deadline_at` is fixed at the start.

    `layout_seed` (hex) and `layout_version` order questions and options for this attempt, reproducibly.
    `last_seq` is the highest number given to an answer event. `score` and `passed` repeat the current score
    run.
    """

    class State(models.TextChoices):
        IN_PROGRESS = AttemptState.IN_PROGRESS.value, _("In progress")
        SUBMITTED = AttemptState.SUBMITTED.value, _("Submitted")
        SCORED = AttemptState.SCORED.value, _("Scored")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exam = models.ForeignKey(Exam, models.PROTECT, related_name="attempts")
    member = models.ForeignKey(Member, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    layout_seed = models.CharField(max_length=32)
    layout_version = models.PositiveSmallIntegerField(default=LAYOUT_VERSION)
    state = models.CharField(max_length=12, choices=State.choices, default=AttemptState.IN_PROGRESS.value)
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    hard_deadline_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    submit_kind = models.CharField(max_length=12, blank=True, choices=[(kind.value, kind.value) for kind in SubmitKind])
    last_seq = models.PositiveIntegerField(default=0)
    score = models.PositiveIntegerField(null=True, blank=True)  # hundredths of a point
    max_score = models.PositiveIntegerField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ("exam", "member", "number")
        constraints = [
            models.UniqueConstraint(fields=["exam", "member", "number"], name="attempt_number"),
            models.UniqueConstraint(
                fields=["exam", "member"],
                condition=models.Q(state=AttemptState.IN_PROGRESS.value),
                name="one_open_attempt",
            ),
        ]
        indexes = [
            models.Index(
                fields=["hard_deadline_at"],
                condition=models.Q(state=AttemptState.IN_PROGRESS.value),
                name="attempts_to_close",
            )
        ]

    def __str__(self) -> str:
        return f"{self.exam_id}: {self.member_id} #{self.number}"


class AnswerEvent(models.Model):
    """One row: an answer was given or changed. Append-only; the latest `seq` of a slot counts.

    Numbers grow in the order of arrival and may skip some. `message_id` is the browser's own name for the
    change: sent again, it is answered again and stored once.
    """

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="answer_events")
    message_id = models.UUIDField()
    seq = models.PositiveIntegerField()
    slot = models.PositiveSmallIntegerField()
    chosen: models.JSONField[Any, Any] = models.JSONField()  # option keys
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("attempt", "seq")
        constraints = [
            models.UniqueConstraint(fields=["attempt", "message_id"], name="answer_stored_once"),
            models.UniqueConstraint(fields=["attempt", "seq"], name="answer_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} #{self.seq}: {self.slot}"


class ScoreRun(models.Model):
    """One row is one grading of one attempt: scores are never changed, a regrade is another run. Append-only.

    `items` [{"slot": 1, "points": 500, "reason": "right", "chosen": ["A"]}, ..] in hundredths of a point.
    """

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="score_runs")
    number = models.PositiveSmallIntegerField()
    policy = models.CharField(max_length=24)
    answers_up_to = models.PositiveIntegerField()  # AnswerEvent.seq
    items: models.JSONField[Any, Any] = models.JSONField()
    score = models.PositiveIntegerField()
    max_score = models.PositiveIntegerField()
    passed = models.BooleanField()
    scored_at = models.DateTimeField()

    class Meta:
        ordering = ("attempt", "number")
        constraints = [models.UniqueConstraint(fields=["attempt", "number"], name="score_run_number")]

    def __str__(self) -> str:
        return f"{self.attempt_id} run {self.number}: {self.score}/{self.max_score}"
