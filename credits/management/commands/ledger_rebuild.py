"""Make the ledger's caches again from its entries."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from credits import services


class Command(BaseCommand):
    help = "Computes accounts, balances and limits again from the entries. --check only compares."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        differences = services.rebuild_caches(check=options["check"])
        for one in differences:
            self.stdout.write(f"member {one.member_id} {one.what}: {one.cached} -> {one.right}")
        if differences and options["check"]:
            raise CommandError(_("%(n)d rows differ from the ledger.") % {"n": len(differences)})
        self.stdout.write(_("%(n)d rows differed from the ledger.") % {"n": len(differences)})
