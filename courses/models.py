"""Rows about courses and about what members watched. Writes: courses.services."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.rules import CourseState, EnrolmentState
from courses.rules.publishing import COVERS
from courses.rules.watching import Refusal
from lms.members.models import Member, Organization
from media_pipeline.models import MediaAsset


class Category(models.Model):
    """One row is one shelf of the catalog."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "code")
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Course(models.Model):
    """One row is one course, open (when published) to the members of `organization` and of all below it."""

    class State(models.TextChoices):
        DRAFT = CourseState.DRAFT.value, _("Draft")
        PUBLISHED = CourseState.PUBLISHED.value, _("Published")
        ARCHIVED = CourseState.ARCHIVED.value, _("Archived")

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="courses")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="courses")
    instructor = models.ForeignKey(Member, models.PROTECT, related_name="courses_taught")
    lecturer_name = models.CharField(max_length=80, blank=True)  # as printed; the lecturer need not have an account
    cover = models.CharField(max_length=200, blank=True)  # a static file's path, '' for the default cover
    is_required = models.BooleanField(default=False)  # required (必修), otherwise elective (选修)
    state = models.CharField(max_length=12, choices=State.choices, default=CourseState.DRAFT.value)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)  # the first time

    class Meta:
        ordering = ("-published_at", "id")
        indexes = [models.Index(fields=["state", "category", "-published_at"], name="catalog_page")]

    def __str__(self) -> str:
        return self.title

    @property
    def cover_file(self) -> str:
        """The static file of the cover; a course without a choice has the first one."""
        return self.cover or COVERS[0]


class Chapter(models.Model):
    """One row is one chapter of a course; a course has at least one."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="chapters")
    title = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("course", "position")
        constraints = [models.UniqueConstraint(fields=["course", "position"], name="chapter_position")]

    def __str__(self) -> str:
        return self.title


class Lecture(models.Model):
    """One row is one lecture to be watched: a place in a chapter and the media that is played there.

    A lecture counts for a course's completion as soon as the course is published; it can be played when its
    asset is ready.
    """

    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="lectures")
    title = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()
    asset = models.ForeignKey(MediaAsset, models.PROTECT, related_name="lectures")

    class Meta:
        ordering = ("chapter__position", "position")
        constraints = [models.UniqueConstraint(fields=["chapter", "position"], name="lecture_position")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_playable(self) -> bool:
        """Whether there is a film to be played now; also while a newer version of it is being processed."""
        return bool(self.asset.published_version and self.asset.duration_ms)


class Enrolment(models.Model):
    """One row: `member` takes `course`. `completed_at` is set once, when all lectures are completed."""

    class State(models.TextChoices):
        ACTIVE = EnrolmentState.ACTIVE.value, pgettext_lazy("course", "In progress")
        COMPLETED = EnrolmentState.COMPLETED.value, pgettext_lazy("course", "Completed")
        DROPPED = EnrolmentState.DROPPED.value, _("Dropped")

    member = models.ForeignKey(Member, models.PROTECT, related_name="enrolments")
    course = models.ForeignKey(Course, models.PROTECT, related_name="enrolments")
    state = models.CharField(max_length=12, choices=State.choices, default=EnrolmentState.ACTIVE.value)
    enrolled_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "course"], name="enrolled_once")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.course_id}"


class WatchPolicy(models.Model):
    """One row is one version of the rules of watching, for an organization and all below it (null:
    everywhere).

    The newest version valid at the start of a play session on the nearest organization counts, for that whole
    session. Rows are never edited: a change is a new row.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateTimeField()
    completion_permille = models.PositiveSmallIntegerField(default=950)
    tail_ms = models.PositiveIntegerField(default=10_000)  # closing credits nobody needs to sit through
    max_rate_permille = models.PositiveSmallIntegerField(default=1500)  # permitted speed: 1500 is 1.5x
    silence_ms = models.PositiveIntegerField(default=45_000)  # longest gap between two reports that counts in full
    outage_session_ms = models.PositiveIntegerField(default=600_000)  # granted for a lost connection, per session
    outage_day_ms = models.PositiveIntegerField(default=1_800_000)  # and in all on one day, per member

    class Meta:
        ordering = ("-valid_from", "-id")
        verbose_name_plural = "watch policies"

    def __str__(self) -> str:
        return f"{self.organization_id or '*'} from {self.valid_from:%Y-%m-%d}"


