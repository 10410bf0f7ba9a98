"""Courses, lectures and playing for tests: valid, minimal, nothing random in what is asserted."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from courses import services
from courses.models import Category, Chapter, Course, Lecture, PlaySession
from courses.services import Acknowledgement, Batch
from lms.members.models import Member, Organization
from media_pipeline.models import MediaAsset
from tests.factories.members import BEGINNING

MINUTE = 60_000


def later(**duration: float) -> datetime:
    """An instant after BEGINNING: later(seconds=30)."""
    return BEGINNING + timedelta(**duration)


def film(owner: Member, organization: Organization, *, duration_ms: int = MINUTE, **fields: Any) -> MediaAsset:
    """A film that can be played; with published_version=0 one that cannot yet."""
    defaults = {
        "title": "影片",
        "original_name": "film.mp4",
        "state": MediaAsset.State.READY,
        "kind": "video",
        "source_key": "sources/film",
        "size_bytes": 1,
        "sha256": "0" * 64,
        "duration_ms": duration_ms,
        "published_version": 1,
        "created_at": BEGINNING,
        "ready_at": BEGINNING,
    }
    return MediaAsset.objects.create(organization=organization, uploaded_by=owner, **(defaults | fields))


def category(code: str = "theory", **fields: Any) -> Category:
    found = Category.objects.filter(code=code).first()
    defaults = {"name": "理论学习", "position": 1}
    return found or services.create_category(actor=None, code=code, now=BEGINNING, **(defaults | fields))


def draft(owner: Member, organization: Organization, slug: str = "history", **fields: Any) -> Course:
    """A course without chapters that nobody sees yet."""
    defaults = {"title": "党的历史", "summary": "百年历程", "lecturer_name": "王教授", "category": category()}
    return services.create_course(
        actor=owner, organization=organization, slug=slug, now=BEGINNING, **(defaults | fields)
    )


def chapter(course: Course, title: str = "第一章") -> Chapter:
    return services.add_chapter(actor=course.instructor, course=course, title=title, now=BEGINNING)


def lecture(chapter: Chapter, title: str = "第一讲", *, duration_ms: int = MINUTE, **film_fields: Any) -> Lecture:
    course = chapter.course
    asset = film(course.instructor, course.organization, duration_ms=duration_ms, **film_fields)
    return services.add_lecture(actor=course.instructor, chapter=chapter, title=title, asset=asset, now=BEGINNING)


def course(
    owner: Member,
    organization: Organization,
    slug: str = "history",
    *,
    lectures: int = 1,
    duration_ms: int = MINUTE,
    **fields: Any,
) -> Course:
    """A published course with one chapter of `lectures` lectures, each `duration_ms` long."""
    made = draft(owner, organization, slug, **fields)
    first = chapter(made)
    for number in range(1, lectures + 1):
        lecture(first, f"第{number}讲", duration_ms=duration_ms)
    return services.publish_course(actor=owner, course=made, now=BEGINNING)


def lectures_of(course: Course) -> list[Lecture]:
    return list(
        Lecture.objects.filter(chapter__course=course)
        .select_related("chapter__course", "asset")
        .order_by("chapter__position", "position")
    )


def report(
    session: PlaySession | UUID,
    member: Member,
    *segments: tuple[int, int],
    seq: int = 1,
    now: datetime,
    position_ms: int | None = None,
) -> Acknowledgement:
    """One batch of a session, reported at `now`."""
    position = (segments[-1][1] if segments else 0) if position_ms is None else position_ms
    return services.record_batches(
        member=member,
        session_id=session.pk if isinstance(session, PlaySession) else session,
        batches=[Batch(seq, segments)],
        position_ms=position,
        now=now,
    )


def watch(member: Member, lecture: Lecture, *, now: datetime) -> Acknowledgement:
    """Watch a whole lecture honestly, one report at the end of every ten seconds, beginning at `now`."""
    session = services.start_session(member=member, lecture=lecture, now=now)
    duration = lecture.asset.duration_ms or 0
    steps = [*range(0, duration, 10_000), duration]
    for seq, (start, end) in enumerate(pairwise(steps), start=1):
        instant = now + timedelta(milliseconds=end)
        acknowledgement = report(session, member, (start, end), seq=seq, now=instant)
    return acknowledgement
