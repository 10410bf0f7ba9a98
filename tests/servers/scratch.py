"""A temporary directory that is removed at the end, or by the next run if there was no end."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "lms-tests-"
_LOCK = "owner.lock"


@contextlib.contextmanager
def scratch_directory() -> Iterator[Path]:
    """Give an empty directory that belongs to this process.

    A process that is killed cannot tidy up. So the directory holds a lock that the
    kernel drops when its owner is gone, and whoever comes next removes the
    directories whose lock is free.

    Yields:
        The directory. Others may pass through but not list it: PostgreSQL runs under
        another account when the tests are run by root.
    """
    _remove_abandoned(Path(tempfile.gettempdir()))
    # Locked before it has the name that others look for.
    hidden = Path(tempfile.mkdtemp(prefix="." + _PREFIX))
    lock = os.open(hidden / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    root = hidden.rename(hidden.with_name(hidden.name.removeprefix(".")))
    root.chmod(0o711)
    owner = os.getpid()
    try:
        yield root
    finally:
        if os.getpid() == owner:  # a forked child that unwinds must not take it away
            shutil.rmtree(root, ignore_errors=True)
        os.close(lock)


def _remove_abandoned(parent: Path) -> None:
    """Remove the directories in ``parent`` that a killed run of ours has left."""
    for entry in os.scandir(parent):
        if not entry.name.startswith(_PREFIX) or not entry.is_dir(follow_symlinks=False):
            continue
        with contextlib.suppress(OSError):
            if entry.stat(follow_symlinks=False).st_uid != os.getuid():
                continue
            lock = os.open(Path(entry.path) / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(entry.path, ignore_errors=True)
            finally:
                os.close(lock)
