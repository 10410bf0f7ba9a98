"""Opening a film to somebody who may watch it. WHO may is decided by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from lms.common.errors import Conflict
from lms.members.models import Member
from media_pipeline.models import MediaAsset
from media_pipeline.steps import MASTER, POSTER
from media_pipeline.tokens import Token

LASTS = timedelta(hours=6)  # longer than the longest lecture; the player asks again when it ends


@dataclass(frozen=True)
class Playback:
    """Addresses for one viewer. `poster_url` is '' when there is no picture. After `expires_at` ask again."""

    playlist_url: str
    poster_url: str
    expires_at: datetime


def playback_urls(*, asset: MediaAsset, viewer: Member, now: datetime) -> Playback:
    """Addresses at which `viewer`, and nobody else, can play the asset's published version for six hours.

    Raises Conflict (not_ready) when there is nothing to play yet.
    """
    if not asset.is_playable:
        raise Conflict("not_ready", _("This lecture cannot be played yet."))
    token = Token(asset.published_prefix, viewer.pk, now + LASTS)
    word = token.write()

    def address(path: str) -> str:
        return reverse("media_pipeline:hls", args=[word, path])

    return Playback(address(MASTER), address(POSTER) if asset.has_poster else "", token.expires_at)
