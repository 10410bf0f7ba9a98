"""Sends playlists and segments to the viewer they were opened for, in one of three ways
(settings.MEDIA_DELIVERY).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from lms.common import clock
from lms.common.errors import DomainError, NotFound, Unavailable
from media_pipeline import access
from media_pipeline.access import PlayedFile
from media_pipeline.rules import MachineBusy
from media_pipeline.storage import content_type, store

ACCEL_ROOT = "/protected-media/"  # nginx: an `internal` location over the storage's folder
REDIRECT_SECONDS = 600


@login_not_required  # a player cannot log in: it needs a plain 403, not the log-in page
@require_safe
def hls(request: HttpRequest, token: str, path: str) -> HttpResponseBase:
    """One file of a published version. Every refusal is JSON with a stable code."""
    now = clock.now()
    try:
        file = access.file_for_viewer(request, token, path, now)
        return _send(request, file, now)
    except DomainError as error:
        body = {"code": error.code, "message": str(error.message)}
        return JsonResponse(body, status=error.status, headers={"Cache-Control": "no-store"})


def _send(request: HttpRequest, file: PlayedFile, now: datetime) -> HttpResponseBase:
    tag = '"' + hashlib.sha256(file.key.encode()).hexdigest()[:32] + '"'  # the content of a key never changes
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        response = _deliver(request, file)
    if response.status_code != 302:
        seconds = max(int((file.expires_at - now).total_seconds()), 0)
        response.headers["Cache-Control"] = f"private, max-age={seconds}, immutable"
        response.headers["ETag"] = tag
    return response


def _deliver(request: HttpRequest, file: PlayedFile) -> HttpResponseBase:
    # Playlists are always sent from here: what they name relatively must stay below the token's address.
    is_playlist = file.key.endswith(".m3u8")
    try:
        if settings.MEDIA_DELIVERY == "accel":
            return _by_nginx(file)
        if settings.MEDIA_DELIVERY == "redirect" and not is_playlist:
            return _by_object_store(file)
        return _by_this_process(request, file)
    except FileNotFoundError as error:
        raise NotFound("media_file", "") from error
    except MachineBusy as error:
        raise Unavailable(error.reason, "") from error


def _by_nginx(file: PlayedFile) -> HttpResponse:
    headers = {"X-Accel-Redirect": ACCEL_ROOT + quote(file.key), "Content-Type": content_type(file.key)}
    return HttpResponse(headers=headers)


def _by_object_store(file: PlayedFile) -> HttpResponse:
    headers = {
        "Location": store().presigned(file.key, REDIRECT_SECONDS),
        "Cache-Control": f"private, max-age={REDIRECT_SECONDS // 2}",
    }
    return HttpResponse(status=302, headers=headers)


def _by_this_process(request: HttpRequest, file: PlayedFile) -> HttpResponseBase:
    chunks, size = store().open(file.key)
    headers = {"Content-Length": str(size), "Content-Type": content_type(file.key)}
    if request.method == "HEAD":
        chunks.close()
        return HttpResponse(headers=headers)
    return StreamingHttpResponse(chunks, headers=headers)
