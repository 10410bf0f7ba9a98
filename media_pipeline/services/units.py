"""The state machine of work units and of the asset they belong to: each edge is one conditional UPDATE.

    waiting -> pending -> running -> done          the next unit becomes pending
                  ^          |-----> failed        the file is bad, or too many attempts: the asset fails
                  |----------|                     the machine was busy, or the lease ran out

Whoever holds a unit's lease token may move it; the row count of the UPDATE tells whether it still held.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from media_pipeline import events
from media_pipeline.models import MediaAsset, Rendition, WorkUnit
from media_pipeline.rules import AssetState, FailureCode, MachineBusy, MediaRefused, UnitKind, UnitState
from media_pipeline.rules.playlists import Stream
from media_pipeline.rules.source import Source
from media_pipeline.rules.states import (
    BEING_PROCESSED,
    MAX_ATTEMPTS,
    UNFINISHED,
    wait_after_busy,
    wait_for_claim,
)
from media_pipeline.services import messages, notices


class LeaseLost(Exception):
    """Another worker has the unit now, or the work was cancelled: stop at once and change nothing."""


@dataclass(frozen=True)
class Claim:
    """The right to work on one unit while its lease is renewed. `unit` is as it was before the claim."""

    unit: WorkUnit
    token: uuid.UUID
    attempts: int

    @property
    def run(self) -> str:
        """A name of this run for folders: no two runs share one."""
        return self.token.hex[:12]


def create_units(asset: MediaAsset, *, now: datetime) -> None:
    """The steps of the asset's newest version: the first pending and sent, the others waiting."""
    first, *rest = [
        WorkUnit(
            asset=asset,
            version=asset.version,
            kind=kind.value,
            position=position,
            state=UnitState.WAITING.value if position else UnitState.PENDING.value,
            send_at=None if position else now + wait_for_claim(timedelta(0)),
            created_at=now,
        )
        for position, kind in enumerate(UnitKind)
    ]
    first.save(force_insert=True)
    WorkUnit.objects.bulk_create(rest)
    messages.send_unit(first.pk)


@transaction.atomic
def claim(*, unit_id: int, worker: str, now: datetime) -> Claim | None:
    """Take the lease of a pending unit whose time has come; None when it is not to be had."""
    unit = WorkUnit.objects.select_related("asset").filter(pk=unit_id).first()
    if unit is None:
        return None
    token = uuid.uuid4()
    taken = (
        WorkUnit.objects.filter(pk=unit_id, state=UnitState.PENDING, attempts=unit.attempts)
        .filter(Q(not_before__isnull=True) | Q(not_before__lte=now))
        .update(
            state=UnitState.RUNNING,
            worker=worker,
            lease_token=token,
            lease_expires_at=_lease_end(now),
            attempts=unit.attempts + 1,
            progress_permille=0,
            facts={"run": token.hex[:12]},
        )
    )
    if not taken:
        return None
    MediaAsset.objects.filter(pk=unit.asset_id, version=unit.version, state=AssetState.UPLOADED).update(
        state=AssetState.PROCESSING
    )
    return Claim(unit, token, unit.attempts + 1)


def _lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.MEDIA_LEASE_SECONDS)


def renew(held: Claim, *, permille: int, now: datetime) -> None:
    """Note the progress and keep the lease. Raises LeaseLost."""
    renewed = _held(held).update(progress_permille=permille, lease_expires_at=_lease_end(now))
    if not renewed:
        raise LeaseLost


def _held(held: Claim) -> Any:
    return WorkUnit.objects.filter(pk=held.unit.pk, state=UnitState.RUNNING, lease_token=held.token)


def _done(held: Claim, facts: dict[str, Any], now: datetime) -> None:
    closed = _held(held).update(
        state=UnitState.DONE,
        facts=facts,
        progress_permille=1000,
        lease_token=None,
        lease_expires_at=None,
        send_at=None,
        error_code="",
        error_detail="",
        finished_at=now,
    )
    if not closed:
        raise LeaseLost
    following = WorkUnit.objects.filter(
        asset_id=held.unit.asset_id, version=held.unit.version, position=held.unit.position + 1
    )
    pending = UnitState.PENDING
    if following.filter(state=UnitState.WAITING).update(state=pending, send_at=now + wait_for_claim(timedelta(0))):
        messages.send_unit(following.get().pk)


def _asset_of(held: Claim) -> Any:
    return MediaAsset.objects.filter(pk=held.unit.asset_id, version=held.unit.version, state=AssetState.PROCESSING)


@transaction.atomic
def finish_probe(held: Claim, *, source: Source, duration_ms: int, now: datetime) -> None:
    """The file is what it should be: its facts are known from now on. Raises LeaseLost."""
    _done(held, {"source": source.as_facts(), "duration_ms": duration_ms}, now)
    picture = source.picture
    _asset_of(held).update(
        kind=source.kind,
        duration_ms=duration_ms,
        width=picture.width if picture else None,
        height=picture.height if picture else None,
        source_facts=source.as_facts(),
    )


@transaction.atomic
def finish_transcode(held: Claim, *, facts: dict[str, Any], now: datetime) -> None:
    """All renditions lie in the storage, unseen. Raises LeaseLost."""
    _done(held, facts, now)


