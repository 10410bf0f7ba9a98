"""The Celery application: which tasks run when. The tasks themselves live in their rooms."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
TRANSPORT_ALIASES["safefs"] = "lms.file_broker:Transport"

# Names of tasks, and how often each runs, in seconds or as a crontab in Asia/Shanghai. Every one of them may run twice.
SCHEDULE = {
    "media_pipeline.tasks.sweep_work_units": 10.0,
    "exams.tasks.close_expired_attempts": 10.0,
    "certificates.tasks.render_missing": 60.0,
    "credits.tasks.reconcile": crontab(hour=3, minute=10),
}


def configure(celery: Celery) -> None:
    """Give `celery` the project's settings (settings.CELERY) and the schedule above."""
    from django.conf import settings

    celery.conf.update(settings.CELERY)
    celery.conf.beat_schedule = {name: {"task": name, "schedule": every} for name, every in SCHEDULE.items()}


app = Celery("lms")
app.on_configure.connect(lambda sender, **_: configure(sender), weak=False)
app.autodiscover_tasks()
