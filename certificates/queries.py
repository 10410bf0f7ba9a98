"""Reads about certificates. What a person may see: access.py."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from certificates import rules
from certificates.models import Certificate
from certificates.rules import CertificateState, Obstacle
from courses.models import Course, Enrolment
from exams import queries as exam_queries
from lms.common.errors import Conflict, Unavailable
from lms.members.models import Member

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Eligibility:
    """Whether a member has done what the certificate of a course is for, and in words what is missing."""

    allowed: bool
    reasons: list[str]
    codes: list[Obstacle]


def eligibility(member: Member, course: Course) -> Eligibility:
    """All lectures completed, and the exam passed if the course has a published one."""
    enrolment = Enrolment.objects.filter(member=member, course=course).first()
    exam = exam_queries.exam_of_course(course)
    found = rules.obstacles(
        enrolled=enrolment is not None
        and (enrolment.state != Enrolment.State.DROPPED or enrolment.completed_at is not None),
        completed=enrolment is not None and enrolment.completed_at is not None,
        has_exam=exam is not None,
        passed=exam is not None and exam_queries.has_passed(member, exam),
    )
    words = {
        Obstacle.NOT_ENROLLED: _("You have not enrolled in this course."),
        Obstacle.COURSE_UNFINISHED: _("Not all lectures of the course are completed yet."),
        Obstacle.EXAM_NOT_PASSED: _("The exam of the course has not been passed yet."),
    }
    return Eligibility(allowed=not found, reasons=[words[one] for one in found], codes=found)


def certificate_of(member: Member, course: Course) -> Certificate | None:
    """The certificate of `member` for `course`, revoked or not; None when there is none."""
    return Certificate.objects.filter(member=member, course=course).first()


def list_completed_without_certificate() -> Iterator[Enrolment]:
    """Completed enrolments that have no certificate, whether one is due (see eligibility) or an exam is still owed."""
    issued = Certificate.objects.filter(member=OuterRef("member"), course=OuterRef("course"))
    completed = Enrolment.objects.filter(~Exists(issued), completed_at__isnull=False).order_by("completed_at", "pk")
    return completed.select_related("member__organization", "course__organization").iterator(chunk_size=500)


def list_certificates(member: Member) -> QuerySet[Certificate]:
    """A member's own certificates, the newest first."""
    return Certificate.objects.filter(member=member).select_related("course")


def count_valid(member: Member) -> int:
    """How many certificates of a member are in force."""
    return Certificate.objects.filter(member=member, state=CertificateState.ISSUED).count()


def certificate_by_code(code: str) -> Certificate | None:
    """The certificate with this verification code, however it was typed; None when there is none."""
    normal = rules.normal_code(code)
    if not rules.could_be_code(normal):
        return None
    return Certificate.objects.filter(verify_code=normal).first()


def search(condition: Q, *, text: str, state: str) -> QuerySet[Certificate]:
    """Certificates within `condition`, the newest first: all, or those that are issued, revoked or failed.

    `text` is part of a name, a learner number, a course's title or a certificate's number.
    """
    found = Certificate.objects.filter(condition)
    if state in Certificate.State.values:
        found = found.filter(state=state)
    elif state == "failed":
        found = found.exclude(failure_code="")
    if text := text.strip():
        found = found.filter(
            Q(member__full_name__icontains=text)
            | Q(member__learner_no=text)
            | Q(course__title__icontains=text)
            | Q(number__icontains=text)
            | Q(serial__iexact=text)
        )
    return found.select_related("member__organization", "course", "issuer")


def pdf_of(certificate: Certificate) -> bytes:
    """The kept file of a certificate.

    Raises Conflict for a revoked certificate and for one that cannot be made, Unavailable while it is still
    being made and when the storage does not give back what was put there.
    """
    if certificate.is_revoked:
        raise Conflict("certificate_revoked", _("This certificate has been revoked; it cannot be downloaded."))
    if certificate.failure_code:
        raise Conflict("certificate_failed", certificate.failure_words)
    if not certificate.pdf_key:
        raise Unavailable("certificate_being_made", _("The file is being made. Please try again in a minute."))
    try:
        with default_storage.open(certificate.pdf_key, "rb") as file:
            content: bytes = file.read()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != certificate.pdf_sha256:
        log.error("certificate %s: the storage gave back another file", certificate.serial)
        raise Unavailable(
            "certificate_file_damaged",
            _("The file is damaged. Please tell the organizer; the certificate itself stays valid."),
        )
    return content
