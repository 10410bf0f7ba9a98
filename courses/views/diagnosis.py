"""Why a course stands where it stands: for the member, and for those who look after them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from courses import access, queries, services
from courses.models import PlaySession
from lms.common import clock
from lms.common.pagination import page_of
from lms.members import access as member_access
from lms.members import services as member_services


@require_safe
def diagnosis(request: HttpRequest, slug: str, learner_no: str = "") -> HttpResponse:
    """Sessions, seconds counted, seconds refused and why. Reading it about somebody else is put on record."""
    reader = member_access.member_of(request)
    course = access.course_for_view(reader, slug)
    learner = access.learner_for_diagnosis(request, course, learner_no or reader.learner_no)
    now = clock.now()
    if learner != reader:
        member_services.record_audit(
            actor=reader,
            act="courses.read_diagnosis",
            object_type="member",
            object_id=learner.pk,
            now=now,
            course=course.pk,
        )
    policy = services.policy_in_force(organization=learner.organization, now=now)
    found = queries.diagnosis(learner, course, policy)
    page = page_of(request, found.sessions)
    context = {
        "course": course,
        "learner": learner,
        "is_own": learner == reader,
        "policy": policy,
        "lectures": found.lectures,
        "still_ms": sum(line.still_ms for line in found.lectures),
        "page_obj": page,
        "sessions": [_line(session) for session in page],
    }
    return render(request, "courses/diagnosis.html", context)


def _line(session: PlaySession) -> dict[str, Any]:
    return {"session": session, "reasons": queries.reasons_in_words(session.rejected)}
