"""Completed lectures and passed exams as the rooms below leave them, told to the ledger as they tell it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

from django.apps import apps
from django.db import transaction

from courses.events import course_completed, lecture_completed
from courses.models import Category, Chapter, Course, Enrolment, Lecture, LectureProgress
from credits.models import LedgerEntry
from exams.events import exam_passed
from exams.models import Attempt, Exam, ScoreRun
from lms.members.models import Member, Organization
from media_pipeline.models import MediaAsset

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
MINUTE = 60_000


def default_rules() -> None:
    """The rules of the data migration again, for tests whose real transactions have emptied the tables."""
    import_module("credits.migrations.0003_default_rules").lay_rules(apps, None)


def course(slug: str, organization: Organization, instructor: Member, title: str = "") -> Course:
    """A published course with one empty chapter."""
    shelf, _made = Category.objects.get_or_create(code="theory", defaults={"name": "理论"})
    made = Course.objects.create(
        slug=slug,
        title=title or f"课程 {slug}",
        category=shelf,
        organization=organization,
        instructor=instructor,
        state=Course.State.PUBLISHED.value,
        created_at=NOON,
        published_at=NOON,
    )
    Chapter.objects.create(course=made, title="第一章", position=1)
    return made


def lecture(course: Course, minutes: float = 20, title: str = "") -> Lecture:
    """One more lecture of a course, with a film of so many minutes."""
    chapter = course.chapters.get()
    position = chapter.lectures.count() + 1
    duration_ms = int(minutes * MINUTE)
    asset = MediaAsset.objects.create(
        title="影片",
        original_name="film.mp4",
        organization=course.organization,
        uploaded_by=course.instructor,
        source_key=f"sources/{course.slug}-{position}",
        size_bytes=1,
        sha256="0" * 64,
        duration_ms=duration_ms,
        created_at=NOON,
    )
    return Lecture.objects.create(chapter=chapter, title=title or f"第{position}讲", position=position, asset=asset)


def exam(course: Course, title: str = "结业测试") -> Exam:
    """A published exam without a paper."""
    return Exam.objects.create(
        course=course,
        title=title,
        state=Exam.State.PUBLISHED.value,
        created_at=NOON,
        published_at=NOON,
    )


def progress(member: Member, lecture: Lecture, at: datetime = NOON) -> LectureProgress:
    """A completed lecture of which nobody has been told."""
    assert lecture.asset.duration_ms is not None
    return LectureProgress.objects.create(
        member=member,
        lecture=lecture,
        coverage=[[0, lecture.asset.duration_ms]],
        covered_ms=lecture.asset.duration_ms,
        duration_ms=lecture.asset.duration_ms,
        completed_at=at,
        updated_at=at,
    )


def attempt(
    member: Member, exam: Exam, at: datetime = NOON, number: int = 1, graded_at: datetime | None = None
) -> Attempt:
    """A passed attempt of which nobody has been told: 85 of 100 points, graded at once unless said otherwise."""
    made = Attempt.objects.create(
        exam=exam,
        member=member,
        number=number,
        layout_seed="00",
        state=Attempt.State.SCORED.value,
        started_at=at - timedelta(minutes=10),
        deadline_at=at + timedelta(minutes=50),
        hard_deadline_at=at + timedelta(minutes=51),
        submitted_at=at,
        submit_kind="by_member",
        score=8500,
        max_score=10_000,
        passed=True,
    )
    ScoreRun.objects.create(
        attempt=made,
        number=1,
        policy=exam.scoring_policy,
        answers_up_to=0,
        items=[],
        score=8500,
        max_score=10_000,
        passed=True,
        scored_at=graded_at or at,
    )
    return made


@transaction.atomic
def complete_lecture(member: Member, lecture: Lecture, at: datetime = NOON) -> LectureProgress:
    """A lecture completed at `at`; the ledger hears of it."""
    made = progress(member, lecture, at)
    lecture_completed.send(sender=LectureProgress, progress_id=made.pk)
    return made


@transaction.atomic
def pass_exam(member: Member, exam: Exam, at: datetime = NOON, number: int = 1) -> Attempt:
    """An exam passed at `at`; the ledger (and whoever else listens) hears of it."""
    made = attempt(member, exam, at, number)
    exam_passed.send(sender=Attempt, attempt_id=made.pk)
    return made


@transaction.atomic
def complete_course(member: Member, course: Course, at: datetime = NOON) -> Enrolment:
    """All lectures of a course completed at `at`, and so the course."""
    for one in Lecture.objects.filter(chapter__course=course):
        complete_lecture(member, one, at)
    made, _new = Enrolment.objects.update_or_create(
        member=member,
        course=course,
        defaults={"state": Enrolment.State.COMPLETED.value, "completed_at": at},
        create_defaults={
            "state": Enrolment.State.COMPLETED.value,
            "completed_at": at,
            "enrolled_at": at - timedelta(days=7),
        },
    )
    course_completed.send(sender=Enrolment, enrolment_id=made.pk)
    return made


def entries(member: Member) -> list[int]:
    """The amounts on a member's account, in their order."""
    return list(LedgerEntry.objects.filter(member=member).order_by("mseq").values_list("amount", flat=True))
