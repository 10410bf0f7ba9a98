"""Loads the demo school: a tree of five levels, some forty people, four courses, an exam, and a little history.

Everything goes through the rooms' services, so that what is shown was really uploaded, transcoded, watched, sat and
credited. Loading again changes nothing; a database with real members is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from courses import services as course_services
from courses.models import Category, Course, Lecture
from exams import services as exam_services
from exams.models import Exam
from lms.common import clock
from lms.common.errors import Conflict
from lms.demo import courses as catalog
from lms.demo.films import FILMS, Film
from lms.demo.people import LEARNERS, STAFF, TREE, Person
from lms.members import services as member_services
from lms.members.models import Member, Organization
from media_pipeline import services as media_services
from media_pipeline.models import MediaAsset, WorkUnit

PASSWORD = "yunling-2026"  # noqa: S105 - of every demo account, printed for all; the demo refuses to mix with real people
Report = Callable[[str], None]
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Login:
    """One line for the newcomer: who can log in, and as what."""

    role: str
    learner_no: str
    full_name: str
    password: str = PASSWORD


def logins() -> tuple[Login, ...]:
    """The accounts to try the site with: a member, an instructor, an organizer."""
    return (
        Login("member", "demo-member", "林晓桐"),
        Login("instructor", "demo-teacher", "周文澜"),
        Login("organizer", "demo-organizer", "郑启明"),
    )


def load(*, now: datetime, report: Report) -> None:
    """Load what is missing of the demo school, telling `report` each step.

    Raises Conflict when the database holds people who did not come with the demo.
    """
    refuse_real_people()
    organizations = load_tree(now=now)
    people = load_people(organizations, now=now)
    report(f"organizations: {len(organizations)}, people: {len(people)}")
    for course in catalog.COURSES:
        load_course(course, organizations, people, now=now, report=report)
    load_exam(now=now)
    report(f"courses: {len(catalog.COURSES)}, exam questions: {len(catalog.QUESTIONS)}")


def refuse_real_people() -> None:
    """Raises Conflict when anybody belongs to an organization who is not of the demo."""
    real = Member.objects.filter(is_demo=False, organization__isnull=False).count()
    foreign = Organization.objects.exclude(code__in=[node.code for node in TREE]).count()
    if real or foreign:
        raise Conflict(
            "real_members",
            _("This database holds real members or organizations: the demo school is not loaded into it."),
        )


def load_tree(*, now: datetime) -> dict[str, Organization]:
    """The organizations by code."""
    found = {organization.code: organization for organization in Organization.objects.all()}
    for node in TREE:
        if node.code not in found:
            found[node.code] = member_services.create_organization(
                actor=None,
                code=node.code,
                name=node.name,
                short_name=node.short_name,
                kind=node.kind,
                parent=found.get(node.parent),
                now=now,
            )
    return found


def load_people(organizations: dict[str, Organization], *, now: datetime) -> dict[str, Member]:
    """The people by learner number, with their roles."""
    found = {member.learner_no: member for member in Member.objects.filter(is_demo=True)}
    for person in (*STAFF, *LEARNERS):
        if person.learner_no not in found:
            found[person.learner_no] = register(person, organizations, now=now)
    return found


def register(person: Person, organizations: dict[str, Organization], *, now: datetime) -> Member:
    member = member_services.register_member(
        actor=None,
        learner_no=person.learner_no,
        full_name=person.full_name,
        organization=organizations[person.organization],
        kind=person.kind,
        password=PASSWORD,
        is_demo=True,
        now=now,
    )
    if person.role is not None:
        member_services.grant_role(
            actor=None, member=member, organization=organizations[person.scope], role=person.role, now=now
        )
    return member


def load_course(
    plan: catalog.DemoCourse,
    organizations: dict[str, Organization],
    people: dict[str, Member],
    *,
    now: datetime,
    report: Report,
) -> Course:
    """One course with its film, transcoded here and now, and published."""
    existing = Course.objects.filter(slug=plan.slug).first()
    if existing is not None and existing.state != Course.State.DRAFT:
        return existing
    teacher = people[plan.instructor]
    film = next(film for film in FILMS if film.slug == plan.film)
    report(f"course {plan.title}: preparing the film ({film.duration_seconds:.0f} s)")
    asset = load_film(film, organizations[plan.organization], teacher, now=now)
    course = existing or course_services.create_course(
        actor=teacher,
        organization=organizations[plan.organization],
        category=category(plan.category, teacher, now=now),
        slug=plan.slug,
        title=plan.title,
        summary=plan.summary,
        lecturer_name=film.lecturer,
        cover=plan.cover,
        is_required=plan.is_required,
        now=now,
    )
    if not Lecture.objects.filter(chapter__course=course).exists():
        chapter = course.chapters.first() or course_services.add_chapter(
            actor=teacher, course=course, title=plan.chapter, now=now
        )
        course_services.add_lecture(actor=teacher, chapter=chapter, title=film.title_zh, asset=asset, now=now)
    return course_services.publish_course(actor=teacher, course=course, now=now)


def category(code: str, actor: Member, *, now: datetime) -> Category:
    existing = Category.objects.filter(code=code).first()
    if existing is not None:
        return existing
    position, name = next(
        (position, name) for position, (slug, name) in enumerate(catalog.CATEGORIES, start=1) if slug == code
    )
    return course_services.create_category(actor=actor, code=code, name=name, position=position, now=now)


def load_film(film: Film, organization: Organization, teacher: Member, *, now: datetime) -> MediaAsset:
    """The film as a ready asset: uploaded once, and worked on in this process until it is ready."""
    asset = MediaAsset.objects.filter(organization=organization, original_name=film.path.name).first()
    if asset is None:
        asset = media_services.receive_upload(
            actor=teacher,
            organization=organization,
            title=film.title_zh,
            filename=film.path.name,
            chunks=chunks(film.path),
            now=now,
        )
    process(asset)
    return asset


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def process(asset: MediaAsset) -> None:
    """Run the asset's units one after the other until none is left to run, then insist that it is ready."""
    while (unit := runnable(asset).first()) is not None:
        if not media_services.run_unit(unit_id=unit.pk, worker="demo", clock=clock.now):
            break
    asset.refresh_from_db()
    if asset.state != MediaAsset.State.READY:
        raise Conflict("demo_film", _("The demo film could not be processed: %(code)s") % {"code": asset.failure_code})


