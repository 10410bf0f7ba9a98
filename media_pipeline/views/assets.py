"""The instructor's pages about what was uploaded."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lms.common import clock
from lms.common.middleware import wants_json
from lms.common.tables import Column, Table, moment, written
from lms.common.templatetags.school import clock as clock_time
from lms.members import access as member_access
from media_pipeline import access, queries, services
from media_pipeline.forms import FilterForm
from media_pipeline.models import MediaAsset
from media_pipeline.views import jobs

COLUMNS = (
    Column("title", gettext_lazy("Title"), order=(written("title"),), heading=True, always=True),
    Column(
        "organization",
        gettext_lazy("Organization"),
        value=lambda asset: asset.organization.name,
        order=("organization__path",),
    ),
    Column(
        "length",
        gettext_lazy("Length"),
        value=lambda asset: clock_time(asset.duration_ms),
        order=("duration_ms",),
        number=True,
    ),
    Column(
        "size",
        gettext_lazy("Size"),
        value=lambda asset: filesizeformat(asset.size_bytes),
        order=("size_bytes",),
        number=True,
    ),
    Column(
        "uploaded",
        gettext_lazy("Uploaded"),
        value=lambda asset: moment(asset.created_at),
        order=("created_at",),
        newest_first=True,
    ),
    Column("person", gettext_lazy("Uploaded by"), value=lambda asset: asset.uploaded_by.full_name, shown=False),
    Column("state", gettext_lazy("State"), value=lambda asset: asset.get_state_display()),
)


@require_GET
def asset_list(request: HttpRequest) -> HttpResponseBase:
    member = access.member_who_looks(request)
    filters = FilterForm(request.GET)
    search, state = filters.chosen()
    found = queries.list_assets(member, search=search, state=state)
    table = Table(
        request, "assets", COLUMNS, found, form=filters, sort="-uploaded", ties=("-pk",), dress=_with_progress
    )
    if table.wants_file:
        return table.file(_("Lecture videos as of %(day)s") % {"day": clock.business_date(clock.now())})
    context = {"table": table, "may_upload": member_access.has_role(member, *queries.EDITORS)}
    return render(request, "media_pipeline/asset_list.html", context)


def _with_progress(assets: list[MediaAsset]) -> list[MediaAsset]:
    for asset in assets:
        asset.progress = queries.progress(asset)  # type: ignore[attr-defined]  # for the template alone
    return assets


@require_GET
def asset_detail(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    asset = access.asset_for_view(request, asset_id)
    member = member_access.member_of(request)
    now = clock.now()
    playback = services.playback_urls(asset=asset, viewer=member, now=now) if asset.is_playable else None
    progress = queries.progress(asset)
    may_edit = member_access.holds_role_on(member, asset.organization, *queries.EDITORS)
    context = {
        "asset": asset,
        "progress": progress,
        "job": jobs.job_of(asset, progress, may_edit=may_edit, now=now),
        "playback": playback,
        "renditions": queries.list_renditions(asset) if asset.is_playable else [],
        "may_edit": may_edit,
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
    if "whole" not in request.GET:
        return render(request, "media_pipeline/_progress.html", {"asset": asset, "progress": progress})
    job = jobs.job_of(asset, progress, may_edit=False, now=clock.now())
    response = render(request, "components/_progress_state.html", {"job": job})
    if not progress.moves:
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
