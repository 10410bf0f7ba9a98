"""Decisions about media that one could argue about. Pure: no Django, no clock, no ffmpeg."""

from media_pipeline.rules.failures import FailureCode, MachineBusy, MediaRefused
from media_pipeline.rules.states import AssetState, MediaKind, UnitKind, UnitState

__all__ = ["AssetState", "FailureCode", "MachineBusy", "MediaKind", "MediaRefused", "UnitKind", "UnitState"]
