"""The way through one course: lectures, exam, certificate. A fragment of the course's page, and a page of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from courses import access as course_access
from lms.members import access
from lms.portal import queries


def course_steps(request: HttpRequest, slug: str) -> HttpResponse:
    member = access.member_of(request)
    course = course_access.course_for_view(member, slug)
    template = "portal/_course_steps.html" if getattr(request, "htmx", False) else "portal/course_steps.html"
    return render(request, template, {"course": course, "steps": queries.course_steps(member, course)})
