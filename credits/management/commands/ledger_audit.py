"""Check everything the ledger promises about itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from credits.queries import audit


class Command(BaseCommand):
    help = "Recomputes all the ledger promises; says what does not hold, and fails then."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for finding in audit.list_findings():
            count += 1
            self.stdout.write(f"{finding.code} {finding.row}: {finding.words}")
        if count:
            raise CommandError(_("The ledger does not hold: %(n)d findings.") % {"n": count})
        self.stdout.write(_("The ledger holds."))
