"""The instructor's pages about what was uploaded."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lms.common import clock
from lms.common.middleware import wants_json
from lms.common.pagination import page_of
from lms.members import access as member_access
from media_pipeline import access, queries, services, wording
from media_pipeline.forms import FilterForm
from media_pipeline.models import MediaAsset


@require_GET
def asset_list(request: HttpRequest) -> HttpResponse:
    member = access.member_who_looks(request)
    filters = FilterForm(request.GET)
    search, state = filters.chosen()
    page = page_of(request, queries.list_assets(member, search=search, state=state))
    context = {
        "page_obj": page,
        "rows": [(asset, queries.progress(asset)) for asset in page],
        "filters": filters,
        "filtered": bool(search or state),
        "may_upload": member_access.has_role(member, *queries.EDITORS),
    }
    return render(request, "media_pipeline/asset_list.html", context)


@require_GET
def asset_detail(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    asset = access.asset_for_view(request, asset_id)
    member = member_access.member_of(request)
    playback = services.playback_urls(asset=asset, viewer=member, now=clock.now()) if asset.is_playable else None
    context = {
        "asset": asset,
        "progress": queries.progress(asset),
        "failure": wording.failure(asset.failure_code) if asset.failure_code else None,
        "playback": playback,
        "renditions": queries.list_renditions(asset) if asset.is_playable else [],
        "may_edit": member_access.holds_role_on(member, asset.organization, *queries.EDITORS),
    }
    return render(request, "media_pipeline/asset_detail.html", context)


@require_GET
def asset_progress(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """How far it is: JSON for a program, else the fragment that a list and the asset's own page poll."""
    asset = access.asset_for_view(request, asset_id)
    progress = queries.progress(asset)
    if wants_json(request):
        facts = {
            "is_playable": asset.is_playable,
            "duration_ms": asset.duration_ms,
            "source": asset.source_key,
            "stream": asset.published_prefix,
        }
        return JsonResponse(asdict(progress) | facts)
    context = {"asset": asset, "progress": progress, "on_page": "whole" in request.GET}
    response = render(request, "media_pipeline/_progress.html", context)
    if context["on_page"] and not progress.moves:
        response.headers["HX-Refresh"] = "true"  # player or failure: the whole page is another now
    return response


@require_GET
def asset_preview(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Fresh playback addresses for an instructor's player, as JSON."""
    asset = access.asset_for_view(request, asset_id)
    playback = services.playback_urls(asset=asset, viewer=member_access.member_of(request), now=clock.now())
    return JsonResponse(asdict(playback))


@require_POST
def asset_retry(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    asset = access.asset_for_edit(request, asset_id)
    asset = services.retry_asset(actor=member_access.member_of(request), asset=asset, now=clock.now())
    return _answer(request, asset, _("Processing has been started again."))


@require_POST
def asset_cancel(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    asset = access.asset_for_edit(request, asset_id)
    asset = services.cancel_asset(actor=member_access.member_of(request), asset=asset, now=clock.now())
    return _answer(request, asset, _("Processing has been cancelled. Your file has been kept."))


def _answer(request: HttpRequest, asset: MediaAsset, told: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"id": str(asset.pk), "state": asset.state, "version": asset.version})
    messages.success(request, told)
    return redirect("media_pipeline:asset-detail", asset.pk)
