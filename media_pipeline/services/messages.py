"""Sending work to the workers. A message is a hint: the row tells what is to be done, and the sweeper sends
again.
"""

from __future__ import annotations

from uuid import UUID

from celery import current_app
from django.db import transaction


def send_unit(unit_id: int) -> None:
    """After commit, tell a worker that this unit is pending. A broker that is away is only logged."""
    _after_commit("media_pipeline.tasks.run_unit", unit_id)


def send_discard(asset_id: UUID, version: int) -> None:
    """After commit, have the files of a version that nobody will ever play removed."""
    _after_commit("media_pipeline.tasks.discard_version", str(asset_id), version)


def _after_commit(task: str, *args: object) -> None:
    def send() -> None:  # not a partial: Django's word about a failure needs a function's name
        current_app.send_task(task, args=args)

    transaction.on_commit(send, robust=True)
