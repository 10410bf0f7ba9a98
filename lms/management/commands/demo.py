"""`lms demo [--lecture FILE]`: the main job over HTTP, against the running site or one that it starts."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.demo.films import FILMS
from lms.demo.journey import Console, Journey
from lms.demo.visitor import Stuck

START_PATIENCE_SECONDS = 60
BAR_WIDTH = 30


class Command(BaseCommand):
    help = "Run the main job over HTTP: upload, transcode, publish, watch, exam, ledger, score table, certificate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lecture", type=Path, default=FILMS[0].path, help="the film to upload (any video)")
        parser.add_argument("--url", default=settings.SITE_URL, help="the site's address (default: LMS_SITE_URL)")
        parser.add_argument(
            "--folder", type=Path, help="where to put the files received (default: a new temporary folder)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lecture: Path = options["lecture"]
        if not lecture.is_file():
            raise CommandError(f"there is no file {lecture}")
        folder: Path = options["folder"] or Path(tempfile.mkdtemp(prefix="lms-demo-"))
        folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with self.site(options["url"].rstrip("/")) as address:
            storage = urlsplit(settings.STORAGE_URL)
            place = storage.path if storage.scheme == "file" else f"{storage.hostname}{storage.path}"
            self.stdout.write(f"{address}; media lies in {place}, what is downloaded in {folder}")
            try:
                Journey(address, lecture, folder, Console(self.say, self.bar)).walk()
            except Stuck as error:
                self.bar("", 1, last=True)
                raise CommandError(str(error)) from error
            except requests.RequestException as error:
                raise CommandError(f"the site does not answer: {error}") from error
        self.stdout.write(f"done in {time.monotonic() - began:.0f} s")

    @contextmanager
    def site(self, address: str) -> Iterator[str]:
        """The running site's address; when nothing answers there, a site of our own for the time being."""
        if answers(address):
            yield address
            return
        self.stdout.write(f"nothing answers at {address}: starting a site")
        call_command("migrate", verbosity=0)
        call_command("demo_school", quiet=True, stdout=self.stdout)
        port = free_port()
        own = f"http://127.0.0.1:{port}"
        with (Path(settings.DATA_DIR) / "demo-site.log").open("ab") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "lms", "serve", "--host", "127.0.0.1", "--port", str(port)],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_for(own, server, Path(log.name))
            yield own
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)

    def say(self, text: str) -> None:
        self.bar("", 1, last=True)
        self.stdout.write(text)

    def bar(self, label: str, share: float, *, last: bool = False) -> None:
        """A progress bar that overwrites itself; nothing where the output is no terminal."""
        if not self.stdout.isatty():
            return
        width = round(share * BAR_WIDTH)
        line = "" if last else f"    [{'█' * width}{'·' * (BAR_WIDTH - width)}] {share:4.0%} {label}"
        self.stdout.write(f"\r\x1b[2K{line}", ending="\r")
        self.stdout.flush()


def answers(address: str) -> bool:
    """Whether a site answers at `address`."""
    try:
        return requests.get(f"{address}/account/login/", timeout=3).ok
    except requests.RequestException:
        return False


def free_port() -> int:
    """A port of the loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Raises CommandError when the site ends or does not answer in time."""
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while not answers(address):
        if server.poll() is not None or time.monotonic() > deadline:
            raise CommandError(f"the site did not start; its output is in {log}")
        time.sleep(0.3)
