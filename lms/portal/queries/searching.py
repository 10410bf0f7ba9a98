"""The search over the whole site: every group asks the room that owns the rows, so nobody finds what they may not see.

Plain containment of words; the full-text search takes this over later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses import queries as course_queries
from courses.models import Course, Lecture
from exams import queries as exam_queries
from exams.models import Exam
from lms.common.templatetags.school import plain_text
from lms.common.text_search import words_of
from lms.members import access as member_access
from lms.members import queries as member_queries
from lms.members.context import Navigation
from lms.members.models import Member, Organization
from lms.portal.queries.places import Place, find_places
from media_pipeline import queries as media_queries
from media_pipeline.models import MediaAsset

PREVIEW = 5  # hits of a group on the first page
PEOPLE = "people"

Rows = QuerySet[Any] | Sequence[Any]


@dataclass(frozen=True)
class Hit:
    """One line of the results."""

    title: str
    url: str
    note: str = ""
    body: str = ""  # a longer text; where a word occurs only in it, the line shows the place


@dataclass(frozen=True)
class Source:
    """A kind of thing that can be found: its name in the address, its title, who may look, and how."""

    kind: str
    title: Promise
    symbol: str
    open_to: Callable[[Navigation], bool]
    find: Callable[[Member, Navigation, str], Rows]
    hit: Callable[[Any], Hit]


@dataclass(frozen=True)
class Group:
    """What was found of one kind: how many, and the first of them."""

    source: Source
    count: int
    hits: list[Hit]

    @property
    def has_more(self) -> bool:
        return self.count > len(self.hits)


def _place(place: Place) -> Hit:
    return Hit(str(place.label), place.url, str(place.text))


def _course(course: Course) -> Hit:
    url = reverse("courses:course-detail", args=[course.slug])
    return Hit(course.title, url, course.lecturer_name, body=plain_text(course.summary))


def _lecture(lecture: Lecture) -> Hit:
    return Hit(lecture.title, reverse("courses:lecture", args=[lecture.pk]), lecture.chapter.course.title)


def _film(asset: MediaAsset) -> Hit:
    return Hit(asset.title, reverse("media_pipeline:asset-detail", args=[asset.pk]), asset.get_state_display())


def _exam(exam: Exam) -> Hit:
    return Hit(exam.title, reverse("exams:exam-edit", args=[exam.course.slug]), exam.course.title)


def _person(member: Member) -> Hit:
    organization = member.organization
    assert organization is not None, "found by its organization"
    address = reverse("portal:organization-members", args=[organization.pk])
    return Hit(
        member.full_name,
        f"{address}?{urlencode({'q': member.full_name})}",
        f"{member.learner_no} · {organization.name}",
    )


def _organization(organization: Organization) -> Hit:
    return Hit(organization.name, reverse("credits:score-table", args=[organization.pk]), organization.code)


SOURCES = (
    Source(
        "pages",
        _("Pages"),
        "compass",
        lambda _person: True,
        lambda _member, person, text: find_places(person, words_of(text)),
        _place,
    ),
    Source(
        "courses",
        _("Courses"),
        "collection",
        lambda _person: True,
        lambda member, _person, text: course_queries.catalog(member, text=text),
        _course,
    ),
    Source(
        "lectures",
        _("Lectures"),
        "play-circle",
        lambda _person: True,
        lambda member, _person, text: course_queries.find_lectures(member, text),
        _lecture,
    ),
    Source(
        "films",
        _("Lecture videos"),
        "film",
        lambda person: person.instructs or person.audits,
        lambda member, _person, text: media_queries.list_assets(member, search=text).prefetch_related(None),
        _film,
    ),
    Source(
        "exams",
        _("Exams"),
        "list-check",
        lambda person: person.instructs,
        lambda member, _person, text: exam_queries.find_exams(member, text),
        _exam,
    ),
    Source(
        PEOPLE,
        pgettext_lazy("people", "Learners"),
        "person",
        lambda person: person.organizes,
        lambda member, _person, text: member_queries.find_members(member_access.learners_readable(member), text),
        _person,
    ),
    Source(
        "organizations",
        _("Organizations"),
        "diagram-3",
        lambda person: person.organizes,
        lambda member, _person, text: member_queries.find_organizations(
            member_access.organizations_readable(member), text
        ),
        _organization,
    ),
)


def sources_of(person: Navigation) -> list[Source]:
    """What `person` may look for."""
    return [source for source in SOURCES if source.open_to(person)]


def search(member: Member, person: Navigation, text: str) -> list[Group]:
    """The groups in which something was found. At most three queries for each, however much there is."""
    groups = [_group(source, source.find(member, person, text)) for source in sources_of(person)]
    return [group for group in groups if group.count]


def _group(source: Source, rows: Rows) -> Group:
    first = list(rows[: PREVIEW + 1])
    count = len(first)
    if count > PREVIEW:
        count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    return Group(source, count, [source.hit(row) for row in first[:PREVIEW]])
