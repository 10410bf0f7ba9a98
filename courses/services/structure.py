"""Changing the order and the parts of a course."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courses.models import Chapter, Course, Enrolment, Lecture, PlaySession
from courses.rules import CourseState, EnrolmentState
from courses.services.enrolment import complete_if_done
from lms.common.errors import Conflict, DomainError
from lms.members import services as member_services
from lms.members.models import Member


@transaction.atomic
def rename_chapter(*, actor: Member, chapter: Chapter, title: str, now: datetime) -> Chapter:
    """Give a chapter another title. Raises DomainError for an empty one."""
    chapter.title = _title(title)
    chapter.save(update_fields=["title"])
    _audit(actor, "rename_chapter", chapter.course_id, now, chapter=chapter.pk)
    return chapter


@transaction.atomic
def rename_lecture(*, actor: Member, lecture: Lecture, title: str, now: datetime) -> Lecture:
    """Give a lecture another title. Raises DomainError for an empty one."""
    lecture.title = _title(title)
    lecture.save(update_fields=["title"])
    _audit(actor, "rename_lecture", lecture.chapter.course_id, now, lecture=lecture.pk)
    return lecture


@transaction.atomic
def move_chapter(*, actor: Member, chapter: Chapter, up: bool, now: datetime) -> Chapter:
    """Let a chapter change places with the one before (`up`) or after it; at the edge it stays."""
    Course.objects.select_for_update().get(pk=chapter.course_id)
    _swap(Chapter.objects.filter(course=chapter.course_id), chapter.pk, up=up)
    _audit(actor, "move_chapter", chapter.course_id, now, chapter=chapter.pk)
    chapter.refresh_from_db()
    return chapter


@transaction.atomic
def move_lecture(*, actor: Member, lecture: Lecture, up: bool, now: datetime) -> Lecture:
    """Let a lecture change places with its neighbour before (`up`) or after; at the edge it stays."""
    Course.objects.select_for_update().get(pk=lecture.chapter.course_id)
    _swap(Lecture.objects.filter(chapter=lecture.chapter_id), lecture.pk, up=up)
    _audit(actor, "move_lecture", lecture.chapter.course_id, now, lecture=lecture.pk)
    lecture.refresh_from_db()
    return lecture


@transaction.atomic
def delete_chapter(*, actor: Member, chapter: Chapter, now: datetime) -> None:
    """Remove an empty chapter. Raises Conflict while it holds lectures."""
    Course.objects.select_for_update().get(pk=chapter.course_id)
    if Lecture.objects.filter(chapter=chapter).exists():
        raise Conflict("chapter_not_empty", _("Remove the lectures of this chapter first."))
    _audit(actor, "delete_chapter", chapter.course_id, now, chapter=chapter.pk)
    chapter.delete()


@transaction.atomic
def delete_lecture(*, actor: Member, lecture: Lecture, now: datetime) -> None:
    """Remove a lecture nobody has opened; members who only lacked this one have completed the course.

    Raises Conflict when somebody has: what members watched is kept. Also for the last lecture of a published
    course.
    """
    course = Course.objects.select_for_update().get(pk=lecture.chapter.course_id)
    if PlaySession.objects.filter(lecture=lecture).exists():
        raise Conflict("lecture_watched", _("Members have watched this lecture already, so it cannot be removed."))
    others = Lecture.objects.filter(chapter__course=course).exclude(pk=lecture.pk)
    if course.state != CourseState.DRAFT and not others.exists():
        raise Conflict("last_lecture", _("A course that members see keeps at least one lecture."))
    _audit(actor, "delete_lecture", course.pk, now, lecture=lecture.pk)
    lecture.delete()
    for enrolment in Enrolment.objects.filter(course=course, state=EnrolmentState.ACTIVE.value):
        complete_if_done(enrolment=enrolment, now=now)


def _swap(siblings: models.QuerySet[Chapter] | models.QuerySet[Lecture], key: int, *, up: bool) -> None:
    """Exchange positions with the neighbour; they are unique at every moment, so one waits at the end."""
    order = list(siblings.order_by("position").values_list("pk", "position"))
    here = [pk for pk, _position in order].index(key)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    (mine, my_position), (other, other_position) = order[here], order[there]
    last = siblings.aggregate(last=Max("position"))["last"]
    siblings.filter(pk=other).update(position=last + 1)
    siblings.filter(pk=mine).update(position=other_position)
    siblings.filter(pk=other).update(position=my_position)


def _title(title: str) -> str:
    if not title.strip():
        raise DomainError("title_missing", _("The title is missing."))
    return title.strip()


def _audit(actor: Member, verb: str, course_id: int, now: datetime, **facts: int) -> None:
    member_services.record_audit(
        actor=actor, act=f"courses.{verb}", object_type="course", object_id=course_id, now=now, **facts
    )
