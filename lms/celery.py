"""The Celery application: which tasks run when. The tasks themselves live in their rooms."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

from celery import Celery, signals
from celery.schedules import crontab
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
TRANSPORT_ALIASES["safefs"] = "lms.file_broker:Transport"

# Names of tasks, and how often each runs, in seconds or as a crontab in Asia/Shanghai. Every one of them may
# run twice.
SCHEDULE: dict[str, float | crontab] = {
    "media_pipeline.tasks.sweep_work_units": 10.0,
    "exams.tasks.close_expired_attempts": 10.0,
    "certificates.tasks.render_missing": 60.0,
    "credits.tasks.reconcile": crontab(hour=3, minute=10),
    "certificates.tasks.issue_missing": crontab(hour=3, minute=40),  # after the hours they state
}
LOOK_FOR_PARENT_EVERY_SECONDS = 1.0


def beat_entry(task: str, every: float | crontab) -> dict[str, Any]:
    """One line of beat's schedule.

    What is due again soon expires, so that nothing piles up while no worker runs.
    """
    options = {"expires": every} if isinstance(every, float) else {}
    return {"task": task, "schedule": every, "options": options}


def configuration() -> dict[str, Any]:
    """The project's settings (settings.CELERY) and the schedule above."""
    from django.conf import settings

    return settings.CELERY | {"beat_schedule": {task: beat_entry(task, every) for task, every in SCHEDULE.items()}}


@signals.worker_process_init.connect(weak=False)
def end_with_parent(**_: Any) -> None:
    """In a worker's child: end when the worker is killed, or its task would go on beside its own second run.

    The kernel's death signal cannot be used: it comes when the parent's *thread* ends, and a replaced child
    was forked by a thread that ends before the task does.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_FOR_PARENT_EVERY_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


app = Celery("lms")
app.add_defaults(configuration)  # asked for when first needed: the settings import this module's package
app.autodiscover_tasks()
