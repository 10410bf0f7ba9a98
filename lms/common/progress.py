"""How far a long job is, in figures and words, for components/_progress.html. Pure but for the words' language."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# A rate says something only after a while: a job that leapt to 1 % in its first second is not done in two minutes.
MEASURED_SECONDS = 8
MEASURED_PERMILLE = 20


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Job:
    """A job as people see it; whoever runs it makes one of these from its rows.

    `key` names it on the page (letters, digits, dashes). `permille` is None where nobody can tell how much there is
    to do. `doing` says what happens now; for a failed job `reason` and `advice` say what went wrong and what to do.
    `seconds_left` comes from `seconds_left()`. Addresses that are '' are not offered: `poll_url` answers with the
    moving part (or the whole component, once it is over), `cancel_url` and `retry_url` take a POST. `cancel_question`
    and `cancel_words` replace the general question before stopping: what is lost, what is kept. `instead_url`:
    a failure is better answered by something else than trying again ("Upload another file").
    """

    key: str
    state: JobState
    title: str = ""
    permille: int | None = 0
    doing: str = ""
    seconds_left: int | None = None
    started_by: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    advice: str = ""
    poll_url: str = ""
    cancel_url: str = ""
    retry_url: str = ""
    cancel_question: str = ""
    cancel_words: str = ""
    instead_url: str = ""
    instead_words: str = ""

    @property
    def moves(self) -> bool:
        """Whether asking again will soon give another answer."""
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def percent(self) -> int | None:
        """Whole per cent, rounded down: 100 only when nothing is missing."""
        return None if self.permille is None else min(max(self.permille, 0), 1000) // 10

    @property
    def time_left(self) -> str:
        return words_for_time_left(self.seconds_left) if self.state is JobState.RUNNING else ""


def seconds_left(*, permille: int | None, since: datetime | None, now: datetime) -> int | None:
    """How long the rest takes if it goes on as it went since `since`; None while that is not known.

    It is not known without a beginning or a measure, nor in the first seconds or per cents.
    """
    if permille is None or since is None or permille < MEASURED_PERMILLE:
        return None
    elapsed = (now - since) / timedelta(seconds=1)
    if elapsed < MEASURED_SECONDS:
        return None
    return math.ceil(elapsed * max(1000 - permille, 0) / permille)


def words_for_time_left(seconds: int | None) -> str:
    """Roughly, as one would say it: coarse steps do not jump about, and nobody is promised a second."""
    if seconds is None:
        return _("Time left: not known yet")
    if seconds < 20:
        return _("A few seconds left")
    if seconds < 60:
        tens = math.ceil(seconds / 10) * 10
        return _("About %(seconds)d seconds left") % {"seconds": tens}
    if seconds < 90 * 60:
        minutes = math.ceil(seconds / 60)
        if minutes > 10:
            minutes = math.ceil(minutes / 5) * 5
        return ngettext("About %(number)d minute left", "About %(number)d minutes left", minutes) % {"number": minutes}
    hours = math.ceil(seconds / 3600)
    return ngettext("About %(number)d hour left", "About %(number)d hours left", hours) % {"number": hours}