@transaction.atomic
def publish(held: Claim, *, prefix: str, streams: Sequence[Stream], has_poster: bool, now: datetime) -> None:
    """The one switch: from this commit on the new version is what is played. Raises LeaseLost."""
    _done(held, {"prefix": prefix}, now)
    published = _asset_of(held).update(
        state=AssetState.READY,
        published_version=held.unit.version,
        published_prefix=prefix,
        has_poster=has_poster,
        failure_code="",
        failure_detail="",
        ready_at=now,
    )
    if not published:
        raise LeaseLost
    Rendition.objects.bulk_create(
        Rendition(
            asset_id=held.unit.asset_id,
            version=held.unit.version,
            name=stream.name,
            width=stream.width,
            height=stream.height,
            peak_bandwidth=stream.peak_bandwidth,
            average_bandwidth=stream.average_bandwidth,
            codecs=stream.codecs,
            duration_ms=stream.duration_ms,
        )
        for stream in streams
    )
    events.asset_ready.send(sender=MediaAsset, asset_id=held.unit.asset_id)
    notices.tell_ready(held.unit.asset_id, held.unit.version, now=now)


@transaction.atomic
def refuse(held: Claim, error: MediaRefused, *, now: datetime) -> None:
    """The file is bad: the unit and the asset fail for good. Raises LeaseLost."""
    _fail(held.unit, _held(held), code=error.code, reason=error.code, detail=error.detail, now=now)


@transaction.atomic
def give_back(held: Claim, error: MachineBusy, *, now: datetime) -> None:
    """The machine was busy: rest a while and try again, or fail after too many attempts. Raises LeaseLost."""
    if held.attempts >= MAX_ATTEMPTS:
        code = FailureCode.MACHINE_BUSY
        _fail(held.unit, _held(held), code=code, reason=error.reason, detail=error.detail, now=now)
        return
    rested = now + wait_after_busy(held.attempts)
    released = _held(held).update(
        state=UnitState.PENDING,
        lease_token=None,
        lease_expires_at=None,
        not_before=rested,
        send_at=rested,
        error_code=error.reason,
        error_detail=error.detail,
    )
    if not released:
        raise LeaseLost


@transaction.atomic
def take_from_the_dead(unit: WorkUnit, *, now: datetime) -> bool:
    """Make a unit whose lease ran out pending again, or fail it after too many attempts.

    False when its holder, or another sweeper, was faster.
    """
    expired = WorkUnit.objects.filter(
        pk=unit.pk, state=UnitState.RUNNING, lease_token=unit.lease_token, lease_expires_at__lt=now
    )
    if unit.attempts >= MAX_ATTEMPTS:
        detail = f"{unit.worker} did not come back, for the {unit.attempts}th time"
        code = FailureCode.MACHINE_BUSY
        try:
            _fail(unit, expired, code=code, reason="worker_lost", detail=detail, now=now)
        except LeaseLost:
            return False
        return True
    recovered = expired.update(
        state=UnitState.PENDING,
        lease_token=None,
        lease_expires_at=None,
        send_at=now + wait_for_claim(timedelta(0)),
        error_code="worker_lost",
        error_detail=f"{unit.worker} did not come back",
    )
    if recovered:
        messages.send_unit(unit.pk)
    return bool(recovered)


def _fail(unit: WorkUnit, held: Any, *, code: str, reason: str, detail: str, now: datetime) -> None:
    """The unit fails, the steps after it are not needed, the asset's newest version has failed."""
    failed = held.update(
        state=UnitState.FAILED,
        lease_token=None,
        lease_expires_at=None,
        send_at=None,
        error_code=reason,
        error_detail=detail,
        finished_at=now,
    )
    if not failed:
        raise LeaseLost
    cancel_unfinished(unit.asset_id, unit.version, now=now)
    asset = MediaAsset.objects.filter(pk=unit.asset_id, version=unit.version, state__in=BEING_PROCESSED)
    if asset.update(state=AssetState.FAILED, failure_code=code, failure_detail=f"{reason}: {detail}"):
        messages.send_discard(unit.asset_id, unit.version)
        events.asset_failed.send(sender=MediaAsset, asset_id=unit.asset_id)
        notices.tell_failed(unit.asset_id, unit.version, now=now)


def cancel_unfinished(asset_id: uuid.UUID, version: int, *, now: datetime) -> None:
    """Steps of a version that will not be needed any more; a worker at one of them notices by its lease."""
    WorkUnit.objects.filter(asset_id=asset_id, version=version, state__in=UNFINISHED).update(
        state=UnitState.CANCELLED, lease_token=None, lease_expires_at=None, send_at=None, finished_at=now
    )


@transaction.atomic
def start_version(asset: MediaAsset, *, states: Sequence[AssetState], now: datetime) -> bool:
    """Begin a new version of an asset that is in one of `states`; False when somebody was faster."""
    begun = MediaAsset.objects.filter(pk=asset.pk, version=asset.version, state__in=states).update(
        version=F("version") + 1, state=AssetState.UPLOADED, failure_code="", failure_detail=""
    )
    if begun:
        asset.refresh_from_db()
        create_units(asset, now=now)
    return bool(begun)
