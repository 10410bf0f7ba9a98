"""Issued certificates for tests."""

from __future__ import annotations

from datetime import datetime

from certificates import services
from certificates.models import Certificate
from lms.members.models import Member, Organization
from tests.factories import credits as make
from tests.factories.credits import NOON


def issued(
    member: Member,
    organization: Organization,
    instructor: Member,
    *,
    slug: str = "theory",
    at: datetime = NOON,
) -> Certificate:
    """The certificate of a course of one lecture of 45 minutes, completed at `at`; without its file."""
    course = make.course(slug, organization, instructor, title=f"党史十讲 {slug}")
    make.lecture(course, minutes=45)
    make.complete_course(member, course, at)
    return Certificate.objects.get(member=member, course=course)


def rendered(member: Member, organization: Organization, instructor: Member, **fields: object) -> Certificate:
    """The same with its file."""
    certificate = issued(member, organization, instructor, **fields)  # type: ignore[arg-type]  # handed on
    return services.render(certificate_id=certificate.pk, now=certificate.issued_at)
