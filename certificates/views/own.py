"""A member's own certificates."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from certificates import access as certificate_access
from certificates import queries, rules
from lms.common import clock
from lms.common.pagination import page_of
from lms.members import access
from lms.members import services as member_services


@require_safe
def certificate_list(request: HttpRequest) -> HttpResponse:
    member = access.member_of(request)
    page = page_of(request, queries.list_certificates(member))
    return render(request, "certificates/list.html", {"page": page})


@require_safe
def download(request: HttpRequest, number: str) -> HttpResponse:
    """The kept PDF under the holder's name and the certificate's number. Reading somebody else's is put on
    record.
    """
    certificate = certificate_access.certificate_for_download(request, number)
    content = queries.pdf_of(certificate)
    member = access.member_of(request)
    if certificate.member_id != member.pk:
        member_services.record_audit(
            actor=member,
            act="certificates.download",
            object_type="certificate",
            object_id=certificate.pk,
            now=clock.now(),
            number=certificate.number,
        )
    name = rules.file_name(certificate.payload["name"], certificate.number)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": disposition, "Cache-Control": "private, no-store"},
    )
