"""The organizers' page: every organization in scope, with what its members have done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lms.common import clock
from lms.members import access
from lms.portal import queries


def organizer(request: HttpRequest) -> HttpResponse:
    member = access.require_reader(request)
    now = clock.now()
    context = {"lines": queries.overview(member, now), "year": clock.business_date(now).year, "now": now}
    return render(request, "portal/organizer.html", context)
