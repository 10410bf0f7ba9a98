"""The upload page: a form that works as it is, and with a progress bar where the browser can."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from lms.common import clock
from lms.common.errors import TooLarge
from lms.common.middleware import wants_json
from lms.members.models import Member
from media_pipeline import access, services, wording
from media_pipeline.forms import UploadForm
from media_pipeline.incoming import SpoolingUploadHandler
from media_pipeline.rules import FailureCode

FORM_OVERHEAD = 1 << 20  # what a form with its other fields takes at most beside the file


@csrf_exempt  # only until the handler is in place, which must be before the body is read: _upload checks it
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    member = access.member_who_uploads(request)
    if request.method == "POST":
        _refuse_too_long_a_body(request)
        request.upload_handlers = [SpoolingUploadHandler(request, limit=settings.MAX_UPLOAD_BYTES)]
    return _upload(request, member)


def _refuse_too_long_a_body(request: HttpRequest) -> None:
    """Before a byte of it is read. The page itself has told the limit and asked the browser to mind it."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > settings.MAX_UPLOAD_BYTES + FORM_OVERHEAD:
        raise TooLarge(FailureCode.TOO_LARGE.value, wording.too_large(settings.MAX_UPLOAD_BYTES))


@csrf_protect
def _upload(request: HttpRequest, member: Member) -> HttpResponse:
    organizations = access.organizations_to_upload_for(member)
    if request.method == "GET":
        return _page(request, UploadForm(organizations=organizations))
    form = UploadForm(request.POST, request.FILES, organizations=organizations)
    if not form.is_valid():
        if wants_json(request):
            raise form.first_error()
        return _page(request, form)
    asset = services.register_upload(
        actor=member,
        organization=form.cleaned_data["organization"],
        title=form.cleaned_data["title"],
        filename=form.cleaned_data["file"].name,
        spool=form.cleaned_data["file"].spool,
        now=clock.now(),
    )
    target = reverse("media_pipeline:asset-detail", args=[asset.pk])
    if wants_json(request):
        return JsonResponse({"id": str(asset.pk), "location": target}, status=201)
    return redirect(target)


def _page(request: HttpRequest, form: UploadForm) -> HttpResponse:
    context = {
        "form": form,
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "max_minutes": settings.MAX_LECTURE_SECONDS // 60,
        "empty_words": wording.failure(FailureCode.EMPTY).sentence,
        "kind_words": wording.failure(FailureCode.NOT_MEDIA).sentence,
    }
    return render(request, "media_pipeline/upload.html", context)
