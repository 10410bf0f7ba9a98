"""Certificates as organizers see them: those of their learners and those issued in their part of the tree."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates import access as certificate_access
from certificates import queries, services
from certificates.forms import RevokeForm, SearchForm
from lms.common import clock
from lms.common.pagination import page_of
from lms.members import access
from lms.members import services as member_services


@require_safe
def certificate_list(request: HttpRequest) -> HttpResponse:
    """The certificates in scope. That they were read is put on record."""
    member = certificate_access.reader_of_certificates(request)
    form = SearchForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {"q": "", "state": ""}
    found = queries.search(certificate_access.readable(member), text=wanted["q"], state=wanted["state"])
    page = page_of(request, found)
    paths = certificate_access.deciding_paths(member)
    for certificate in page.object_list:
        certificate.may_decide = any(certificate.issuer.path.startswith(path) for path in paths)
    member_services.record_audit(
        actor=member,
        act="certificates.read_list",
        object_type="member",
        object_id=member.pk,
        now=clock.now(),
        rows=len(page.object_list),
        **wanted,
    )
    return render(request, "certificates/manage.html", {"form": form, "page": page})


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the reason, then revoke."""
    certificate = certificate_access.certificate_for_decision(request, number)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.revoke(
            actor=access.member_of(request),
            certificate=certificate,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
        messages.success(request, _("Certificate %(number)s has been revoked.") % {"number": certificate.number})
        return redirect("certificates:manage")
    return render(request, "certificates/revoke.html", {"certificate": certificate, "form": form})


@require_POST
def retry(request: HttpRequest, number: str) -> HttpResponse:
    """Try again to make a file that could not be made."""
    certificate = certificate_access.certificate_for_decision(request, number)
    services.retry_render(actor=access.member_of(request), certificate=certificate, now=clock.now())
    messages.success(request, _("The file is being made again."))
    return redirect("certificates:manage")
