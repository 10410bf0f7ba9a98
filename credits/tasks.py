"""Celery's entrances to this room."""

from celery import shared_task

from credits import services
from lms.common import clock


@shared_task
def reconcile() -> None:
    """Every night: what was completed or passed and is not in the ledger is posted now."""
    services.reconcile(now=clock.now())
