"""A pytest plugin that gives the tests one of the two ways to run the site.

``LMS_TEST_PROFILE`` is ``embedded`` (the default: an SQLite file, messages in a
directory, files on the local disk) or ``scaled`` (PostgreSQL, Redis, S3: real servers,
started for this run). Both in one call, each in a process of its own::

    pytest --dist each --tx popen//env:LMS_TEST_PROFILE=embedded \
                       --tx popen//env:LMS_TEST_PROFILE=scaled

Loaded with ``-p tests.profiles``, because the settings must find their environment
variables when pytest-django reads them, which is before any conftest.py.

A test that only makes sense in one of the two is marked ``@pytest.mark.profile("scaled")``
and is left out of the other.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sqlite3
from collections.abc import Generator, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.servers import postgres, process, redis, s3, scratch

PROFILES = {"embedded": "sqlite", "scaled": "postgresql"}
"""The profiles, and the database vendor (in Django's words) that each must run on."""

_VARIABLE = "LMS_TEST_PROFILE"

_KEPT = {
    _VARIABLE,
    "LMS_TEST_ARTIFACTS",
    "LMS_CHROMIUM",
    "LMS_S3_VENV",
    "LMS_FFMPEG",
    "LMS_FFPROBE",
    "LMS_MEDIA_SAMPLES",
}
"""Variables that say where something is. All other LMS_* ones of the shell are removed:
how somebody has set up their own site must not change what the tests see."""


@dataclass
class Profile:
    """What this process's tests run on."""

    name: str
    directory: Path
    """Everything of this run lies below; removed at the end."""
    database: str = ""
    """Name and version, for people."""
    broker: str = ""
    storage: str = ""
    missing: process.Missing | None = None
    """Why nothing of this profile can run here."""
    failure: str = ""
    """Why the run must fail, known before pytest is able to say it."""
    postgres: postgres.Postgres | None = None
    redis: redis.Redis | None = None
    s3: s3.S3 | None = None
    resources: contextlib.ExitStack = field(default_factory=contextlib.ExitStack, repr=False)

    def room(self, name: str) -> Path:
        """Return the run's directory of that name, made if need be."""
        room = self.directory / name
        room.mkdir(exist_ok=True)
        return room

    def summary(self) -> str:
        """One line about this profile, for pytest's header."""
        if self.failure:
            return f"profile {self.name}: FAILED"
        if self.missing is not None:
            return f"profile {self.name}: ALL SKIPPED, {self.missing}"
        return f"profile {self.name}: database {self.database}, broker {self.broker}, storage {self.storage}"


_KEY: pytest.StashKey[Profile] = pytest.StashKey()
_SUMMARIES: pytest.StashKey[dict[str, str]] = pytest.StashKey()


def profile_name() -> str:
    """The profile asked for.

    Raises:
        pytest.UsageError: when there is no such profile.
    """
    name = os.environ.get(_VARIABLE, "embedded")
    if name not in PROFILES:
        raise pytest.UsageError(f"{_VARIABLE}={name!r}: there are only {', '.join(PROFILES)}")
    return name


def forget_settings(environment: MutableMapping[str, str]) -> None:
    """Remove the site's settings from ``environment``; only what says where a tool is may stay."""
    for name in [name for name in environment if name.startswith("LMS_") and name not in _KEPT]:
        del environment[name]


def is_controller(config: pytest.Config) -> bool:
    """Whether this process only hands tests to others (pytest-xdist) and runs none itself."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return False
    options = config.known_args_namespace
    asked = getattr(options, "numprocesses", None)
    if asked == 0:  # -n 0 overrules --dist and --tx
        return False
    return bool(asked or getattr(options, "tx", None)) or getattr(options, "dist", "no") != "no"


# --- start -------------------------------------------------------------------------


# A wrapper runs before every plain implementation, so before pytest-django's, which
# reads settings.DATABASES. Here, unlike at import, the command line is known already.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Start what the profile needs and tell the settings about it."""
    early_config.addinivalue_line("markers", "profile(name): run only in this profile, embedded or scaled")
    early_config.stash[_SUMMARIES] = {}
    name = profile_name()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Left to itself a worker takes up to a minute to notice that its controller was killed.
        process.die_with_parent(signal.SIGTERM)
    if is_controller(early_config):
        name = "embedded"  # needs no server; settings must load here too
    profile = _start(name)
    early_config.stash[_KEY] = profile
    # For runs that end before pytest gets as far as pytest_unconfigure.
    atexit.register(profile.resources.close)
    yield


def _start(name: str) -> Profile:
    """Start a profile's servers and set the environment variables that settings read."""
    resources = contextlib.ExitStack()
    profile = Profile(name, resources.enter_context(scratch.scratch_directory()), resources=resources)
    try:
        urls = _scaled(profile) if name == "scaled" else _embedded(profile)
    except (process.Missing, process.ServerFailed) as error:
        if isinstance(error, process.Missing) and not process.strict():
            profile.missing = error
        else:
            profile.failure = f"profile {name}: {error}"
        # Settings load, and whatever tries to connect nevertheless is refused.
        urls = (
            "postgresql://nobody@127.0.0.1:1/missing",
            "redis://127.0.0.1:1/0",
            "s3://none:none@127.0.0.1:1/missing?region=us-east-1",
        )
    except BaseException:
        resources.close()
        raise
    database, broker, storage = urls
    forget_settings(os.environ)
    os.environ.update(
        LMS_TEST_PROFILE=name,
        LMS_DATABASE_URL=database,
        LMS_BROKER_URL=broker,
        LMS_STORAGE_URL=storage,
        LMS_DATA_DIR=str(profile.room("data")),
        LMS_SECRET_KEY="only-for-tests-" + "0123456789abcdef" * 4,
        LMS_DEBUG="0",
        LMS_ALLOWED_HOSTS="127.0.0.1,localhost,testserver",
        LMS_TESTING="1",
        LMS_ENV_FILE=os.devnull,
    )
    return profile


def _embedded(profile: Profile) -> tuple[str, str, str]:
    """Return the addresses of database, broker and storage; there is nothing to start."""
    profile.database = f"sqlite {sqlite3.sqlite_version}"
    profile.broker, profile.storage = "files", "local disk"
    return (
        f"sqlite://{quote(str(profile.room('database') / 'lms.sqlite3'))}",
        f"file://{quote(str(profile.room('broker')))}",
        f"file://{quote(str(profile.room('storage')))}",
    )


def _scaled(profile: Profile) -> tuple[str, str, str]:
    """Start the three servers and return their addresses.

    S3 takes longest, so it goes first and is only waited for before the first test.
    """
    start = profile.resources.enter_context
    profile.s3 = start(s3.s3(profile.room("s3")))
    profile.redis = start(redis.redis(profile.room("redis")))
    profile.postgres = start(postgres.postgres(profile.room("postgres")))
    profile.database = f"postgresql {profile.postgres.version}"
    profile.broker = f"redis {profile.redis.version}"
    profile.storage = f"s3 (swift {profile.s3.version})"
    return profile.postgres.url(), profile.redis.url(), profile.s3.url


# --- the session -------------------------------------------------------------------


def _django_is_configured() -> bool:
    from django.conf import settings

    return bool(os.environ.get("DJANGO_SETTINGS_MODULE")) or settings.configured


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse to test one database and report another."""
    profile = session.config.stash[_KEY]
    if profile.failure or is_controller(session.config) or not _django_is_configured():
        return
    from django.db import connection

    if connection.vendor != PROFILES[profile.name]:
        profile.failure = (
            f"profile {profile.name} needs {PROFILES[profile.name]}, but settings chose {connection.vendor}"
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out other profiles' tests, and skip all when this machine lacks a server."""
    profile = config.stash[_KEY]
    if is_controller(config):
        return
    others = [item for item in items if _belongs_elsewhere(item, profile.name)]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]
    if profile.missing is not None:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=str(profile.missing)))


