"""Rows about people and organizations. Writes: lms.members.services."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lms.common.clock import business_date
from lms.members.display import TEXT_SIZES, THEMES, Display
from lms.members.rules import MemberKind, OrganizationKind, Role


class Organization(models.Model):
    """One row is one party organization, a node of one tree.

    `parent` is the truth; `path` (ids of the ancestors and itself, '1/5/23/') is derived from it and says in one
    indexed comparison what lies below (lms.common.paths). A retired organization keeps its row for ever.
    """

    class Kind(models.TextChoices):
        COMMITTEE = OrganizationKind.COMMITTEE.value, _("Party committee")
        GENERAL_BRANCH = OrganizationKind.GENERAL_BRANCH.value, _("General Party branch")
        BRANCH = OrganizationKind.BRANCH.value, _("Party branch")
        GROUP = OrganizationKind.GROUP.value, _("Party group")
        WORK_COMMITTEE = OrganizationKind.WORK_COMMITTEE.value, _("Party work committee")
        LEADING_GROUP = OrganizationKind.LEADING_GROUP.value, _("Leading Party group")
        TEMPORARY = OrganizationKind.TEMPORARY.value, _("Temporary branch")
        NETWORK_BRANCH = OrganizationKind.NETWORK_BRANCH.value, _("Network branch")

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=255, unique=True)
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("path",)

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """1 for the root."""
        return self.path.count("/")


class MemberManager(BaseUserManager["Member"]):
    def get_by_natural_key(self, username: str | None) -> Member:
        return self.get(learner_no=username)

    def create_superuser(self, learner_no: str, full_name: str, password: str | None = None) -> Member:
        """An operator of the machine, for Django's admin; holds no role in the school."""
        member = self.model(learner_no=learner_no, full_name=full_name, is_staff=True, is_superuser=True)
        member.set_password(password)
        member.save(using=self._db)
        return member


class Member(AbstractBaseUser, PermissionsMixin):
    """One row is one person with an account, for life: `learner_no` survives every move and is never given again.

    `full_name` is kept character by character as written (rare characters included). An operator without a place in
    the school has no organization.
    """

    class Kind(models.TextChoices):
        FULL_MEMBER = MemberKind.FULL_MEMBER.value, _("Full member")
        PROBATIONARY_MEMBER = MemberKind.PROBATIONARY_MEMBER.value, _("Probationary member")
        DEVELOPMENT_TARGET = MemberKind.DEVELOPMENT_TARGET.value, _("Development target")
        ACTIVIST = MemberKind.ACTIVIST.value, _("Activist")
        APPLICANT = MemberKind.APPLICANT.value, _("Applicant")
        NON_MEMBER = MemberKind.NON_MEMBER.value, _("Non-member")

    learner_no = models.CharField(
        _("learner number"),
        max_length=32,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9-]+$")],
    )
    full_name = models.CharField(_("full name"), max_length=80)
    kind = models.CharField(max_length=24, choices=Kind.choices, default=MemberKind.NON_MEMBER.value)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="members")
    phone = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)  # came with the demo school, which refuses to mix with real people
    joined_at = models.DateTimeField(null=True, blank=True)
    theme = models.CharField(max_length=8, choices=[(theme, theme) for theme in THEMES], default=Display.theme)
    elder_mode = models.BooleanField(default=Display.elder)
    text_size = models.PositiveSmallIntegerField(
        choices=[(size, size) for size in TEXT_SIZES], default=Display.text_size
    )  # pixels, in elder mode

    objects = MemberManager()
    USERNAME_FIELD = "learner_no"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ("learner_no",)
        indexes = [models.Index(fields=["organization", "learner_no"], name="member_roster")]  # rosters and tables

    def __str__(self) -> str:
        return self.full_name

    @property
    def display(self) -> Display:
        return Display(theme=self.theme, elder=self.elder_mode, text_size=self.text_size)


class RoleAssignment(models.Model):
    """One row: `member` holds `role` on `organization` and on everything below it, until it is revoked."""

    class Name(models.TextChoices):
        ORGANIZER = Role.ORGANIZER.value, _("Organizer")
        INSTRUCTOR = Role.INSTRUCTOR.value, _("Instructor")
        AUDITOR = Role.AUDITOR.value, _("Auditor")
        ADMINISTRATOR = Role.ADMINISTRATOR.value, _("Administrator")

    member = models.ForeignKey(Member, models.PROTECT, related_name="role_assignments")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="role_assignments")
    role = models.CharField(max_length=16, choices=Name.choices)
    granted_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "organization", "role"],
                condition=models.Q(revoked_at__isnull=True),
                name="role_held_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.role} {self.organization_id}"


class AuditEntry(models.Model):
    """One row: somebody did something that may have to be answered for. Append-only; the database refuses changes.

    `act` is '<room>.<verb>' ('credits.export_score_table'), `object_type` and `object_id` say on what, `facts` more.
    """

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    act = models.CharField(max_length=64)
    object_type = models.CharField(max_length=32)
    object_id = models.CharField(max_length=40)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_of_object")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act} {self.object_type}:{self.object_id}"


class Notification(models.Model):
    """One row: `member` was told something, once; it stays until they have read it, and after that.

    `key` ('<room>.<what>:<id>') names the event, so that a task that runs twice tells it once; the part before the
    colon is the `kind`. `message` is an English msgid of the sender's catalogue with %(name)s places for `facts`: it is
    put into the reader's language when it is read. `url` is a path of this site.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="notifications")
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    message = models.CharField(max_length=255)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    url = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="notified_once")]
        indexes = [
            models.Index(fields=["member", "-created_at"], name="notifications_of_member"),
            # The number in the header of every page.
            models.Index(fields=["member"], condition=models.Q(read_at__isnull=True), name="notifications_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.key}"

    @property
    def text(self) -> str:
        """The message in the present language."""
        return gettext(self.message) % self.facts

    @property
    def day(self) -> date:
        return business_date(self.created_at)
