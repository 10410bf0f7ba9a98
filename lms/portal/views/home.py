"""The first page after log-in: what to do next, and what is still owed; and the page with all entries."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from lms.common import clock
from lms.common.templatetags.school import minutes
from lms.members import access
from lms.members.context import navigation_of
from lms.portal import queries
from lms.portal.queries import places


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    member = access.member_of(request)
    learning = queries.learning(member, clock.now()) if member.organization_id else None
    person = navigation_of(request, member)
    context = {
        "member": member,
        "learning": learning,
        "step": learning.next_step if learning else None,
        "new_courses": [_card(course) for course in learning.new_courses] if learning else [],
        "owed": learning.owed_beside if learning else None,
        "teaching": queries.list_places(person, places.TEACHING),
        "organizing": queries.list_places(person, places.ORGANIZING),
        "account": queries.list_places(person, places.ACCOUNT),
    }
    return render(request, "portal/home.html", context)


def _card(course: Any) -> dict[str, Any]:
    """What components/_card_course.html takes; `course` comes from the catalog, which adds its numbers."""
    lectures = ngettext("%(number)s lecture", "%(number)s lectures", course.lecture_count)
    meta = [("person", course.lecturer_name), ("play-circle", lectures % {"number": course.lecture_count})]
    if course.duration_ms:
        meta.append(("clock", minutes(course.duration_ms)))
    return {
        "title": course.title,
        "url": reverse("courses:course-detail", args=[course.slug]),
        "cover": static(course.cover_file),
        "meta": [(symbol, words) for symbol, words in meta if words],
    }


@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """All entries of the navigation on one page: in elder mode the bar holds only the first three."""
    person = navigation_of(request, access.member_of(request))
    parts = (places.LEARNING, places.TEACHING, places.ORGANIZING, places.ACCOUNT)
    return render(request, "portal/more.html", {part: queries.list_places(person, part) for part in parts})
