"""Certificates as organizers see them: those of their learners and those issued in their part of the tree."""

from __future__ import annotations

import io
import zipfile

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates import access as certificate_access
from certificates import queries, rules, services
from certificates.forms import RevokeForm, SearchForm
from certificates.models import Certificate
from lms.common import clock
from lms.common.errors import DomainError
from lms.common.tables import Column, Table, written
from lms.members import access
from lms.members import services as member_services

MOST_CHOSEN = 100  # a page of the list at its longest


COLUMNS = (
    Column(
        "name",
        gettext_lazy("Name"),
        value=lambda row: row.payload["name"],
        order=(written("member__full_name"),),
        heading=True,
        always=True,
    ),
    Column(
        "learner_no",
        gettext_lazy("Learner number"),
        value=lambda row: row.payload["learner_no"],
        order=(written("member__learner_no"),),
    ),
    Column("organization", gettext_lazy("Organization"), value=lambda row: row.payload["organizations"][-1]),
    Column(
        "course",
        gettext_lazy("Course"),
        value=lambda row: row.payload["course"]["title"],
        order=(written("course__title"),),
    ),
    Column("number", gettext_lazy("Certificate number"), order=("issuer__path", "year", "sequence")),
    Column("issuer", gettext_lazy("Issued by"), value=lambda row: row.payload["issuer"], shown=False),
    Column(
        "issued",
        gettext_lazy("Issued"),
        value=lambda row: str(clock.business_date(row.issued_at)),
        order=("issued_at",),
        newest_first=True,
    ),
    Column("state", gettext_lazy("State"), value=lambda row: _state_in_words(row)),
)


@require_safe
def certificate_list(request: HttpRequest) -> HttpResponseBase:
    """The certificates in scope, on the page or in a file. That they were read is put on record."""
    member = certificate_access.reader_of_certificates(request)
    now = clock.now()
    form = SearchForm(request.GET)
    wanted = form.chosen()
    found = queries.search(certificate_access.readable(member), **wanted)
    paths = certificate_access.deciding_paths(member)

    def decided(certificates: list[Certificate]) -> list[Certificate]:
        for certificate in certificates:
            may_decide = any(certificate.issuer.path.startswith(path) for path in paths)
            certificate.may_decide = may_decide  # type: ignore[attr-defined]  # for the template alone
        return certificates

    table = Table(
        request,
        "certificates",
        COLUMNS,
        found,
        form=form,
        sort="-issued",
        ties=("-pk",),
        dress=decided,
        choose=True,
    )
    member_services.record_audit(
        actor=member,
        act="certificates.export_list" if table.wants_file else "certificates.read_list",
        object_type="member",
        object_id=member.pk,
        now=now,
        rows=table.count if table.wants_file else len(table.rows),
        q=wanted["text"],
        state=wanted["state"],
    )
    if table.wants_file:
        return table.file(_("Certificates as of %(day)s") % {"day": clock.business_date(now)})
    context = {"table": table, "now": now, "scope": access.organizations_readable(member).first()}
    return render(request, "certificates/manage.html", context)


def _state_in_words(certificate: Certificate) -> str:
    if certificate.is_revoked:
        return f"{_('Revoked')}: {certificate.revoke_reason}"
    if certificate.pdf_key:
        return _("Valid")
    return certificate.failure_words or _("File is being made")


@require_POST
def download_chosen(request: HttpRequest) -> HttpResponseBase:
    """The files of the chosen certificates in one ZIP; those that cannot be had are left out."""
    member = certificate_access.reader_of_certificates(request)
    serials = request.POST.getlist("chosen")[:MOST_CHOSEN]
    chosen = queries.search(certificate_access.readable(member), text="", state="").filter(serial__in=serials)
    packed = io.BytesIO()
    numbers = []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # a PDF is compressed inside
        for certificate in chosen:
            try:
                content = queries.pdf_of(certificate)
            except DomainError:
                continue
            archive.writestr(rules.file_name(certificate.payload["name"], certificate.number), content)
            numbers.append(certificate.number)
    if not numbers:
        messages.error(request, _("Please choose certificates whose files are ready; there was none to download."))
        return redirect("certificates:manage")
    member_services.record_audit(
        actor=member,
        act="certificates.download_many",
        object_type="member",
        object_id=member.pk,
        now=clock.now(),
        numbers=numbers,
    )
    packed.seek(0)
    name = _("Certificates as of %(day)s") % {"day": clock.business_date(clock.now())}
    return FileResponse(
        packed, as_attachment=True, filename=f"{name}.zip", headers={"Cache-Control": "private, no-store"}
    )


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
