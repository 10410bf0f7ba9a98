"""`lms demo-school`: load the demo school and print who can log in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.common import clock
from lms.common.errors import DomainError
from lms.demo import history, school


class Command(BaseCommand):
    help = "Load the demo school: people, courses with films, an exam, some history. Again: changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="print the logins only")

    def handle(self, *args: Any, **options: Any) -> None:
        report = (lambda text: None) if options["quiet"] else self.stdout.write
        try:
            school.load(now=clock.now(), report=report)
            added = history.load(now=clock.now())
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        if added:
            report(f"history: {added} studies")
        for login in school.logins():
            self.stdout.write(f"  {login.role:<12} {login.learner_no:<16} {login.password}  {login.full_name}")