def _belongs_elsewhere(item: pytest.Item, name: str) -> bool:
    """Whether a test is marked for other profiles only."""
    wanted = {argument for mark in item.iter_markers("profile") for argument in mark.args}
    if unknown := wanted - PROFILES.keys():
        raise pytest.UsageError(f"{item.nodeid}: no such profile: {', '.join(sorted(unknown))}")
    return bool(wanted) and name not in wanted


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Wait for the slowest server, which has had the whole of the collection to start."""
    profile = session.config.stash[_KEY]
    if profile.s3 is None or not session.items or session.config.option.collectonly:
        return
    try:
        profile.s3.wait_ready()
    except process.ServerFailed as failed:
        profile.failure = f"profile {profile.name}: {failed}"


# Said by the first test, not by an error before it: pytest-xdist takes a worker that
# ends before its tests for a crashed one, and replaces it for ever.
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail the run if it has no ground to stand on."""
    if failure := item.config.stash[_KEY].failure:
        item.session.shouldfail = failure.splitlines()[0]
        pytest.fail(failure, pytrace=False)


@pytest.fixture(scope="session")
def profile(request: pytest.FixtureRequest) -> Profile:
    """The profile that this process's tests run on."""
    return request.config.stash[_KEY]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers and remove the run's directory."""
    if (profile := config.stash.get(_KEY, None)) is not None:
        profile.resources.close()


# --- what people see ---------------------------------------------------------------


def pytest_report_header(config: pytest.Config) -> str:
    """Say what the tests run on; with xdist only the workers know, see the summary."""
    if is_controller(config):
        return "profile: each worker starts its own, listed at the end"
    return config.stash[_KEY].summary()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker: hand the summary to the controller."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["lms_profile"] = session.config.stash[_KEY].summary()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """In the controller: keep what a worker says it ran on."""
    said = getattr(node, "workeroutput", {}).get("lms_profile")
    node.config.stash[_SUMMARIES][node.gateway.id] = said or f"profile {_profile_of(node)}: died, {error}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List the workers' profiles; or our own, where -q has left out the header."""
    summaries = [f"{worker}: {summary}" for worker, summary in sorted(config.stash[_SUMMARIES].items())]
    if not summaries and config.get_verbosity() < 0 and not is_controller(config):
        summaries = [config.stash[_KEY].summary()]
    for line in summaries:
        terminalreporter.write_line(line)


def _profile_of(node: Any) -> str:
    """The profile of a worker, as the controller asked for it."""
    environment: dict[str, str] = getattr(node.gateway.spec, "env", None) or {}
    return environment.get(_VARIABLE) or os.environ.get(_VARIABLE, "embedded")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In the controller: say of every test in which profile it ran.

    Without this a failure would not tell where it happened, and in a JUnit file or the
    cache of failed tests one profile's result would overwrite the other's.
    """
    if (node := getattr(report, "node", None)) is not None:
        suffix = f" [{_profile_of(node)}]"
        report.nodeid += suffix
        path, line, domain = report.location
        report.location = (path, line, domain + suffix)
