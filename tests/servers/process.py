"""Starting, awaiting and surely ending a server process."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

_Found = TypeVar("_Found")

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Missing(RuntimeError):
    """Something that a test needs is not installed on this machine.

    Args:
        what: what is missing, e.g. ``"PostgreSQL"``.
        remedy: one line that says how to get it.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} is missing: {remedy}")
        self.what = what
        self.remedy = remedy


class ServerFailed(RuntimeError):
    """A server ended or did not answer in time; the text carries the end of its log."""


def strict() -> bool:
    """Whether something missing is a failure (as in CI) rather than a reason to skip."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def available(find: Callable[[], _Found]) -> _Found:
    """Return what ``find`` finds; skip the running test, or in CI fail it, when that is missing.

    Args:
        find: raises ``Missing`` when this machine has not got it.
    """
    try:
        return find()
    except Missing as missing:
        reason = str(missing)
    if strict():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on.

    Somebody else may take it before the caller does, so callers try again with
    another port when their server cannot bind (see ``start_on_free_port``).
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def plain_environment(home: Path) -> dict[str, str]:
    """The environment for a server: nothing of ours (keys, proxies, PG* variables) gets in."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def die_with_parent(death_signal: signal.Signals) -> None:
    """Have the kernel send us ``death_signal`` when the process (its thread) that started us is gone."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal))


def spawn(
    argv: Sequence[str],
    *,
    home: Path,
    log: Path,
    user: str | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    pass_fds: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server that cannot outlive this process.

    Args:
        argv: the command line.
        home: working directory, and HOME and TMPDIR of the server.
        log: file that receives the server's output, opened by us for appending.
        user: account to run as; only possible for root. None: our own.
        death_signal: what the kernel sends the server when we die, however we die.
        pass_fds: file descriptors the server inherits.
        environment: further variables for the server.

    Raises:
        RuntimeError: when called outside the main thread. The kernel sends the death
            signal at the end of the *thread* that started the server, so a server
            started from a passing thread would be shot while the tests still run.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("servers are started from the main thread only")
    parent = os.getpid()

    def prepare() -> None:
        die_with_parent(death_signal)
        if os.getppid() != parent:  # it died before we could ask for the signal
            os._exit(1)

    with log.open("ab") as output:
        # A session of its own keeps Ctrl-C in the terminal away from the server: the
        # tests that are being interrupted still need it for their own tidying up.
        return subprocess.Popen(
            list(argv),
            cwd=home,
            env={**plain_environment(home), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            preexec_fn=prepare,  # runs after the change of user, which would reset the death signal
        )


def log_tail(log: Path, lines: int = 20) -> str:
    """The last lines of a server's log, or a word that there is none."""
    with contextlib.suppress(FileNotFoundError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return "(no log)"


def wait_until(
    ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    *,
    log: Path,
    timeout_seconds: float = 120,
) -> None:
    """Wait until ``ready()`` is true.

    Raises:
        ServerFailed: when the process ends or the time is over first.
    """
    deadline = time.monotonic() + timeout_seconds
    while not ready():
        if process.poll() is not None:
            raise ServerFailed(f"{process.args!r} ended with {process.returncode}:\n{log_tail(log)}")
        if time.monotonic() > deadline:
            raise ServerFailed(f"{process.args!r} not ready after {timeout_seconds} s:\n{log_tail(log)}")
        time.sleep(0.02)


def start_on_free_port(
    start: Callable[[int], subprocess.Popen[bytes]],
    ready: Callable[[int], bool],
    *,
    log: Path,
    attempts: int = 3,
) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server that picks no port itself, again on another one if it cannot have it.

    Args:
        start: starts the server on the port given.
        ready: whether the server on the port given answers.
        log: the server's log, for the error message.
        attempts: how many ports to try.

    Returns:
        The process and its port.

    Raises:
        ServerFailed: when no attempt succeeded.
    """
    for attempt in range(1, attempts + 1):
        port = free_port()
        process = start(port)
        try:
            wait_until(lambda port=port: ready(port), process, log=log)  # type: ignore[misc]
        except ServerFailed:
            stop(process, signal.SIGKILL)
            if attempt == attempts:
                raise
        except BaseException:
            stop(process, signal.SIGKILL)
            raise
        else:
            return process, port
    raise AssertionError("unreachable")


def stop(
    process: subprocess.Popen[bytes],
    first: signal.Signals = signal.SIGTERM,
    *,
    grace_seconds: float = 10,
) -> None:
    """End a server and everything in its session; returns when it is gone.

    Args:
        process: what ``spawn`` returned.
        first: the polite signal, for the server itself.
        grace_seconds: how long to wait before the whole process group is killed.
    """
    if process.poll() is None:
        process.send_signal(first)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_seconds)
    # The leader may be gone and leave children behind, so the group is killed anyway.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
