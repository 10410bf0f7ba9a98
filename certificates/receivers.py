"""The last step of a course makes its certificate, in the same transaction.

Order matters: the certificate states the hours of the ledger, so the ledger must have heard of the step
first. Django calls listeners in the order in which they were connected; apps connect in ready(), in the order
of INSTALLED_APPS, where credits stands before certificates. For exam_passed both listen: credits posts the
hours, then this room reads them. For course_completed the hours were posted with lecture_completed, which
courses sends before. tests/integration/certificates/test_issuing.py holds this order.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from certificates import services
from courses.events import course_completed
from courses.models import Enrolment
from exams.events import exam_passed
from exams.models import Attempt


@receiver(course_completed, dispatch_uid="certificates.course_completed")
def course_was_completed(*, enrolment_id: int, **_signal: Any) -> None:
    enrolment = Enrolment.objects.select_related("member__organization", "course__organization").get(pk=enrolment_id)
    assert enrolment.completed_at is not None
    services.issue_if_due(member=enrolment.member, course=enrolment.course, now=enrolment.completed_at)


@receiver(exam_passed, dispatch_uid="certificates.exam_passed")
def exam_was_passed(*, attempt_id: UUID, **_signal: Any) -> None:
    attempts = Attempt.objects.select_related("member__organization", "exam__course__organization")
    attempt = attempts.get(pk=attempt_id)
    assert attempt.submitted_at is not None
    services.issue_if_due(member=attempt.member, course=attempt.exam.course, now=attempt.submitted_at)
