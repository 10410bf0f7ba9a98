"""The first page after log-in: what I still owe, and where to go on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lms.common import clock
from lms.members import access
from lms.portal import queries


def home(request: HttpRequest) -> HttpResponse:
    member = access.member_of(request)
    learning = queries.learning(member, clock.now()) if member.organization_id else None
    return render(request, "portal/home.html", {"member": member, "learning": learning})
