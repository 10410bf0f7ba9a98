"""`lms doctor`: is everything here that the site needs, and if not, how to mend it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management import CommandParser
from django.core.management.base import BaseCommand

from lms.serving import checks
from lms.serving.findings import Finding, Level


class Command(BaseCommand):
    help = "Look at everything the site needs and say how to mend what is wrong. Exit status 1 when something is."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="write a list of findings for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        for finding in checks.run_all():
            findings.append(finding)
            if not options["json"]:
                self.write_line(finding)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
        if any(finding.level is Level.FAIL for finding in findings):
            sys.exit(1)

    def write_line(self, finding: Finding) -> None:
        colour = {Level.OK: self.style.SUCCESS, Level.WARN: self.style.WARNING, Level.FAIL: self.style.ERROR}
        line = f"{colour[finding.level](f'{finding.level:<5}')} {finding.name:<11} {finding.text}"
        self.stdout.write(f"{line}; {finding.remedy}" if finding.remedy else line)