class PlayLease(models.Model):
    """One row per member: which of their play sessions may earn seconds now. A new session raises `epoch`."""

    member = models.OneToOneField(Member, models.PROTECT, primary_key=True, related_name="play_lease")
    epoch = models.PositiveIntegerField(default=0)
    session = models.ForeignKey("PlaySession", models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.member_id} epoch {self.epoch}"


class PlaySession(models.Model):
    """One row is one opening of the player by one member for one lecture.

    All times are the server's. `carry_ms` is media time that could have been reported and was not (it absorbs
    a jittery network), `outage_used_ms` what was granted for a lost connection. `rejected`
    {"too_fast": 1500, ..} says why `rejected_ms` did not count. `superseded_at`: another player took over.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="play_sessions")
    lecture = models.ForeignKey(Lecture, models.PROTECT, related_name="play_sessions")
    asset_version = models.PositiveIntegerField()
    policy = models.ForeignKey(WatchPolicy, models.PROTECT, related_name="+")
    epoch = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    last_received_at = models.DateTimeField()
    last_seq = models.PositiveIntegerField(default=0)
    carry_ms = models.PositiveIntegerField(default=0)
    outage_used_ms = models.PositiveIntegerField(default=0)
    accepted_ms = models.PositiveBigIntegerField(default=0)
    rejected_ms = models.PositiveBigIntegerField(default=0)
    rejected: models.JSONField[Any, Any] = models.JSONField(default=dict)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["member", "lecture", "-started_at"], name="sessions_of_lecture")]

    def __str__(self) -> str:
        return f"{self.member_id} plays {self.lecture_id} from {self.started_at:%Y-%m-%d %H:%M}"


class WatchBatch(models.Model):
    """One row is one report of watched intervals, and what became of it. Append-only: the evidence of a
    credit.

    `segments` [[from_ms, to_ms], ..] as reported, `accepted` the part that counted, `refused`
    [[from_ms, to_ms, "too_fast"], ..] the part that did not, with the reason (rules.watching.Refusal).
    """

    class Reason(models.TextChoices):
        TOO_FAST = Refusal.TOO_FAST.value, _("played faster than time passed")
        OTHER_PLAYER = Refusal.OTHER_PLAYER.value, _("another window or device was playing for you")
        OUTAGE_LIMIT = (
            Refusal.OUTAGE_LIMIT.value,
            _("the connection was lost for longer than can be made good"),
        )
        PAST_END = Refusal.PAST_END.value, _("behind the end of the film")
        SCATTERED = Refusal.SCATTERED.value, _("the film was skipped through in too many small pieces")

    session = models.ForeignKey(PlaySession, models.PROTECT, related_name="batches")
    seq = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    segments: models.JSONField[Any, Any] = models.JSONField()
    accepted: models.JSONField[Any, Any] = models.JSONField()
    refused: models.JSONField[Any, Any] = models.JSONField()
    accepted_ms = models.PositiveBigIntegerField()
    rejected_ms = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("session", "seq")
        constraints = [models.UniqueConstraint(fields=["session", "seq"], name="batch_counted_once")]
        verbose_name_plural = "watch batches"

    def __str__(self) -> str:
        return f"{self.session_id} #{self.seq}"


class LectureProgress(models.Model):
    """One row: what `member` has watched of `lecture`. `coverage` [[from_ms, to_ms], ..] is the union of all
    accepted intervals, sorted and disjoint; coverage and completion only grow. Recomputable from the
    batches.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="lecture_progress")
    lecture = models.ForeignKey(Lecture, models.PROTECT, related_name="progress")
    coverage: models.JSONField[Any, Any] = models.JSONField(default=list)
    covered_ms = models.PositiveIntegerField(default=0)
    duration_ms = models.PositiveIntegerField()  # of the film, as probed on the server
    position_ms = models.PositiveIntegerField(default=0)  # where to continue
    completed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "lecture"], name="progress_once")]
        verbose_name_plural = "lecture progress"

    def __str__(self) -> str:
        return f"{self.member_id} of {self.lecture_id}: {self.covered_ms} ms"
