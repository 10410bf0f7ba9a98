"""Who may see or revoke which certificate.

A member sees their own. Readers (organizers, administrators, auditors) see those of the learners in their
part of the tree and those that were issued there. Only the side that issued a certificate may revoke it: a
lower organization cannot take back what a higher one has said.
"""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from certificates.models import Certificate
from lms.common.errors import NotFound
from lms.members import access as member_access
from lms.members.models import Member
from lms.members.rules import ORGANIZERS, READERS


def readable(member: Member) -> Q:
    """Condition on certificates that `member` may read as somebody who follows learners."""
    return member_access.in_scope(member, "member__organization__path", *READERS) | member_access.in_scope(
        member, "issuer__path", *READERS
    )


def reader_of_certificates(request: HttpRequest) -> Member:
    """The member who asks, if they follow learners anywhere. Raises NotPermitted otherwise."""
    return member_access.require_role(request, *READERS)


def certificate_for_download(request: HttpRequest, serial: str) -> Certificate:
    """One's own certificate, or one that the asker may read. Raises NotFound otherwise."""
    member = member_access.member_of(request)
    found = Certificate.objects.filter(serial=serial).select_related("member", "issuer", "course")
    certificate = found.filter(Q(member=member) | readable(member)).first()
    if certificate is None:
        raise NotFound("certificate", _("There is no such certificate in your scope."))
    return certificate


def certificate_for_decision(request: HttpRequest, serial: str) -> Certificate:
    """A certificate that the asker may revoke. Raises NotFound for one they may not even read, else
    NotPermitted.
    """
    certificate = certificate_for_download(request, serial)
    member_access.require_role_on(member_access.member_of(request), certificate.issuer, *ORGANIZERS)
    return certificate


def deciding_paths(member: Member) -> list[str]:
    """The paths below which `member` may revoke what was issued there."""
    return member_access.scope_paths(member, *ORGANIZERS)
