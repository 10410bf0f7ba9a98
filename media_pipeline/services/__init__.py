"""Writes of this room: one keyword-only function per act."""

from media_pipeline.services.assets import cancel_asset, discard_version, retry_asset
from media_pipeline.services.playback import Playback, playback_urls
from media_pipeline.services.running import run_unit
from media_pipeline.services.sweeping import sweep_scratch, sweep_work_units
from media_pipeline.services.uploads import receive_upload, register_upload

__all__ = [
    "Playback",
    "cancel_asset",
    "discard_version",
    "playback_urls",
    "receive_upload",
    "register_upload",
    "retry_asset",
    "run_unit",
    "sweep_scratch",
    "sweep_work_units",
]
