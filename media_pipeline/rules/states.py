"""The states of an asset and of the steps that process it, and how long one waits between tries."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class AssetState(StrEnum):
    """uploaded -> processing -> ready | failed | cancelled; the last three may be processed again (->
    uploaded).

    The state speaks of the newest version. What can be played is told by the published version alone.
    """

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


BEING_PROCESSED = (AssetState.UPLOADED, AssetState.PROCESSING)
AT_REST = (AssetState.READY, AssetState.FAILED, AssetState.CANCELLED)
UNFINISHED = (UnitState.WAITING, UnitState.PENDING, UnitState.RUNNING)

# One claim is one attempt, whether it ends in a full disk or in a killed worker. A fifth try has never
# helped.
MAX_ATTEMPTS = 4

# Share of the whole work, in permille, at which each step begins and ends: transcoding takes nearly all the
# time.
SPANS = {UnitKind.PROBE: (0, 20), UnitKind.TRANSCODE: (20, 950), UnitKind.PACKAGE: (950, 1000)}


def overall_permille(kind: UnitKind, permille: int) -> int:
    """Progress of a whole version when its step `kind` stands at `permille` of itself."""
    begin, end = SPANS[kind]
    return begin + (end - begin) * min(max(permille, 0), 1000) // 1000


def wait_after_busy(attempts: int) -> timedelta:
    """How long a step rests after the machine failed it for the `attempts`-th time: 10 s, 40 s, 160 s."""
    return timedelta(seconds=10 * 4 ** (max(attempts, 1) - 1))


def wait_for_claim(age: timedelta) -> timedelta:
    """How long to wait before a message that nobody acted on is sent again, for a step that is `age` old.

    As long again as it has waited already, within 30 s and 15 min: a lost message is soon made good, and a
    long queue of waiting lectures is not flooded with copies.
    """
    return min(max(age, timedelta(seconds=30)), timedelta(minutes=15))
