"""Proof that no completion was missed: every fact of the rooms below is in the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credits import queries
from credits.queries import Fact
from credits.services.posting import post
from lms.common.errors import DomainError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reconciliation:
    """How many facts were found that the ledger had not heard of, and how many of them it has taken now."""

    found: int
    posted: int

    @property
    def failed(self) -> int:
        return self.found - self.posted


def reconcile(*, now: datetime) -> Reconciliation:
    """Post every completed lecture and passed exam without an event; each in its own transaction.

    Running twice posts nothing twice. A fact that is refused is logged and left for a person, the others go
    on.
    """
    lectures = _post_all("lecture", queries.list_unposted_progress(), queries.lecture_fact, now)
    exams = _post_all("exam", queries.list_unposted_attempts(), queries.exam_fact, now)
    outcome = Reconciliation(lectures.found + exams.found, lectures.posted + exams.posted)
    if outcome.found:
        log.warning("reconcile: %d facts were missing, %d posted now", outcome.found, outcome.posted)
    else:
        log.info("reconcile: nothing was missing")
    return outcome


def _post_all(kind: str, keys: Iterable[Any], read: Callable[[Any], Fact], now: datetime) -> Reconciliation:
    found = posted = 0
    for key in keys:
        found += 1
        try:
            post(fact=read(key), now=now)
        except DomainError:
            log.exception("reconcile: %s %s cannot be posted", kind, key)
        else:
            posted += 1
    return Reconciliation(found, posted)
