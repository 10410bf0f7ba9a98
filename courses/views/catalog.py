"""Finding a course, looking at it, taking it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses import access, queries, services
from courses.forms import CatalogFilter
from lms.common import clock
from lms.common.pagination import page_of
from lms.members import access as member_access

CARDS_ON_A_PAGE = 12


@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    """The published courses somebody may see, narrowed by ?q= and ?category=."""
    member = member_access.member_of(request)
    wanted = CatalogFilter(request.GET)
    text, category = wanted.value("q"), wanted.value("category")
    page = page_of(request, queries.catalog(member, text=text, category=category), size=CARDS_ON_A_PAGE)
    courses = list(page)
    states = queries.states_of_enrolments(member, courses)
    context = {
        "page_obj": page,
        "cards": [(course, states.get(course.pk, "")) for course in courses],
        "categories": queries.list_categories(),
        "text": text,
        "category": category,
    }
    return render(request, "courses/catalog.html", context)


@require_safe
def course_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One course: what it is about, its lectures, how far the member is, what is still owed."""
    member = member_access.member_of(request)
    course = access.course_for_view(member, slug)
    overview = queries.course_overview(member, course)
    context = {
        "course": course,
        "overview": overview,
        "may_enrol": overview.enrolment is None and queries.is_open_to(member, course),
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
    return redirect("courses:course-detail", slug=course.slug)
