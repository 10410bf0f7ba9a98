"""The first page after log-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lms.members import access


def home(request: HttpRequest) -> HttpResponse:
    member = access.member_of(request)
    return render(request, "portal/home.html", {"member": member})
