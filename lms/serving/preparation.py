"""What has to be right before the site starts. Each thing that is not is one clear line (`NotReady`)."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

LEAST_FREE_BYTES = 200 * 1024 * 1024


class NotReady(Exception):
    """The site cannot start; the text says in one line why and what to do."""


def require_free_disk() -> None:
    """Raises NotReady when there is too little room for the site's data."""
    for folder in {settings.DATA_DIR, settings.SCRATCH_DIR}:
        free = shutil.disk_usage(folder).free
        if free < LEAST_FREE_BYTES:
            raise NotReady(
                f"the disk is full: {_mebibytes(free)} free at {folder}, "
                f"at least {_mebibytes(LEAST_FREE_BYTES)} are needed"
            )
        if not os.access(folder, os.W_OK):
            raise NotReady(f"the folder {folder} may not be written by this account")


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` and `port`. Raises NotReady when they cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError:
        raise NotReady(f"{host!r} is no address of this machine") from None
    try:
        listener = socket.create_server(address[:2], family=family, backlog=1024)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise NotReady(
                f"port {port} is taken by another program: choose another one with --port "
                f"(make run PORT={port + 1 if port < 65535 else 8000})"
            ) from None
        if error.errno == errno.EACCES:
            raise NotReady(f"port {port} is reserved for the administrator: choose one above 1023") from None
        raise NotReady(f"cannot listen on {host} port {port}: {error.strerror}") from None
    listener.set_inheritable(True)
    return listener


@contextlib.contextmanager
def only_scheduler_here() -> Iterator[None]:
    """Hold the lock on this data folder's scheduler. Raises NotReady when another process holds it."""
    path = settings.DATA_DIR / "scheduler.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            other = lock.read().strip()
            raise NotReady(f"another `lms serve` (process {other}) already runs on {settings.DATA_DIR}") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def pending_migrations() -> list[str]:
    """Names of the migrations this database has not seen yet. Raises NotReady when it cannot be used."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise NotReady(f"the database cannot be used: {' '.join(str(error).split())}") from error
    return [str(migration) for migration, _ in plan]


def require_migrated() -> None:
    """Raises NotReady when migrations are pending."""
    if pending := pending_migrations():
        raise NotReady(f"{len(pending)} migrations have not been applied: run `lms migrate`, or `lms serve --migrate`")


def migrate() -> int:
    """Apply what is pending and return how many migrations that were."""
    pending = pending_migrations()
    if pending:
        call_command("migrate", verbosity=0, interactive=False)
    return len(pending)


def collect_static_files() -> bool:
    """Bring the static files to where the web server reads them, unless nothing has changed.

    Returns whether it had to be done.
    """
    if settings.DEBUG:
        return False  # they are served from where they lie
    stamp: Path = settings.DATA_DIR / "static.collected"
    fingerprint = _fingerprint_of_static_files()
    if stamp.exists() and stamp.read_text() == fingerprint and any(Path(settings.STATIC_ROOT).iterdir()):
        return False
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(fingerprint)
    return True


def _fingerprint_of_static_files() -> str:
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _mebibytes(size: int) -> str:
    return f"{size // (1024 * 1024)} MiB"