def runnable(asset: MediaAsset) -> QuerySet[WorkUnit]:
    return asset.work_units.filter(version=asset.version, state=WorkUnit.State.PENDING).order_by("position")


@transaction.atomic
def load_exam(*, now: datetime) -> Exam:
    """The exam of ten questions, published, on the first course."""
    course = Course.objects.get(slug=catalog.EXAM_COURSE)
    existing = Exam.objects.filter(course=course).first()
    if existing is not None and existing.state != Exam.State.DRAFT:
        return existing
    if existing is not None:
        return exam_services.publish_exam(actor=course.instructor, exam=existing, now=now)
    teacher = course.instructor
    bank = exam_services.create_bank(actor=teacher, organization=course.organization, name=catalog.BANK_NAME, now=now)
    items = [
        (
            exam_services.add_question(
                actor=teacher,
                bank=bank,
                type=question.type,
                stem=question.stem,
                options=list(question.options),
                correct=list(question.correct),
                explanation=question.explanation,
                now=now,
            ),
            question.points,
        )
        for question in catalog.QUESTIONS
    ]
    exam = exam_services.create_exam(
        actor=teacher,
        course=course,
        title=catalog.EXAM_TITLE,
        items=items,
        duration_seconds=1800,
        attempts_allowed=3,
        pass_permille=600,
        now=now,
    )
    return exam_services.publish_exam(actor=teacher, exam=exam, now=now)
