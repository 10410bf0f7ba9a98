"""`lms serve`: the whole site with one command, or one of its parts."""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.core.management.base import BaseCommand
from django.db import OperationalError, connections

from lms.common import clock
from lms.common.errors import DomainError
from lms.serving import preparation, programs
from lms.serving.preparation import NotReady
from lms.serving.supervisor import Supervisor


def names(text: str) -> list[str]:
    """The programs named in `text`, with commas between."""
    found = [word.strip() for word in text.split(",") if word.strip()]
    if not found or not set(found) <= set(programs.NAMES):
        raise argparse.ArgumentTypeError(f"{text!r}: there are {', '.join(programs.NAMES)}")
    return found


def positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number")
    return int(text)


class Command(BaseCommand):
    help = (
        "Start the site: the web server, a worker for short tasks, a worker for films, and the scheduler. "
        "What ends is started again. Ctrl-C ends all of it."
    )
    requires_system_checks = ()  # `lms doctor` runs them; a start should be quick

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)")
        parser.add_argument("--port", type=positive, default=8000)
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--only", type=names, help=f"start only these of {','.join(programs.NAMES)}")
        choice.add_argument("--without", type=names, default=[], help="start all but these")
        parser.add_argument("--concurrency", type=positive, default=1, help="tasks at once in each worker (1)")
        parser.add_argument("--migrate", action="store_true", help="first apply what migrations are pending")
        parser.add_argument("--demo", action="store_true", help="first load the demo school, if it is not there yet")
        parser.add_argument(
            "--grace",
            type=positive,
            default=8,
            metavar="SECONDS",
            help="time that running work gets at the end (8)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [name for name in options["only"] or programs.NAMES if name not in options["without"]]
        with contextlib.ExitStack() as held:
            try:
                listener = self.prepare(chosen, options, held)
            except NotReady as error:
                raise CommandError(str(error)) from error
            except OperationalError as error:
                raise CommandError(f"the database cannot be used: {' '.join(str(error).split())}") from error
            connections.close_all()
            Site(self, chosen, listener, options).run()

    def prepare(self, chosen: list[str], options: dict[str, Any], held: contextlib.ExitStack) -> socket.socket | None:
        """What can go wrong, before anything is started. Returns the web server's socket, if there is one."""
        listener = None
        preparation.require_free_disk()
        if programs.WEB in chosen:
            listener = held.enter_context(preparation.listen(options["host"], options["port"]))
        if programs.SCHEDULER in chosen:
            held.enter_context(preparation.only_scheduler_here())
        if options["migrate"]:
            if count := preparation.migrate():
                self.say("serve", f"migrations applied: {count}")
        else:
            preparation.require_migrated()
        if programs.WEB in chosen and preparation.collect_static_files():
            self.say("serve", "static files collected")
        options["logins"] = self.load_demo() if options["demo"] else ()
        return listener

    def load_demo(self) -> Sequence[Any]:
        """Load the demo school; the accounts to try, or none when the database holds real people."""
        from lms.demo import history, school  # with all the rooms they use, which nothing else here needs

        try:
            school.load(now=clock.now(), report=lambda line: self.say("demo", line))
            history.load(now=clock.now())
        except DomainError as error:
            self.say("demo", f"not loaded: {error.message}")
            return ()
        return school.logins()

    def say(self, name: str, line: str) -> None:
        """Write one line of `name`. Where nobody listens any more, the site goes on in silence."""
        try:
            self.stdout.write(f"{name:<9} | {line}")
            self.stdout.flush()
        except OSError:
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, sys.stdout.fileno())
            os.close(silence)


class Site:
    """The chosen programs under their supervisor."""

    def __init__(
        self, command: Command, chosen: list[str], listener: socket.socket | None, options: dict[str, Any]
    ) -> None:
        self.say = command.say
        self.chosen, self.listener, self.logins = chosen, listener, options["logins"]
        self.supervisor = Supervisor(
            programs.programs(
                chosen,
                listening=listener.fileno() if listener else None,
                concurrency=options["concurrency"],
                grace_seconds=options["grace"],
            ),
            command.say,
            grace_seconds=options["grace"],
            on_started=self.started,
        )

    def run(self) -> None:
        self.supervisor.run()

    def started(self) -> None:
        self.say("serve", f"started: {', '.join(self.chosen)} (Ctrl-C ends all of it)")
        if self.listener is not None:
            self.ask_for_first_answer(self.listener)

    def ask_for_first_answer(self, listener: socket.socket) -> None:
        """Send the site its first request: its answer, whatever it is, means that the site is up."""
        host, port = listener.getsockname()[:2]
        here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not listened on
        first = socket.create_connection((here, port))
        name = settings.ALLOWED_HOSTS[0].lstrip(".").replace("*", "localhost")
        first.sendall(f"GET /account/login/ HTTP/1.0\r\nHost: {name}\r\n\r\n".encode())

        def answered() -> None:
            status = first.recv(64).split()[1:2]
            first.close()
            if not status or status[0].startswith(b"5"):
                self.say("serve", "the site answers with an error: the lines above say why")
                return
            self.say("serve", f"ready: {self.address(here, port)}")
            for login in self.logins:
                self.say("serve", f"  {login.role:<10} {login.learner_no}  password {login.password}")

        self.supervisor.watch(first.fileno(), answered)

    def address(self, host: str, port: int) -> str:
        """Where people find the site: on this machine as it listens, elsewhere as it is called."""
        if settings.HTTPS or settings.BEHIND_PROXY:
            return f"{settings.SITE_URL}/ (behind a proxy; this process: {host} port {port})"
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
