"""Decisions about media that one could argue about. Pure: no Django, no clock, no ffmpeg."""

from __future__ import annotations

from enum import StrEnum


class AssetState(StrEnum):
    """uploaded -> processing -> ready | failed | cancelled; failed and cancelled may be retried (-> processing)."""

    UPLOADED = "uploaded"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MediaKind(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"


class UnitKind(StrEnum):
    """The steps of one processing version, in this order; each is one row that a worker leases."""

    PROBE = "probe"
    TRANSCODE = "transcode"
    PACKAGE = "package"


class UnitState(StrEnum):
    """waiting (an earlier step is not done) -> pending -> running -> done | failed | cancelled."""

    WAITING = "waiting"
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
