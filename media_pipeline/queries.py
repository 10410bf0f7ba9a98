"""Reads of this room. Who may see what: access.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from lms.common import progress as progress_rules
from lms.members import access as member_access
from lms.members.models import Member
from lms.members.rules import Role
from media_pipeline import wording
from media_pipeline.models import MediaAsset, Rendition, WorkUnit
from media_pipeline.rules import AssetState, UnitKind, UnitState
from media_pipeline.rules.states import BEING_PROCESSED, overall_permille

# Who makes courses may see and change media of their part of the tree; an auditor may look.
EDITORS = (Role.INSTRUCTOR, Role.ADMINISTRATOR)
VIEWERS = (*EDITORS, Role.AUDITOR)


@dataclass(frozen=True)
class Progress:
    """How far the newest version of an asset is. `step` is '' unless it is being processed."""

    state: str
    permille: int
    step: str
    message: str

    @property
    def moves(self) -> bool:
        """Whether asking again will soon give another answer."""
        return self.state in BEING_PROCESSED

    @property
    def percent(self) -> int:
        return self.permille // 10


def list_assets(member: Member, *, search: str = "", state: str = "", editable: bool = False) -> QuerySet[MediaAsset]:
    """The assets in the member's scope, newest first, with all that a list shows (three queries, however
    many).

    `search` looks in titles and file names; `state` is one of MediaAsset.State, or '' for all; `editable`
    leaves out what an auditor may only look at.
    """
    roles = EDITORS if editable else VIEWERS
    found = MediaAsset.objects.filter(member_access.in_scope(member, "organization__path", *roles))
    if search:
        found = found.filter(title__icontains=search) | found.filter(original_name__icontains=search)
    if state:
        found = found.filter(state=state)
    return found.select_related("organization", "uploaded_by").prefetch_related(_units())


def _units() -> Prefetch[str, QuerySet[WorkUnit], str]:
    return Prefetch("work_units", queryset=WorkUnit.objects.order_by("version", "position"))


def find_asset(member: Member, asset_id: UUID | str, *, roles: tuple[Role, ...]) -> MediaAsset | None:
    """One asset in the scope of the member's roles, or None."""
    return (
        MediaAsset.objects.filter(member_access.in_scope(member, "organization__path", *roles), pk=asset_id)
        .select_related("organization", "uploaded_by")
        .prefetch_related(_units())
        .first()
    )


def list_renditions(asset: MediaAsset) -> QuerySet[Rendition]:
    """The streams of the version that is being played, the largest picture first."""
    return Rendition.objects.filter(asset=asset, version=asset.published_version).order_by("-height")


def current_unit(asset: MediaAsset) -> WorkUnit | None:
    """The step of the newest version that is pending or running."""
    at_work = (UnitState.PENDING, UnitState.RUNNING)
    return next((u for u in _newest(asset) if u.state in at_work), None)


def _newest(asset: MediaAsset) -> list[WorkUnit]:
    return [unit for unit in asset.work_units.all() if unit.version == asset.version]


def progress(asset: MediaAsset) -> Progress:
    """How far the newest version is, in words too. No query when list_assets fetched the units along."""
    state = AssetState(asset.state)
    if state is AssetState.READY:
        return Progress(state, 1000, "", _("Can be played"))
    if state is AssetState.FAILED:
        return Progress(state, 0, "", str(wording.failure(asset.failure_code).title))
    if state is AssetState.CANCELLED:
        return Progress(state, 0, "", _("Processing was cancelled."))
    unit = current_unit(asset)
    if unit is None:
        return Progress(state, 0, "", _("Waiting for a free worker"))
    kind = UnitKind(unit.kind)
    permille = overall_permille(kind, unit.progress_permille)
    return Progress(state, permille, kind.value, _message(unit, kind))


def seconds_left(asset: MediaAsset, *, now: datetime) -> int | None:
    """How long processing will still take, from the rate of the conversion so far; None while that is not known.

    Only the conversion tells: it takes nearly all the time. It began when the check before it ended, if no worker
    has dropped it since; a second attempt began at a moment that no row keeps.
    """
    unit = current_unit(asset)
    if unit is None or unit.kind != UnitKind.TRANSCODE or unit.state != UnitState.RUNNING or unit.attempts > 1:
        return None
    began = next((u.finished_at for u in _newest(asset) if u.kind == UnitKind.PROBE), None)
    return progress_rules.seconds_left(permille=unit.progress_permille, since=began, now=now)


def version_began(asset: MediaAsset) -> datetime | None:
    """When processing of the newest version was asked for."""
    return min((unit.created_at for unit in _newest(asset)), default=None)


def _message(unit: WorkUnit, kind: UnitKind) -> str:
    if unit.state == UnitState.RUNNING:
        return str(wording.STEPS[kind])
    if unit.error_code == "worker_lost":
        return _("A worker stopped unexpectedly; another one takes over.")
    if unit.error_code:
        return _("The server is busy; it tries again by itself in a moment.")
    return _("Waiting for a free worker")
