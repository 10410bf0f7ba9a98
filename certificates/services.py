"""Writes about certificates: issuing, making the file, revoking."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from certificates import drawing, queries, rules
from certificates.models import Certificate, IssuerCounter, LookupCount
from certificates.rules import CertificateState
from courses.models import Course, Enrolment
from credits import queries as credit_queries
from exams import queries as exam_queries
from lms.common.clock import business_date
from lms.common.errors import Conflict, DomainError
from lms.common.ids import readable_code
from lms.members import queries as member_queries
from lms.members import services as member_services
from lms.members.models import Member

log = logging.getLogger(__name__)

RENDER_AT_ONCE = 50


class TooManyLookups(DomainError):
    """One address asks too often."""

    status = 429


# --- Issuing ------------------------------------------------------------------------------------------------


def issue_if_due(*, member: Member, course: Course, now: datetime) -> Certificate | None:
    """The certificate, if it is due and has not been issued; None otherwise. Called after every step of a
    course.

    Of the two last steps (last lecture, exam) that happen at once in two transactions, each might not see the
    other yet. They do not happen at once: the ledger has locked the member's account in both before this is
    called.
    """
    if Certificate.objects.filter(member=member, course=course).exists():
        return None
    if not queries.eligibility(member, course).allowed:
        return None
    return issue(member=member, course=course, now=now)


@transaction.atomic
def issue(*, member: Member, course: Course, now: datetime, actor: Member | None = None) -> Certificate:
    """Issue the certificate of `course` to `member`, in the name of the course's organization.

    The number comes from the issuer's counter of the year (in Shanghai), whose row stays locked until the
    transaction ends: numbers have no gap. What the certificate says is frozen. The file is made after the
    commit. `actor` None: the school itself, because the conditions are met. Raises DomainError when they are
    not, Conflict when the certificate exists.
    """
    due = queries.eligibility(member, course)
    if not due.allowed:
        raise DomainError("not_eligible", " ".join(due.reasons), obstacles=[code.value for code in due.codes])
    year = business_date(now).year
    counter = _locked_counter(course.organization_id, year)
    if Certificate.objects.filter(member=member, course=course).exists():
        raise Conflict("issued_already", _("This certificate has been issued already."))
    counter.last += 1
    counter.save(update_fields=["last"])
    number = rules.number(course.organization.short_name, year, counter.last)
    payload = _payload(member, course, number, now)
    certificate = Certificate.objects.create(
        member=member,
        course=course,
        issuer=course.organization,
        year=year,
        sequence=counter.last,
        number=number,
        serial=rules.serial(year, counter.last, readable_code(rules.SERIAL_TAIL_LENGTH)),
        verify_code=readable_code(rules.VERIFY_CODE_LENGTH),
        payload=payload,
        payload_sha256=rules.payload_sha256(payload),
        issued_at=now,
    )
    member_services.record_audit(
        actor=actor,
        act="certificates.issue",
        object_type="certificate",
        object_id=certificate.pk,
        now=now,
        number=number,
    )
    member_services.notify(
        member=member,
        key=f"certificates.issued:{certificate.pk}",
        message=gettext_noop("Your certificate for the course “%(title)s” has been issued: %(number)s."),
        facts={"title": course.title, "number": number},
        url=reverse("certificates:list"),
        now=now,
    )
    _render_after_commit(certificate)
    return certificate


def issue_missing(*, now: datetime) -> int:
    """Issue what is due and was not issued when it fell due; how many. The nightly proof that nothing was missed."""
    issued = 0
    for enrolment in queries.list_completed_without_certificate():
        issued += issue_if_due(member=enrolment.member, course=enrolment.course, now=now) is not None
    return issued


def _locked_counter(organization_id: int, year: int) -> IssuerCounter:
    locked = IssuerCounter.objects.select_for_update().filter(organization_id=organization_id, year=year)
    counter = locked.first()
    if counter is None:
        fresh = IssuerCounter(organization_id=organization_id, year=year)
        IssuerCounter.objects.bulk_create([fresh], ignore_conflicts=True)
        counter = locked.get()
    return counter


def _payload(member: Member, course: Course, number: str, now: datetime) -> dict[str, Any]:
    """What the certificate says: hours in hundredths, points in hundredths, dates of Shanghai."""
    enrolment = Enrolment.objects.get(member=member, course=course)
    assert enrolment.completed_at is not None, "eligibility has seen it"
    exam = exam_queries.exam_of_course(course)
    best = exam_queries.best_attempt(member, exam) if exam else None
    organizations = member_queries.list_ancestors(member.organization) if member.organization else []
    completed = [enrolment.completed_at]
    if best and best.submitted_at:
        completed.append(best.submitted_at)
    return {
        "number": number,
        "name": member.full_name,
        "salutation": "学员" if member.kind == Member.Kind.NON_MEMBER else "同志",
        "learner_no": member.learner_no,
        "organizations": [organization.name for organization in organizations],
        "issuer": course.organization.name,
        "course": {"id": course.pk, "title": course.title},
        "hours": credit_queries.course_hours(member, course),
        "started_on": business_date(enrolment.enrolled_at).isoformat(),
        "completed_on": business_date(max(completed)).isoformat(),
        "issued_on": business_date(now).isoformat(),
        "exam": {"title": exam.title, "score": best.score, "max_score": best.max_score} if exam and best else None,
    }


# --- The file -----------------------------------------------------------------------------------------------


def _render_after_commit(certificate: Certificate) -> None:
    """Tell the workers. A broker that is away harms nothing: render_missing finds what it was not told."""

    def send() -> None:  # no functools.partial: Django names the function in its log when it fails
        current_app.send_task("certificates.tasks.render", args=[certificate.pk])

    transaction.on_commit(send, robust=True)


def verify_url(certificate: Certificate) -> str:
    """The address that the square on the certificate leads to."""
    return settings.SITE_URL + reverse("certificates:verify-code", args=[certificate.verify_code])


def render(*, certificate_id: int, now: datetime) -> Certificate:
    """Make and keep the PDF of a certificate. Does nothing when it is there, cannot be made or was revoked.

    Two workers may make it at once: the first one's file counts, the other's is removed again. A character
    without a shape in the font is no accident that passes: it is noted on the row for organizers, and no file
    is made.
    """
    certificate = Certificate.objects.get(pk=certificate_id)
    if certificate.pdf_key or certificate.failure_code or certificate.is_revoked:
        return certificate
    try:
        content = drawing.draw(
            certificate.payload, verify_code=certificate.verify_code, verify_url=verify_url(certificate)
        )
    except drawing.MissingGlyphs as missing:
        log.warning("certificate %s: no glyph for %s", certificate.serial, missing)
        Certificate.objects.filter(pk=certificate_id, pdf_key="").update(
            failure_code=Certificate.Failure.MISSING_GLYPH, failure_detail=str(missing)[:200]
        )
    else:
        _keep(certificate, content, now)
    certificate.refresh_from_db()
    return certificate


def _keep(certificate: Certificate, content: bytes, now: datetime) -> None:
    key = default_storage.save(f"certificates/{certificate.year}/{certificate.serial}.pdf", ContentFile(content))
    first = Certificate.objects.filter(pk=certificate.pk, pdf_key="").update(
        pdf_key=key, pdf_sha256=hashlib.sha256(content).hexdigest(), rendered_at=now
    )
    if not first:
        default_storage.delete(key)


def render_missing(*, now: datetime) -> int:
    """Make the files of certificates whose message to the workers was lost; how many were made.

    One that fails does not keep the others from theirs. Raises ExceptionGroup of what went wrong.
    """
    lost = Certificate.objects.filter(
        pdf_key="",
        failure_code="",
        state=CertificateState.ISSUED,
        issued_at__lte=now - timedelta(seconds=rules.LOST_AFTER_SECONDS),
    )
    ids = list(lost.order_by("issued_at", "pk").values_list("pk", flat=True)[:RENDER_AT_ONCE])
    made, failures = 0, []
    for certificate_id in ids:
        try:
            made += bool(render(certificate_id=certificate_id, now=now).pdf_key)
        except Exception as failure:  # raised below, with the others
            log.exception("certificate %s could not be made", certificate_id)
            failures.append(failure)
    if failures:
        raise ExceptionGroup("certificates could not be made", failures)
    return made


@transaction.atomic
def retry_render(*, actor: Member, certificate: Certificate, now: datetime) -> Certificate:
    """Try again to make the file, for instance with a newer font. Raises Conflict when nothing had failed."""
    cleared = (
        Certificate.objects.filter(pk=certificate.pk, pdf_key="")
        .exclude(failure_code="")
        .update(failure_code="", failure_detail="")
    )
    if not cleared:
        raise Conflict("nothing_failed", _("Nothing has failed with this certificate."))
    member_services.record_audit(
        actor=actor, act="certificates.retry", object_type="certificate", object_id=certificate.pk, now=now
    )
    _render_after_commit(certificate)
    certificate.refresh_from_db()
    return certificate


# --- Revoking and looking up --------------------------------------------------------------------------------


@transaction.atomic
def revoke(*, actor: Member, certificate: Certificate, reason: str, now: datetime) -> Certificate:
    """Revoke a certificate; from now on the verification page says so, and its holder is told why. Whether
    `actor` may, access has decided.

    Raises DomainError without a reason, Conflict when it has been revoked already.
    """
    reason = reason.strip()
    if not reason or len(reason) > rules.REASON_LENGTH:
        raise DomainError("revoke_reason", _("Give a reason of at most %(n)d characters.") % {"n": rules.REASON_LENGTH})
    done = Certificate.objects.filter(pk=certificate.pk, state=CertificateState.ISSUED).update(
        state=CertificateState.REVOKED, revoked_at=now, revoked_by=actor, revoke_reason=reason
    )
    if not done:
        raise Conflict("revoked_already", _("This certificate has been revoked already."))
    member_services.record_audit(
        actor=actor,
        act="certificates.revoke",
        object_type="certificate",
        object_id=certificate.pk,
        now=now,
        number=certificate.number,
        reason=reason,
    )
    title = certificate.payload["course"]["title"]  # as the certificate says it
    member_services.notify(
        member=certificate.member,
        key=f"certificates.revoked:{certificate.pk}",
        message=gettext_noop(
            "Your certificate %(number)s for the course “%(title)s” was revoked. Reason given: %(reason)s"
        ),
        facts={"number": certificate.number, "title": title, "reason": reason},
        url=reverse("certificates:list"),
        now=now,
    )
    certificate.refresh_from_db()
    return certificate


@transaction.atomic
def count_lookup(*, address: str, now: datetime) -> None:
    """Count one look-up of a code from `address`. Raises TooManyLookups above the limit of a minute."""
    minute = now.replace(second=0, microsecond=0)
    key = salted_hmac("certificates.lookup", address, algorithm="sha256").hexdigest()
    mine = LookupCount.objects.filter(address_hash=key, minute=minute)
    if not mine.update(count=F("count") + 1):
        LookupCount.objects.filter(minute__lt=now - timedelta(hours=1)).delete()
        LookupCount.objects.bulk_create([LookupCount(address_hash=key, minute=minute, count=0)], ignore_conflicts=True)
        mine.update(count=F("count") + 1)
    if mine.filter(count__gt=rules.LOOKUPS_PER_MINUTE).exists():
        raise TooManyLookups("too_many_lookups", _("Too many look-ups from your address. Please wait a minute."))
