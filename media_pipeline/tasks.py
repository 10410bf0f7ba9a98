"""Celery's entrances to this room."""

from __future__ import annotations

import os
import socket
from uuid import UUID

from celery import shared_task

from lms.common import clock
from media_pipeline import services


@shared_task(name="media_pipeline.tasks.run_unit")
def run_unit(unit_id: int) -> None:
    """Do one step of processing. A message that comes twice, late or not at all does no harm."""
    services.run_unit(unit_id=unit_id, worker=f"{socket.gethostname()}:{os.getpid()}", clock=clock.now)
    services.sweep_scratch()


@shared_task(name="media_pipeline.tasks.sweep_work_units")
def sweep_work_units() -> None:
    """Find what killed workers and lost messages left undone; runs every ten seconds."""
    services.sweep_work_units(now=clock.now())


@shared_task(name="media_pipeline.tasks.discard_version")
def discard_version(asset_id: str, version: int) -> None:
    """Remove the files of a version that nobody will ever play."""
    services.discard_version(asset_id=UUID(asset_id), version=version)
