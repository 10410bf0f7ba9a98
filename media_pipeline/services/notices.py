"""What whoever uploaded a film hears of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_noop

from lms.members import services as member_services
from media_pipeline.models import MediaAsset


def tell_ready(asset_id: UUID, version: int, *, now: datetime) -> None:
    """The version can be played. Once per version, however often its last step is tried."""
    message = gettext_noop("The film “%(title)s” is ready: you can put it into a course now.")
    _tell(asset_id, f"media_pipeline.ready:{asset_id}:{version}", message, now)


def tell_failed(asset_id: UUID, version: int, *, now: datetime) -> None:
    """The version has failed for good; why, and what helps, stands on the page of the film."""
    message = gettext_noop("The film “%(title)s” could not be processed. Its page says why and what to do.")
    _tell(asset_id, f"media_pipeline.failed:{asset_id}:{version}", message, now)


def _tell(asset_id: UUID, key: str, message: str, now: datetime) -> None:
    asset = MediaAsset.objects.select_related("uploaded_by").get(pk=asset_id)
    member_services.notify(
        member=asset.uploaded_by,
        key=key,
        message=message,
        facts={"title": asset.title},
        url=reverse("media_pipeline:asset-detail", args=[asset_id]),
        now=now,
    )
