"""Making a course and showing it to members."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courses import queries
from courses.models import Category, Chapter, Course, Lecture
from courses.rules import CourseState
from courses.rules.publishing import RESERVED_SLUGS, SLUG_LENGTH, readable_slug
from lms.common import ids
from lms.common.errors import Conflict, DomainError
from lms.members import services as member_services
from lms.members.models import Member, Organization
from media_pipeline.models import MediaAsset


@transaction.atomic
def create_category(*, actor: Member | None, code: str, name: str, position: int, now: datetime) -> Category:
    """A new shelf of the catalog. Raises Conflict when the code is taken."""
    if Category.objects.filter(code=code).exists():
        raise Conflict("category_code_taken", _("Another category has this code."), category=code)
    category = Category.objects.create(code=code, name=name, position=position)
    member_services.record_audit(
        actor=actor, act="courses.create_category", object_type="category", object_id=category.pk, now=now
    )
    return category


@transaction.atomic
def create_course(
    *,
    actor: Member,
    organization: Organization,
    category: Category,
    slug: str,
    title: str,
    summary: str,
    now: datetime,
    lecturer_name: str = "",
    cover: str = "",
    is_required: bool = False,
) -> Course:
    """A draft, taught by `actor`. An empty `slug` is made from the title, or drawn where the title has no
    Latin letters.

    Raises DomainError for an empty title, Conflict for a slug that is taken or means something else here.
    """
    title = title.strip()
    if not title:
        raise DomainError("title_missing", _("The title is missing."))
    chosen = slug or _free_slug(title)
    if chosen in RESERVED_SLUGS or Course.objects.filter(slug=chosen).exists():
        raise _slug_taken(chosen)
    try:
        with transaction.atomic():
            course = Course.objects.create(
                slug=chosen,
                title=title,
                summary=summary,
                category=category,
                organization=organization,
                instructor=actor,
                lecturer_name=lecturer_name.strip(),
                cover=cover,
                is_required=is_required,
                created_at=now,
            )
    except IntegrityError as error:  # somebody else took the slug since we looked
        raise _slug_taken(chosen) from error
    _audit(actor, "create_course", course, now)
    return course


def _slug_taken(slug: str) -> Conflict:
    return Conflict("slug_taken", _("Another course has this address: %(slug)s.") % {"slug": slug}, slug=slug)


def _free_slug(title: str) -> str:
    readable = readable_slug(title)
    candidate = readable or f"course-{ids.readable_code(6).lower()}"
    while candidate in RESERVED_SLUGS or Course.objects.filter(slug=candidate).exists():
        candidate = f"{(readable or 'course')[: SLUG_LENGTH - 7]}-{ids.readable_code(6).lower()}"
    return candidate


@transaction.atomic
def update_course(
    *,
    actor: Member,
    course: Course,
    organization: Organization,
    category: Category,
    title: str,
    summary: str,
    lecturer_name: str,
    cover: str,
    is_required: bool,
    now: datetime,
) -> Course:
    """Change what is said about a course; its address stays. Raises DomainError for an empty title."""
    if not title.strip():
        raise DomainError("title_missing", _("The title is missing."))
    Course.objects.filter(pk=course.pk).update(
        organization=organization,
        category=category,
        title=title.strip(),
        summary=summary,
        lecturer_name=lecturer_name.strip(),
        cover=cover,
        is_required=is_required,
    )
    course.refresh_from_db()
    _audit(actor, "update_course", course, now)
    return course


@transaction.atomic
def add_chapter(*, actor: Member, course: Course, title: str, now: datetime) -> Chapter:
    """A new chapter at the end of `course`. Raises DomainError for an empty title."""
    if not title.strip():
        raise DomainError("title_missing", _("The title is missing."))
    Course.objects.select_for_update().get(pk=course.pk)  # positions are given one at a time
    last = Chapter.objects.filter(course=course).aggregate(last=Max("position"))["last"] or 0
    chapter = Chapter.objects.create(course=course, title=title.strip(), position=last + 1)
    _audit(actor, "add_chapter", course, now, chapter=chapter.pk)
    return chapter


@transaction.atomic
def add_lecture(*, actor: Member, chapter: Chapter, title: str, asset: MediaAsset, now: datetime) -> Lecture:
    """A new lecture at the end of `chapter`; its film may still be in the works, unless the course is
    published.

    Raises DomainError for an empty title, Conflict for a film that cannot be played in a published course:
    members would owe what they cannot watch.
    """
    if not title.strip():
        raise DomainError("title_missing", _("The title is missing."))
    course = Course.objects.select_for_update().get(pk=chapter.course_id)
    lecture = Lecture(chapter=chapter, title=title.strip(), asset=asset)
    if course.state != CourseState.DRAFT and not lecture.is_playable:
        raise Conflict(
            "film_not_ready",
            _("Members see this course already: add the lecture when its film is ready to be played."),
        )
    lecture.position = (Lecture.objects.filter(chapter=chapter).aggregate(last=Max("position"))["last"] or 0) + 1
    lecture.save()
    _audit(actor, "add_lecture", course, now, lecture=lecture.pk)
    return lecture


@transaction.atomic
def publish_course(*, actor: Member, course: Course, now: datetime) -> Course:
    """Show a draft (or an archived course again) to members.

    Raises Conflict, with every reason, while it has no lecture or a film that cannot be played, and when it
    is published already.
    """
    Course.objects.select_for_update().get(pk=course.pk)
    readiness = queries.readiness(course)
    if not readiness.allowed:
        raise Conflict("course_not_ready", " ".join(readiness.reasons), reasons=readiness.codes)
    won = (
        Course.objects.filter(pk=course.pk)
        .exclude(state=CourseState.PUBLISHED.value)
        .update(state=CourseState.PUBLISHED.value)
    )
    if not won:
        raise Conflict("course_published", _("This course is published already."))
    Course.objects.filter(pk=course.pk, published_at__isnull=True).update(published_at=now)
    course.refresh_from_db()
    _audit(actor, "publish_course", course, now)
    return course


@transaction.atomic
def archive_course(*, actor: Member, course: Course, now: datetime) -> Course:
    """Take a published course out of the catalog; who is enrolled keeps it. Raises Conflict for a draft."""
    won = Course.objects.filter(pk=course.pk, state=CourseState.PUBLISHED.value).update(
        state=CourseState.ARCHIVED.value
    )
    if not won:
        raise Conflict("course_not_published", _("This course is not published."))
    course.refresh_from_db()
    _audit(actor, "archive_course", course, now)
    return course


def _audit(actor: Member, verb: str, course: Course, now: datetime, **facts: int) -> None:
    member_services.record_audit(
        actor=actor, act=f"courses.{verb}", object_type="course", object_id=course.pk, now=now, **facts
    )
