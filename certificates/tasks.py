"""Celery's entrances to this room."""

from celery import shared_task

from certificates import services
from lms.common import clock


@shared_task
def render(certificate_id: int) -> None:
    """Make the PDF of one certificate."""
    services.render(certificate_id=certificate_id, now=clock.now())


@shared_task
def issue_missing() -> None:
    """Every night: issue what is due and was not issued when it fell due."""
    services.issue_missing(now=clock.now())


@shared_task
def render_missing() -> None:
    """Every minute: make the PDFs whose message was lost."""
    services.render_missing(now=clock.now())
