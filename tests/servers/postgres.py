"""A throwaway PostgreSQL from the machine's own binaries."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers import process

_ADMIN = "postgres"


@dataclass(frozen=True)
class Postgres:
    """A running server. Everybody on this machine may connect as its superuser."""

    port: int
    version: str
    process: subprocess.Popen[bytes]

    def url(self, database: str = "lms") -> str:
        """The address of one of its databases; ``lms`` exists and is empty."""
        return f"postgresql://{_ADMIN}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Create an empty database and return its address."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url(_ADMIN), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)


def find_binaries() -> Path:
    """Return the directory with ``initdb`` and ``postgres``, the newest version if there are more.

    Raises:
        Missing: when there is none.
    """
    # Debian keeps the server programs of every version out of PATH.
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: [int(part) for part in re.findall(r"\d+", path.parent.name)])
    if in_path := shutil.which("initdb"):
        return Path(in_path).resolve().parent
    raise process.Missing("PostgreSQL", "apt-get install postgresql")


def _account() -> str | None:
    """The account to run as: PostgreSQL refuses root, anybody else runs it as themselves."""
    if os.geteuid() != 0:
        return None
    for name in (_ADMIN, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise process.Missing("an account for PostgreSQL", "adduser --system --group postgres")


@contextlib.contextmanager
def postgres(home: Path) -> Iterator[Postgres]:
    """Run a new, empty PostgreSQL; nothing it writes is meant to survive.

    Args:
        home: an empty directory that exists, whose parents its account may enter.

    Raises:
        Missing: when PostgreSQL is not installed.
        ServerFailed: when it does not start.
    """
    binaries, account = find_binaries(), _account()
    if account is not None:
        # Debian's account has a group of the same name; so has spawn()'s idea of it.
        shutil.chown(home, account, account)
    data, log = home / "data", home / "server.log"
    log.touch()
    options = ["-U", _ADMIN, "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8"]
    initdb = process.spawn(
        [str(binaries / "initdb"), "-D", str(data), *options],
        home=home,
        log=log,
        user=account,
    )
    if initdb.wait() != 0:
        raise process.ServerFailed(f"initdb failed:\n{process.log_tail(log)}")

    settings = {
        "listen_addresses": "127.0.0.1",
        # A socket's path may have 107 characters; a deep TMPDIR goes without.
        "unix_socket_directories": str(home) if len(str(home)) < 80 else "",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "timezone": "UTC",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def start(port: int) -> subprocess.Popen[bytes]:
        # Not pg_ctl, which would put a process between the server and its death signal.
        return process.spawn(
            [str(binaries / "postgres"), "-D", str(data), "-p", str(port), *options],
            home=home,
            log=log,
            user=account,
            death_signal=signal.SIGQUIT,  # "immediate shutdown": it takes its own children along
        )

    def ready(_port: int) -> bool:
        # The last line of its pid file is what pg_ctl goes by as well.
        with contextlib.suppress(FileNotFoundError):
            return (data / "postmaster.pid").read_text().rstrip().endswith("\nready")
        return False

    server, port = process.start_on_free_port(start, ready, log=log)
    try:
        running = Postgres(port, _version(binaries), server)
        running.create_database("lms")
        yield running
    finally:
        process.stop(server, signal.SIGQUIT)


def _version(binaries: Path) -> str:
    """The server's version, e.g. ``15.14``."""
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\d+(\.\d+)*", said.stdout)
    return found[0] if found else said.stdout.strip()
