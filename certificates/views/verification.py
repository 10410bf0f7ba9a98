"""The public answer to: is this certificate real? No log-in, the code alone, and nothing but what it says
itself.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from certificates import queries, rules, services
from certificates.models import Certificate
from lms.common import clock


@login_not_required
@never_cache
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """The form, and with ?code= the answer below it."""
    code = request.GET.get("code", "").strip()
    if not code:
        return render(request, "certificates/verify.html", {"code": ""})
    return _answer(request, code)


@login_not_required
@never_cache
@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """Where the square on the certificate leads."""
    return _answer(request, code)


def _answer(request: HttpRequest, code: str) -> HttpResponse:
    now = clock.now()
    context: dict[str, Any] = {"code": code[:60], "now": now}
    try:
        services.count_lookup(address=address_of(request), now=now)
    except services.TooManyLookups as error:
        context |= {"too_many": error.message, "verdict": _("Not verified yet")}
        response = render(request, "certificates/verify.html", context, status=error.status)
        response["Retry-After"] = "60"
        return response
    certificate = queries.certificate_by_code(code)
    if certificate is not None:
        answer = public_answer(certificate)
        return render(request, "certificates/verify.html", context | {"answer": answer, "verdict": _verdict(answer)})
    if rules.could_be_code(code):
        context |= {"unknown": True, "verdict": _("No such certificate")}
    else:
        typed = len(rules.normal_code(code))
        context |= {
            "malformed": True,
            "verdict": _("This is not a whole code"),
            "typed": typed,
            "length": rules.VERIFY_CODE_LENGTH,
        }
    return render(request, "certificates/verify.html", context, status=404)


def _verdict(answer: dict[str, Any]) -> str:
    """The answer in a word or two: the heading of it, and of the window."""
    if not answer["intact"]:
        return _("Please ask the issuer")
    return _("Revoked") if answer["revoked_at"] else _("Valid")


def public_answer(certificate: Certificate) -> dict[str, Any]:
    """What anybody who holds the code may read: the name masked, no learner number, no organization of the
    holder.
    """
    payload = certificate.payload
    return {
        "revoked_at": certificate.revoked_at,
        "number": certificate.number,
        "name": rules.masked(payload["name"]),
        "course": payload["course"]["title"],
        "issuer": payload["issuer"],
        "hours": payload["hours"],
        "started_on": date.fromisoformat(payload["started_on"]),
        "completed_on": date.fromisoformat(payload["completed_on"]),
        "issued_on": date.fromisoformat(payload["issued_on"]),
        "fingerprint": certificate.payload_sha256,
        "intact": rules.payload_sha256(payload) == certificate.payload_sha256,
    }


def address_of(request: HttpRequest) -> str:
    """The visitor's address; behind a proxy of our own the last one that the proxy has put into the header."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("X-Forwarded-For", "")
        if last := forwarded.rpartition(",")[2].strip():
            return last
    return str(request.META.get("REMOTE_ADDR", ""))
