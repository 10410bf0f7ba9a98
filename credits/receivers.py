"""What happens in the rooms below, told to the ledger in the same transaction.

A completion and its hours commit together or not at all. The ledger's clock is the completion's own instant,
because both belong to one transaction: `completed_at` of a lecture, and for an exam the moment of grading (an
attempt that time closed is graded a little after it ended, and counts for the day on which it ended).

Rooms above (certificates) listen to the same signals. Django calls listeners in the order in which they were
connected, and apps connect in the order of INSTALLED_APPS: the hours stand in the ledger before a certificate
is made.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from courses.events import lecture_completed
from credits import queries, services
from exams.events import exam_passed


@receiver(lecture_completed, dispatch_uid="credits.lecture_completed")
def post_lecture(*, progress_id: int, **_signal: Any) -> None:
    fact = queries.lecture_fact(progress_id)
    services.post(fact=fact, now=fact.occurred_at)


@receiver(exam_passed, dispatch_uid="credits.exam_passed")
def post_exam(*, attempt_id: UUID, **_signal: Any) -> None:
    fact = queries.exam_fact(attempt_id)
    services.post(fact=fact, now=queries.graded_at(attempt_id) or fact.occurred_at)
