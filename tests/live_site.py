"""The whole site as its users meet it: `lms serve` with the demo school, in processes and a database of its own.

One per test session and profile. In the embedded profile it runs on SQLite, a folder of messages and the local disk; in
the scaled one the same command runs on the throwaway PostgreSQL, Redis and S3 servers.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.profiles import Profile
from tests.servers import process


@dataclass(frozen=True)
class Site:
    """A running site: its address, the environment it runs in, and where its output goes."""

    url: str
    environment: dict[str, str]
    log: Path

    def lms(self, *arguments: str, timeout_seconds: float = 200) -> subprocess.CompletedProcess[str]:
        """Run an `lms` command in the site's environment; its output is captured as text."""
        return subprocess.run(
            [sys.executable, "-m", "lms", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )


def site_environment(profile: Profile, port: int) -> dict[str, str]:
    """The variables of a site beside the one the other tests use: same servers, own database, queue and folder."""
    folder = profile.room("site")
    environment = {name: value for name, value in os.environ.items() if name != "LMS_TESTING"} | {
        "LMS_DATA_DIR": str(folder),
        "LMS_SITE_URL": f"http://127.0.0.1:{port}",
        "LMS_HTTPS": "0",
        "LMS_WEB_WORKERS": "1",
        "LMS_LADDER_TOP": "480",  # two sizes: the whole ladder is media_pipeline's concern
        "LMS_STYLEGUIDE": "1",  # tests/pages looks at it too
    }
    if profile.name == "scaled":
        assert profile.postgres is not None
        assert profile.redis is not None
        return environment | {
            "LMS_DATABASE_URL": profile.postgres.create_database("site"),
            "LMS_BROKER_URL": profile.redis.url(1),
        }
    return environment | {
        "LMS_DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "LMS_BROKER_URL": f"file://{folder / 'broker'}",
        "LMS_STORAGE_URL": f"file://{folder / 'media'}",
    }


@pytest.fixture(scope="session")
def site(profile: Profile) -> Iterator[Site]:
    port = process.free_port()
    with running(profile.room("site"), site_environment(profile, port), port) as site:
        yield site


@contextlib.contextmanager
def running(folder: Path, environment: dict[str, str], port: int) -> Iterator[Site]:
    """A site with the demo school, started here and stopped at the end; its log goes to the folder."""
    site = Site(url=f"http://127.0.0.1:{port}", environment=environment, log=folder / "serve.log")
    for command in (["migrate", "--verbosity", "0"], ["demo-school"]):
        done = site.lms(*command)
        assert done.returncode == 0, f"lms {command[0]}: {done.stdout}{done.stderr}"
    server = process.spawn(
        [sys.executable, "-m", "lms", "serve", "--host", "127.0.0.1", "--port", str(port)],
        home=folder,
        log=site.log,
        environment=environment,
        death_signal=signal.SIGTERM,
    )
    try:
        process.wait_until(lambda: answers(site.url), server, log=site.log, timeout_seconds=60)
        yield site
    finally:
        process.stop(server)


def answers(url: str) -> bool:
    """Whether the log-in page can be read."""
    try:
        with urllib.request.urlopen(f"{url}/account/login/", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False
