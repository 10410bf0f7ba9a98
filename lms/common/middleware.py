"""Turns domain errors and refused methods into answers, and a chosen language into the page's language."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.utils import translation

from lms.common.errors import DomainError

LANGUAGE_COOKIE = settings.LANGUAGE_COOKIE_NAME
Handler = Callable[[HttpRequest], HttpResponse]


class DomainErrorMiddleware:
    """A DomainError raised by a view becomes JSON, an htmx fragment or a page, with the error's status.

    Django answers a wrong method with an empty page; a person gets one with words and a way on.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content and not wants_json(request):
            page = render(request, "405.html", status=405)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if wants_json(request):
            body = {"code": error.code, "message": str(error.message), "facts": error.facts}
            return JsonResponse(body, status=error.status)
        context = {"error": error, "message": str(error.message), "status": error.status}
        if getattr(request, "htmx", False):
            # htmx 2 does not swap answers with an error status: the fragment arrives as 200 and says what went wrong.
            return render(request, "errors/_error.html", context)
        return render(request, "errors/error.html", context, status=error.status)


def wants_json(request: HttpRequest) -> bool:
    """True for a program's request: JSON is sent, or preferred to HTML in the Accept header."""
    if request.content_type == "application/json":
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


class ChosenLanguageMiddleware:
    """The language a person chose (a cookie), else Chinese: the browser's own language is not asked.

    Many machines in village halls run an English browser; their users read Chinese first all the same.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE, settings.LANGUAGE_CODE)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
