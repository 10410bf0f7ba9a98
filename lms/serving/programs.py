"""The four programs that make up a site, as command lines for the supervisor."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Collection
from pathlib import Path

from django.conf import settings

from lms.serving.supervisor import Program

WEB, WORKER, MEDIA, SCHEDULER = "web", "worker", "media", "scheduler"
NAMES = (WEB, WORKER, MEDIA, SCHEDULER)

# Celery's and gunicorn's own variables overrule the command line or the settings; BROKER_URL, for one, is
# what some hosters set for any program. What this site does is said by LMS_* alone.
OVERRULING = {
    "APP",
    "BROKER_URL",
    "RESULT_BACKEND",
    "LOADER",
    "CONFIG_MODULE",
    "SKIP_CHECKS",
    "GUNICORN_CMD_ARGS",
}


def environment() -> dict[str, str]:
    """The environment of every program: ours, without what would overrule the settings."""
    kept = {
        name: value for name, value in os.environ.items() if name not in OVERRULING and not name.startswith("CELERY_")
    }
    return kept | {"PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "lms.settings"}


def web(*, listening: int, grace_seconds: float) -> Program:
    """The web server, on a socket that listens already: what arrives during a restart waits for it."""
    argv = [sys.executable, "-m", "gunicorn", "lms.wsgi", "--bind", f"fd://{listening}"]
    argv += [
        "--worker-class",
        "gthread",
        "--workers",
        str(settings.WEB_WORKERS),
        "--threads",
        str(settings.WEB_THREADS),
    ]
    argv += [
        "--graceful-timeout",
        str(max(1, int(grace_seconds) - 1)),
        "--timeout",
        "120",
        "--keep-alive",
        "5",
    ]
    argv += ["--no-control-socket", "--log-level", "warning"]
    shared_memory = Path("/dev/shm")  # noqa: S108 - gunicorn makes a nameless file there
    if os.access(shared_memory, os.W_OK):
        argv += ["--worker-tmp-dir", str(shared_memory)]  # heartbeats do not wait for a busy disk
    return Program(WEB, argv, environment(), inherited=(listening,))


def worker(name: str, *, concurrency: int) -> Program:
    """A worker for the short tasks (`worker`) or for the long work on films (`media`)."""
    queue = {WORKER: "default", MEDIA: "media"}[name]
    argv = [
        sys.executable,
        "-W",
        "ignore::UserWarning:celery.platforms",
    ]  # running as root: lms doctor says it
    argv += ["-m", "celery", "--app", "lms", "--quiet", "--skip-checks", "worker", "--queues", queue]
    argv += [
        "--concurrency",
        str(concurrency),
        "--hostname",
        f"{name}-{os.getpid()}@%h",
        "--loglevel",
        "INFO",
    ]
    argv += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    # By force: a task must survive that anyway, and an orphan must not go on for as long as its task takes.
    return Program(name, argv, environment(), signal_when_orphaned=signal.SIGKILL)


def scheduler() -> Program:
    """Celery's beat: sends the recurring tasks."""
    argv = [
        sys.executable,
        "-m",
        "celery",
        "--app",
        "lms",
        "--quiet",
        "--skip-checks",
        "beat",
        "--pidfile",
        "",
    ]
    return Program(SCHEDULER, [*argv, "--loglevel", "WARNING"], environment())


def programs(names: Collection[str], *, listening: int | None, concurrency: int, grace_seconds: float) -> list[Program]:
    """The programs called `names`, in the order of their start. `listening` is the web server's socket."""
    found = []
    if WEB in names:
        assert listening is not None
        found.append(web(listening=listening, grace_seconds=grace_seconds))
    found += [worker(name, concurrency=concurrency) for name in (WORKER, MEDIA) if name in names]
    if SCHEDULER in names:
        found.append(scheduler())
    return found
