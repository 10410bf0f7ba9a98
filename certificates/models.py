"""Certificates of completed courses. Writes: certificates.services."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates import rules
from certificates.rules import CertificateState
from courses.models import Course
from lms.members.models import Member, Organization


class IssuerCounter(models.Model):
    """One row: the last number `organization` has given in `year`. Locked while the next one is given.

    A number is given in the transaction of its certificate, so none is left out and none is given twice.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "year"], name="counter_of_year")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.year}: {self.last}"


class Certificate(models.Model):
    """One row is one certificate: that `member` completed `course`, said by `issuer`. At most one for each
    course.

    `payload` is what the certificate says, frozen when it was issued: names, hours and dates stay as they
    were. `number` is printed, `serial` names it in addresses, `verify_code` lets anybody who holds it look it
    up. `pdf_key` is where the file lies ('' until it is made); `failure_code` says why it cannot be made. A
    revoked certificate keeps its row, its number and its answer on the verification page for ever.
    """

    class State(models.TextChoices):
        ISSUED = CertificateState.ISSUED.value, _("Valid")
        REVOKED = CertificateState.REVOKED.value, _("Revoked")

    class Failure(models.TextChoices):
        MISSING_GLYPH = "missing_glyph", _("The font has no shape for these characters:")

    member = models.ForeignKey(Member, models.PROTECT, related_name="certificates")
    course = models.ForeignKey(Course, models.PROTECT, related_name="certificates")
    issuer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=80)
    serial = models.CharField(max_length=24, unique=True)
    verify_code = models.CharField(max_length=24, unique=True)
    payload: models.JSONField[Any, Any] = models.JSONField()
    payload_sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=CertificateState.ISSUED.value, db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    revoke_reason = models.CharField(max_length=rules.REASON_LENGTH, blank=True)
    pdf_key = models.CharField(max_length=255, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    rendered_at = models.DateTimeField(null=True, blank=True)
    failure_code = models.CharField(max_length=24, blank=True, choices=Failure.choices)
    failure_detail = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-issued_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["member", "course"], name="one_certificate_per_course"),
            models.UniqueConstraint(fields=["issuer", "year", "sequence"], name="certificate_numbered_once"),
            models.CheckConstraint(
                condition=models.Q(state=CertificateState.ISSUED.value, revoked_at__isnull=True)
                | models.Q(state=CertificateState.REVOKED.value, revoked_at__isnull=False),
                name="revoked_at_some_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["issued_at"],
                condition=models.Q(pdf_key="", failure_code=""),
                name="certificates_to_make",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_revoked(self) -> bool:
        return self.state == CertificateState.REVOKED

    @property
    def code_in_groups(self) -> str:
        return rules.grouped_code(self.verify_code)

    @property
    def failure_words(self) -> str:
        """Why there is no file, in words; '' when there is one or it is still being made."""
        if not self.failure_code:
            return ""
        return f"{self.Failure(self.failure_code).label} {self.failure_detail}"


class LookupCount(models.Model):
    """One row: how many codes one address looked up in one minute. Rows of past hours are removed.

    `address_hash` is keyed: the table does not say who looked up what.
    """

    address_hash = models.CharField(max_length=64)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address_hash", "minute"], name="lookups_of_minute")]
        indexes = [models.Index(fields=["minute"], name="lookups_to_forget")]

    def __str__(self) -> str:
        return f"{self.minute:%H:%M}: {self.count}"
