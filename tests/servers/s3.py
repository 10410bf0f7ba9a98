"""A throwaway S3 server: OpenStack Swift, which checks signatures and their expiry for real."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.servers import process

_PROJECT = Path(__file__).resolve().parents[2]
_PROGRAM = Path(__file__).with_name("swift_server.py")
_ACCOUNT, _USER = "partyschool", "app"
_REMEDY = "make .venv-s3 (python3 -m venv .venv-s3; .venv-s3/bin/pip install -r requirements/s3-server.txt)"


@dataclass(frozen=True)
class S3:
    """A server that listens already; the first answers may take as long as its start."""

    port: int
    access_key: str
    secret_key: str
    bucket: str
    region: str
    version: str
    home: Path
    process: subprocess.Popen[bytes]

    @property
    def endpoint(self) -> str:
        """The address for an S3 client's ``endpoint_url``."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """All of it in one address. Swift's keys look like ``account:user``, hence the quoting."""
        keys = f"{quote(self.access_key, safe='')}:{quote(self.secret_key, safe='')}"
        return f"s3://{keys}@127.0.0.1:{self.port}/{self.bucket}?region={self.region}"

    def wait_ready(self, timeout_seconds: float = 120) -> None:
        """Wait until the bucket exists and requests are answered.

        Raises:
            ServerFailed: when the server ends or the time is over first.
        """
        process.wait_until(
            (self.home / "ready").exists,
            self.process,
            log=self.home / "server.log",
            timeout_seconds=timeout_seconds,
        )


def find_python() -> Path:
    """Return the Python of the virtual environment that Swift is installed in.

    Raises:
        Missing: when there is none.
    """
    python = Path(os.environ.get("LMS_S3_VENV") or _PROJECT / ".venv-s3") / "bin" / "python"
    if not python.exists() or not list(python.parents[1].glob("lib/python*/site-packages/swift")):
        raise process.Missing("the S3 test server", _REMEDY)
    return python


@contextlib.contextmanager
def s3(home: Path, bucket: str = "lms") -> Iterator[S3]:
    """Start an S3 server with one bucket, and do not wait for it.

    It takes seconds to start. We open its port and hand that over, so that its address
    is good at once: whoever connects early is kept waiting by the kernel, not refused.

    Args:
        home: an empty directory that exists.
        bucket: name of the bucket to create.

    Raises:
        Missing: when Swift is not installed or cannot store anything in ``home``.
    """
    python = find_python()
    _demand_attributes(home)
    version = _version(python)
    # Letters and digits only: the key goes into an ini file with % interpolation.
    secret_key = secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        port: int = listener.getsockname()[1]
        server = process.spawn(
            [str(python), "-I", str(_PROGRAM), str(home), str(listener.fileno()), bucket],
            home=home,
            log=home / "server.log",
            pass_fds=[listener.fileno()],
            environment={"S3_ACCOUNT": _ACCOUNT, "S3_USER": _USER, "S3_SECRET": secret_key},
        )
    # Our own copy of the port is closed now: if the server dies, clients are refused.
    try:
        yield S3(port, f"{_ACCOUNT}:{_USER}", secret_key, bucket, "us-east-1", version, home, server)
    finally:
        process.stop(server, signal.SIGKILL)


def _demand_attributes(home: Path) -> None:
    """Swift keeps metadata in extended attributes, which not every file system has."""
    if sys.platform != "linux":
        raise process.Missing("the S3 test server's platform", "run these tests on Linux")
    try:
        os.setxattr(home, "user.lms.probe", b"1")
    except OSError as error:
        raise process.Missing(
            f"a file system with user attributes ({home}: {error.strerror})",
            "set TMPDIR to a directory on ext4 or xfs",
        ) from error


def _version(python: Path) -> str:
    """Swift's version as its installer recorded it, e.g. ``2.38.3``."""
    for record in python.parents[1].glob("lib/python*/site-packages/swift-*.dist-info"):
        return record.name.removeprefix("swift-").removesuffix(".dist-info")
    return "unknown"
