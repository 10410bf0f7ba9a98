"""A worker at one unit: claim it, do the step, close it. Nothing here runs inside a transaction but the
edges.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import OperationalError, close_old_connections

from media_pipeline import scratch, steps
from media_pipeline.models import WorkUnit
from media_pipeline.rules import MachineBusy, MediaRefused, UnitKind
from media_pipeline.services import units
from media_pipeline.services.units import Claim, LeaseLost

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
RENEW_EVERY_SECONDS = 1.0


class Lease:
    """Keeps a claim alive while its holder works. `tick` is called often and goes to the database once a
    second.
    """

    def __init__(self, held: Claim, clock: Clock) -> None:
        self.held = held
        self.clock = clock
        self.permille = 0
        self.renewed = time.monotonic()

    def progress(self, permille: int) -> None:
        self.permille = max(self.permille, permille)

    def tick(self) -> None:
        """Raises LeaseLost as soon as the lease is known to be lost.

        A database that is away for a moment is waited for, as long as the lease lasts.
        """
        waited = time.monotonic() - self.renewed
        if waited < RENEW_EVERY_SECONDS:
            return
        try:
            units.renew(self.held, permille=self.permille, now=self.clock())
        except OperationalError as error:
            if waited > settings.MEDIA_LEASE_SECONDS:
                raise LeaseLost from error
            close_old_connections()
            return
        self.renewed = time.monotonic()


def run_unit(*, unit_id: int, worker: str, clock: Clock) -> bool:
    """Do one step of processing, if it can be claimed. `worker` names the process for operators.

    Returns whether this call did the step; False also when it lost the lease on the way, was cancelled, or
    the step failed (the rows tell why). `clock` is asked again and again, because a step can take hours.
    """
    held = units.claim(unit_id=unit_id, worker=worker, now=clock())
    if held is None:
        return False
    lease = Lease(held, clock)
    try:
        STEPS[UnitKind(held.unit.kind)](held, lease)
    except LeaseLost:
        logger.info("%s: the lease is lost", held.unit)
        return False
    except MediaRefused as error:
        logger.info("%s: refused, %s", held.unit, error)
        return _close(partial(units.refuse, held, error, now=clock()))
    except MachineBusy as error:
        logger.warning("%s: the machine is busy, %s", held.unit, error)
        return _close(partial(units.give_back, held, error, now=clock()))
    finally:
        scratch.remove(scratch.version_folder(held.unit.asset_id, held.unit.version) / held.run)
    return True


def _close(edge: Callable[[], None]) -> bool:
    try:
        edge()
    except LeaseLost:
        logger.info("the lease was lost before the failure could be noted")
    return False


def _job(held: Claim) -> steps.Job:
    """What the step needs to know, the findings of earlier steps among them."""
    asset = held.unit.asset
    earlier = WorkUnit.objects.filter(
        asset=asset, version=held.unit.version, position__lt=held.unit.position
    ).values_list("kind", "facts")
    return steps.Job(
        asset_id=asset.pk,
        version=held.unit.version,
        run=held.run,
        previous_run=held.unit.facts.get("run", ""),
        source_key=asset.source_key,
        found=dict(earlier),
    )


def _probe(held: Claim, lease: Lease) -> None:
    source, duration_ms = steps.probe(_job(held), lease.tick)
    units.finish_probe(held, source=source, duration_ms=duration_ms, now=lease.clock())


def _transcode(held: Claim, lease: Lease) -> None:
    job = _job(held)
    made = steps.transcode(job, lease.tick, lease.progress)
    try:
        units.finish_transcode(held, facts=made.as_facts(), now=lease.clock())
    except LeaseLost:
        steps.discard(job)
        raise


def _package(held: Claim, lease: Lease) -> None:
    job = _job(held)
    made = steps.package(job, lease.tick)
    units.publish(held, prefix=made.prefix, streams=made.streams, has_poster=made.has_poster, now=lease.clock())
    scratch.remove(scratch.version_folder(job.asset_id, job.version).parent)


STEPS: dict[UnitKind, Callable[[Claim, Lease], None]] = {
    UnitKind.PROBE: _probe,
    UnitKind.TRANSCODE: _transcode,
    UnitKind.PACKAGE: _package,
}
