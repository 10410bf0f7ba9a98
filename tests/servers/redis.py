"""A throwaway Redis that keeps nothing on disk."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers import process


@dataclass(frozen=True)
class Redis:
    """A running server."""

    port: int
    version: str
    process: subprocess.Popen[bytes]

    def url(self, database: int = 0) -> str:
        """The address of one of its sixteen databases."""
        return f"redis://127.0.0.1:{self.port}/{database}"


def find_binary() -> str:
    """Return the path of ``redis-server``.

    Raises:
        Missing: when there is none.
    """
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        raise process.Missing("Redis", "apt-get install redis-server")
    return found


@contextlib.contextmanager
def redis(home: Path) -> Iterator[Redis]:
    """Run an empty Redis.

    Args:
        home: a directory that exists.

    Raises:
        Missing: when Redis is not installed.
        ServerFailed: when it does not start.
    """
    binary, log = find_binary(), home / "server.log"
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(home)]

    def start(port: int) -> subprocess.Popen[bytes]:
        return process.spawn(
            [binary, "--port", str(port), *options],
            home=home,
            log=log,
        )

    server, port = process.start_on_free_port(start, lambda port: _ask(port, "PING") == "+PONG", log=log)
    try:
        yield Redis(port, _version(port), server)
    finally:
        process.stop(server)


def _ask(port: int, command: str) -> str:
    """Send one command and return the start of the answer, or nothing if nobody answers."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as client:
        client.sendall(command.encode() + b"\r\n")
        return client.recv(4096).decode(errors="replace").strip()
    return ""


def _version(port: int) -> str:
    """The server's version, e.g. ``7.0.15``."""
    for line in _ask(port, "INFO server").splitlines():
        if line.startswith("redis_version:"):
            return line.removeprefix("redis_version:").strip()
    return "unknown"
