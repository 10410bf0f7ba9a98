"""Finding a course, looking at it, taking it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from courses import access, queries, services
from courses.forms import CatalogFilter
from courses.models import Course
from courses.rules import EnrolmentState
from lms.common import clock
from lms.common.tables import Table
from lms.common.templatetags.school import minutes
from lms.members import access as member_access
from lms.members.models import Member

CARDS_ON_A_PAGE = 12


@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    """The published courses somebody may see, narrowed by ?q=, ?category= and ?required=."""
    member = member_access.member_of(request)
    form = CatalogFilter(request.GET)
    # A table without columns: its filters and pages, the rows are cards.
    table = Table(
        request,
        "catalog",
        (),
        queries.catalog(member, **form.chosen()),
        form=form,
        size=CARDS_ON_A_PAGE,
        dress=lambda courses: _cards(member, courses),
    )
    return render(request, "courses/catalog.html", {"table": table})


def _cards(member: Member, courses: list[Course]) -> list[dict[str, Any]]:
    """What components/_card_course.html takes, and the course itself."""
    states = queries.states_of_enrolments(member, courses)
    progress = queries.permilles(member, [key for key, state in states.items() if state == EnrolmentState.ACTIVE])
    return [_card(course, states.get(course.pk, ""), progress.get(course.pk)) for course in courses]


def _card(course: Any, state: str, permille: int | None) -> dict[str, Any]:
    badges = [("required", _("Required")) if course.is_required else ("elective", _("Elective"))]
    if state == EnrolmentState.COMPLETED:
        badges.append(("completed", pgettext("course", "Completed")))
    elif state == EnrolmentState.ACTIVE:
        badges.append(("active", pgettext("course", "In progress")))
    lectures = ngettext("%(number)s lecture", "%(number)s lectures", course.lecture_count)
    meta = [("person", course.lecturer_name), ("play-circle", lectures % {"number": course.lecture_count})]
    return {
        "course": course,
        "title": course.title,
        "url": reverse("courses:course-detail", args=[course.slug]),
        "cover": static(course.cover_file),
        "badges": badges,
        "meta": [(symbol, words) for symbol, words in [*meta, ("clock", _length(course.duration_ms))] if words],
        "value": permille,
        "max": None if permille is None else 1000,
    }


def _length(duration_ms: int | None) -> str:
    return minutes(duration_ms) if duration_ms else ""


@require_safe
def course_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One course: what is still owed, its lectures, how far the member is, what it is about."""
    member = member_access.member_of(request)
    course = access.course_for_view(member, slug)
    overview = queries.course_overview(member, course)
    taken = overview.enrolment is not None and overview.enrolment.state != EnrolmentState.DROPPED
    context = {
        "course": course,
        "overview": overview,
        "taken": taken,
        "may_enrol": not taken and member.organization_id is not None and queries.is_open_to(member, course),
        "may_edit": access.may_edit(member, course),
        "owed_ms": sum(item.duration_ms - item.counted_ms for item in overview.tally.owed),
    }
    return render(request, "courses/course_detail.html", context)


@require_POST
def enrol(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the course and go to its first lecture."""
    member = member_access.learner_of(request)
    course = access.course_for_view(member, slug)
    services.enrol(member=member, course=course, now=clock.now())
    messages.success(request, _("You are enrolled in “%(title)s”.") % {"title": course.title})
    first = queries.course_overview(member, course).tally.next_lecture
    if first is None:
        return redirect("courses:course-detail", slug=course.slug)
    return redirect("courses:lecture", lecture_id=first.pk)
