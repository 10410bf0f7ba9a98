"""The pages of Django's own errors (lms.urls names them): an address that is wrong, a body too large, a crash.

What a room refuses (DomainError) is answered by lms.common.middleware in the same form.
"""

from __future__ import annotations

import logging
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from lms.common import ids
from lms.common.middleware import wants_json
from lms.members.display import COOKIE, from_cookie

log = logging.getLogger(__name__)
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 for a body that Django refused to read (it counts those among the suspicious requests)."""
    if isinstance(exception, TOO_MUCH):
        if wants_json(request):
            return _json("too_large", _("That is more than the site takes at once."), 413)
        return _standing_alone(request, 413)
    if wants_json(request):
        return _json("bad_request", _("The request could not be understood."), 400)
    return _standing_alone(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return _json("not_permitted", _("You may not do this."), 403)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return _json("not_found", _("There is nothing at this address."), 404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, with a number that stands in the log too: the trace of the error follows it there."""
    reference = f"{ids.readable_code(4)}-{ids.readable_code(4)}"
    error = sys.exc_info()[1]
    log.error("Reference %s: %s %s: %s: %s", reference, request.method, request.path, type(error).__name__, error)
    if wants_json(request):
        message = _("Something broke on our side. Please try again in a few minutes.")
        return _json("server_error", message, 500, reference=reference)
    return _standing_alone(request, 500, reference=reference, again=request.method == "GET")


def _json(code: str, message: str, status: int, **facts: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message, "facts": facts}, status=status)


def _standing_alone(request: HttpRequest, status: int, **facts: object) -> HttpResponse:
    """A page without the database and without the request's body: either may be what is broken."""
    display = from_cookie(request.COOKIES.get(COOKIE, ""))
    return HttpResponse(render_to_string(f"{status}.html", {"display": display, **facts}), status=status)
