"""What `lms doctor` looks at. Every check returns one or more findings and changes nothing that lasts."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core import checks as django_checks
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import Error, connection
from kombu.exceptions import KombuError

from certificates import fonts
from lms.celery import app
from lms.serving import preparation
from lms.serving.findings import Finding, fail, ok, warn
from media_pipeline.ffmpeg import sandbox

PATIENCE_SECONDS = 10
COMFORTABLE_FREE_BYTES = 5 * 1024**3
ENCODERS = ("libx264", "aac")
OLDEST_FFMPEG, OLDEST_POSTGRESQL = 4, 14
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}

Check = Callable[[], Iterator[Finding]]


def check_python() -> Iterator[Finding]:
    # An older one could not have come so far: this code is not even read by it.
    yield ok("python", f"{platform.python_version()} ({sys.executable})")


def check_account() -> Iterator[Finding]:
    if os.geteuid() == 0:
        yield warn("account", "the site runs as root", "make an account for it (deploy/ shows how)")
    else:
        yield ok("account", f"not root (uid {os.geteuid()})")


def check_ffmpeg() -> Iterator[Finding]:
    remedy = "install ffmpeg (Debian: apt-get install ffmpeg), or set LMS_FFMPEG and LMS_FFPROBE"
    for name, program in (("ffmpeg", settings.FFMPEG), ("ffprobe", settings.FFPROBE)):
        found = shutil.which(program)
        if found is None:
            yield fail(name, f"{program} is not there", remedy)
            continue
        first_line = _output_of([found, "-version"]).partition("\n")[0]
        version = re.match(rf"{name} version n?(\d+)?(\S*)", first_line)
        if version is None:
            yield fail(name, f"{found} does not say its version", remedy)
        elif version[1] and int(version[1]) < OLDEST_FFMPEG:
            yield fail(name, f"version {version[1]}{version[2]} is too old", remedy)
        else:
            yield ok(name, f"{version[1] or ''}{version[2]} ({found})")
            if name == "ffmpeg":
                yield _encoders_of(found)


def _encoders_of(program: str) -> Finding:
    listed = set(re.findall(r"^ [A-Z.]{6} (\S+)", _output_of([program, "-hide_banner", "-encoders"]), re.MULTILINE))
    missing = [encoder for encoder in ENCODERS if encoder not in listed]
    if missing:
        return fail(
            "encoders", f"this ffmpeg lacks {', '.join(missing)}", "install an ffmpeg that has them, as Debian's"
        )
    return ok("encoders", ", ".join(ENCODERS))


def check_sandbox() -> Iterator[Finding]:
    if sandbox.kind() == "bwrap":
        yield ok("sandbox", "uploaded films are read without network, in namespaces of their own")
    else:
        yield warn(
            "sandbox",
            "no namespaces: uploaded films are read with limits only",
            "install bubblewrap (Debian: apt-get install bubblewrap) and permit user namespaces",
        )


def check_database() -> Iterator[Finding]:
    remedy = "check LMS_DATABASE_URL, and whether the server runs"
    try:
        connection.ensure_connection()
        pending = preparation.pending_migrations()
    except (Error, preparation.NotReady) as error:
        yield fail("database", _one_line(error), remedy)
        return
    yield from _sqlite() if connection.vendor == "sqlite" else _postgresql()
    if pending:
        yield fail("migrations", f"{len(pending)} are not applied", "run `lms migrate`")
    else:
        yield ok("migrations", "all applied")


def _sqlite() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        version, mode = (
            cursor.execute(f"SELECT {what}").fetchone()[0]
            for what in ("sqlite_version()", "journal_mode FROM pragma_journal_mode")
        )
        damage = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damage != "ok":
        yield fail("database", f"SQLite says: {damage}", "put back the last backup (docs/operations.md)")
    elif mode != "wal":
        yield warn("database", f"SQLite {version} in mode {mode}", "put it on a local disk: WAL needs shared memory")
    else:
        yield ok("database", f"SQLite {version}, {settings.DATABASES['default']['NAME']}")


def _postgresql() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SHOW server_encoding")
        encoding = cursor.fetchone()[0]
    if int(version.split(".")[0]) < OLDEST_POSTGRESQL:
        yield fail("database", f"PostgreSQL {version} is too old", f"use {OLDEST_POSTGRESQL} or newer")
    elif encoding != "UTF8":
        yield fail("database", f"PostgreSQL {version} with the encoding {encoding}", "make the database with UTF8")
    else:
        yield ok("database", f"PostgreSQL {version}")


def check_broker() -> Iterator[Finding]:
    scheme = urlsplit(settings.BROKER_URL).scheme
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=PATIENCE_SECONDS)
            waiting = {queue: _length(link, queue) for queue in ("default", "media")}
    except (OSError, KombuError) as error:
        yield fail("broker", _one_line(error), "check LMS_BROKER_URL, and whether the server runs")
        return
    yield ok("broker", f"{scheme}; " + ", ".join(f"{count} waiting in {queue}" for queue, count in waiting.items()))
    if scheme == "file":
        yield from _set_aside()


def _length(link: object, queue: str) -> int:
    channel = link.default_channel  # type: ignore[attr-defined]  # kombu has no types
    try:
        return int(channel.queue_declare(queue=queue, passive=True).message_count)
    except link.channel_errors:  # type: ignore[attr-defined]  # as above
        return 0  # nobody has sent anything yet


def _set_aside() -> Iterator[Finding]:
    folder = Path(settings.CELERY["broker_transport_options"]["processed_folder"])
    if count := sum(1 for _ in folder.glob("*.bad")):
        yield warn(
            "messages",
            f"{count} could not be read and were set aside",
            f"look at them and remove them: {folder}/*.bad (the sweepers have sent them again)",
        )


def check_storage() -> Iterator[Finding]:
    scheme = urlsplit(settings.STORAGE_URL).scheme
    name, content = f"doctor/{uuid4().hex}", os.urandom(64)
    try:
        saved = default_storage.save(name, File(BytesIO(content)))
        try:
            with default_storage.open(saved) as file:
                same = file.read() == content
        finally:
            default_storage.delete(saved)
    except Exception as error:  # noqa: BLE001 - whatever a storage raises, and boto3 raises much, is the finding
        yield fail("storage", f"{scheme}: {_one_line(error)}", "check LMS_STORAGE_URL, and whether it may be written")
        return
    if same:
        yield ok("storage", f"{scheme}: written, read, deleted")
    else:
        yield fail("storage", f"{scheme}: what was read is not what was written", "do not use this storage")


def check_fonts() -> Iterator[Finding]:
    try:
        name = fonts.register_font()
        missing = fonts.missing_characters("中共党员𬱖")
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the file is the finding
        yield fail("font", _one_line(error), "the certificates' font is part of the project: install it again")
        return
    if missing:
        yield fail("font", f"{name} lacks {' '.join(missing)}", "the font was exchanged: install the project again")
    else:
        yield ok("font", f"{name}, with rare characters")


def check_disk() -> Iterator[Finding]:
    folders = [settings.DATA_DIR, settings.SCRATCH_DIR]
    if urlsplit(settings.STORAGE_URL).scheme == "file":
        folders.append(Path(settings.STORAGES["default"]["OPTIONS"]["location"]))
    seen = set()
    for folder in folders:
        there = next(path for path in (folder, *folder.parents) if path.exists())
        if (device := there.stat().st_dev) in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(there).free
        text = f"{free / 1024**3:.1f} GiB free at {there}"
        if free < preparation.LEAST_FREE_BYTES:
            yield fail("disk", text, "make room: the site does not start like this")
        elif free < COMFORTABLE_FREE_BYTES:
            yield warn("disk", text, "make room: one hour of film takes about 2 GiB while it is processed")
        else:
            yield ok("disk", text)


def check_security() -> Iterator[Finding]:
    if settings.DEBUG:
        yield warn("debug", "on: errors show the site's inside to everybody", "unset LMS_DEBUG")
    if len(settings.SECRET_KEY) < 32 or len(set(settings.SECRET_KEY)) < 8:
        yield fail("secret key", "too easy to guess", "set LMS_SECRET_KEY to 50 random characters")
    else:
        yield ok("secret key", f"{len(settings.SECRET_KEY)} characters")
    hosts = settings.ALLOWED_HOSTS
    if "*" in hosts:
        yield warn("hosts", "any name is answered", "write the site's names in LMS_ALLOWED_HOSTS")
    else:
        yield ok("hosts", ", ".join(hosts))
    yield _https(set(hosts) <= LOOPBACK)


def _https(only_here: bool) -> Finding:
    if not settings.HTTPS:
        if only_here:
            return ok("https", "off, and only this machine is answered")
        return warn(
            "https", "off: passwords cross the network in the clear", "put nginx in front (deploy/), LMS_HTTPS=1"
        )
    if not settings.BEHIND_PROXY:
        return warn(
            "https",
            "on, but no proxy is said to be in front",
            "set LMS_BEHIND_PROXY=1, or browsers are redirected for ever",
        )
    if not settings.SITE_URL.startswith("https://"):
        return warn("https", f"on, but LMS_SITE_URL is {settings.SITE_URL}", "set LMS_SITE_URL=https://..")
    return ok("https", settings.SITE_URL)


def check_variables() -> Iterator[Finding]:
    """A misspelt variable would silently leave the default in force."""
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith("LMS_") and not name.startswith("LMS_TEST") and name not in settings.ENVIRONMENT_VARIABLES
    )
    if unknown:
        yield warn("variables", f"not known: {', '.join(unknown)}", "docs/settings.md lists them all")
    else:
        yield ok("variables", "all LMS_* variables are known")


def check_django() -> Iterator[Finding]:
    serious = [
        message
        for message in django_checks.run_checks(include_deployment_checks=not settings.DEBUG)
        if message.level >= django_checks.WARNING and not message.is_silenced()
    ]
    for message in serious:
        found = fail if message.level >= django_checks.ERROR else warn
        yield found(
            "django", f"{message.id}: {_one_line(message.msg)}", _one_line(message.hint or "see Django's documentation")
        )
    if not serious:
        yield ok("django", "its own checks find nothing")


CHECKS: tuple[Check, ...] = (
    check_python,
    check_account,
    check_ffmpeg,
    check_sandbox,
    check_database,
    check_broker,
    check_storage,
    check_fonts,
    check_disk,
    check_security,
    check_variables,
    check_django,
)


def run_all() -> Iterator[Finding]:
    """All findings, in the order of CHECKS; each check runs when its findings are asked for."""
    for check in CHECKS:
        yield from check()


def _output_of(argv: list[str]) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def _one_line(error: object) -> str:
    return " ".join(str(error).split()) or type(error).__name__
