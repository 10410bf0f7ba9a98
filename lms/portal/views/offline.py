"""What a browser shows without a network: the offline page, and the service worker that keeps it."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from lms.members.display import Display

WORKER = Path(__file__).resolve().parents[2] / "static" / "js" / "service_worker.js"
TEMPLATE = "portal/offline.html"


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page itself, in the language and the look of the person who asks; nothing on it is about a person."""
    response = render(request, TEMPLATE)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker, at the root so that it may answer for every page; a new one whenever page or files have changed."""
    version, files = _kept() if settings.DEBUG else _kept_once()
    constants = json.dumps({"version": version, "page": reverse("portal:offline"), "files": files})
    script = f"const KEPT = {constants};\n{WORKER.read_text(encoding='utf-8')}"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _kept() -> tuple[str, list[str]]:
    """The version of what the worker keeps, and the addresses of the files: all that the offline page links.

    They are read off the page, with every sheet it may need; the storage of static files has put the hash of their
    content into their names. (In development the names have none: there the worker is renewed with the page only.)
    """
    pages = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            pages += [
                render_to_string(TEMPLATE, {"display": look}) for look in (Display(), Display("dark", elder=True))
            ]
    linked = re.findall(r'(?:href|src)="([^"#]+)', "".join(pages))
    files = sorted({address for address in linked if address.startswith(f"/{settings.STATIC_URL.strip('/')}/")})
    parts = [*pages, WORKER.read_text(encoding="utf-8"), *files]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16], files


@lru_cache(maxsize=1)
def _kept_once() -> tuple[str, list[str]]:
    return _kept()
