"""A real worker on the profile's broker, and what becomes of its work when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from media_pipeline.models import MediaAsset, WorkUnit
from tests.conftest import make_people
from tests.factories import media_pipeline as make
from tests.profiles import Profile
from tests.servers import process as servers

Worker = subprocess.Popen[bytes]


def database_url() -> str:
    """The address of this test's database, as a worker must be told it."""
    database: Any = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{quote(str(database['NAME']))}"
    user = f"{database['USER']}:{database['PASSWORD']}" if database["PASSWORD"] else database["USER"]
    return f"postgresql://{user}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


@pytest.fixture
def start_worker(profile: Profile) -> Iterator[Callable[[], Worker]]:
    """Start a worker with its own scheduler, as `lms serve` has them; all are ended after the test."""
    folder = profile.room("worker")
    started: list[Worker] = []
    environment = {name: value for name, value in os.environ.items() if name.startswith("LMS_")}

    def start() -> Worker:
        argv = [sys.executable, "-m", "celery", "-A", "lms", "worker", "--beat", "--concurrency", "1"]
        argv += ["--queues", "media,default", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        argv += ["--schedule", str(folder / f"schedule-{len(started)}")]
        worker = servers.spawn(
            argv,
            home=folder,
            log=folder / "worker.log",
            environment=environment
            | {
                "LMS_DATABASE_URL": database_url(),
                "LMS_MEDIA_LEASE_SECONDS": "5",
                "DJANGO_SETTINGS_MODULE": "lms.settings",
            },
        )
        started.append(worker)
        return worker

    yield start

    for worker in started:
        servers.stop(worker, signal.SIGKILL)


def parents() -> dict[int, int]:
    """Process id -> parent's id, of everything that runs now."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            found[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has just ended
    return found


def descendants(pid: int) -> list[int]:
    tree = parents()
    found, before = {pid}, 0
    while len(found) > before:
        before = len(found)
        found |= {child for child, parent in tree.items() if parent in found}
    return sorted(found - {pid})


def program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def wait_for(condition: Callable[[], object], worker: Worker | None = None, *, timeout_seconds: float = 100) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert worker is None or worker.poll() is None, "the worker has ended"
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_a_lecture_becomes_ready_though_its_worker_is_killed_in_the_middle(
    start_worker: Callable[[], Worker], settings: Any
) -> None:
    people = make_people()
    asset = make.uploaded(people.instructor, people.county, make.long_clip(), title="第一讲")
    first = start_worker()
    wait_for(lambda: "ffmpeg" in map(program, descendants(first.pid)), first)
    unit = WorkUnit.objects.get(asset=asset, kind="transcode")
    assert (unit.state, unit.attempts) == ("running", 1)
    left = {pid: program(pid) for pid in descendants(first.pid)}

    os.killpg(first.pid, signal.SIGKILL)

    wait_for(lambda: not [pid for pid in left if program(pid) == left[pid]], timeout_seconds=5)
    asset.refresh_from_db()
    assert (asset.state, asset.published_version) == ("processing", 0)

    second = start_worker()
    wait_for(lambda: MediaAsset.objects.get(pk=asset.pk).state != "processing", second)

    asset.refresh_from_db()
    assert (asset.state, asset.failure_detail) == ("ready", "")
    unit.refresh_from_db()
    assert (unit.state, unit.attempts) == ("done", 2)
    wait_for(lambda: not (settings.SCRATCH_DIR / str(asset.pk)).exists(), second)
