"""A Celery application with tasks that leave traces, for workers that the broker's tests start and kill."""

from __future__ import annotations

import os
import time
from pathlib import Path

from celery import Celery

import lms  # noqa: F401 - makes safefs:// known, and a worker's children end with their worker
from lms.settings import backends

TRACES = Path(os.environ["BROKER_TRACES"])

app = Celery("broker_tests", fixups=[])  # without Django
app.conf.update(
    backends.broker(os.environ["TEST_BROKER"])
    | {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,
        "worker_prefetch_multiplier": 1,
    }
)


@app.task(bind=True)
def work(self, name: str, seconds: float = 0.0) -> None:
    """Note the beginning and, `seconds` later, the end, each with the process and whether it is redelivered."""
    redelivered = bool(self.request.delivery_info.get("redelivered"))
    _note(f"begin {name} {os.getpid()} {redelivered}")
    time.sleep(seconds)
    _note(f"end {name} {os.getpid()} {redelivered}")


def _note(line: str) -> None:
    with (TRACES / "trace").open("a") as file:
        file.write(line + "\n")
