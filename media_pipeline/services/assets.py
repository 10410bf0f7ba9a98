"""What an instructor may do with an asset that is there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lms.common.errors import Conflict
from lms.members import services as member_services
from lms.members.models import Member
from media_pipeline.models import MediaAsset
from media_pipeline.rules import AssetState
from media_pipeline.rules.states import AT_REST, BEING_PROCESSED
from media_pipeline.services import messages, units
from media_pipeline.storage import store


@transaction.atomic
def retry_asset(*, actor: Member, asset: MediaAsset, now: datetime) -> MediaAsset:
    """Process the source anew, as a new version; what is being played meanwhile stays.

    Raises Conflict while a version is being processed.
    """
    if not units.start_version(asset, states=AT_REST, now=now):
        raise Conflict("being_processed", _("This lecture is being processed already."))
    _record(actor, "media_pipeline.retry", asset, now)
    return asset


@transaction.atomic
def cancel_asset(*, actor: Member, asset: MediaAsset, now: datetime) -> MediaAsset:
    """Stop processing the newest version; a version that is being played stays.

    A worker at it notices within two seconds. Raises Conflict when nothing is being processed any more.
    """
    cancelled = MediaAsset.objects.filter(pk=asset.pk, version=asset.version, state__in=BEING_PROCESSED).update(
        state=AssetState.CANCELLED
    )
    if not cancelled:
        raise Conflict("not_being_processed", _("This lecture is not being processed any more."))
    units.cancel_unfinished(asset.pk, asset.version, now=now)
    messages.send_discard(asset.pk, asset.version)
    asset.refresh_from_db()
    _record(actor, "media_pipeline.cancel", asset, now)
    return asset


def _record(actor: Member, act: str, asset: MediaAsset, now: datetime) -> None:
    member_services.record_audit(
        actor=actor, act=act, object_type="media_asset", object_id=asset.pk, now=now, version=asset.version
    )


def discard_version(*, asset_id: UUID, version: int) -> None:
    """Remove the streaming files of a version that failed or was cancelled; any other is left alone.

    Raises MachineBusy when the storage does not answer.
    """
    asset = MediaAsset.objects.filter(pk=asset_id).first()
    if asset is None or version == asset.published_version:
        return
    if version == asset.version and asset.state not in {AssetState.FAILED, AssetState.CANCELLED}:
        return
    store().discard(f"hls/{asset_id}/v{version}")
