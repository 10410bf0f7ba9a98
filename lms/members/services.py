"""Writes about people and organizations: one function per act, in one transaction, on record."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from lms.common import ids
from lms.common.addresses import is_local
from lms.common.errors import Conflict, DomainError
from lms.members.display import Display
from lms.members.models import AuditEntry, Member, Notification, Organization, RoleAssignment
from lms.members.rules import MemberKind, OrganizationKind, Role


def record_audit(
    *, actor: Member | None, act: str, object_type: str, object_id: object, now: datetime, **facts: Any
) -> AuditEntry:
    """Put on record that `actor` (None: the system) did `act` on an object. `facts` must be JSON values."""
    return AuditEntry.objects.create(
        actor=actor, act=act, object_type=object_type, object_id=str(object_id), at=now, facts=facts
    )


@transaction.atomic
def create_organization(
    *,
    actor: Member | None,
    code: str,
    name: str,
    kind: OrganizationKind,
    parent: Organization | None,
    now: datetime,
    short_name: str = "",
) -> Organization:
    """A new node below `parent` (None: the root of the tree; there is one only).

    Raises Conflict when the code is taken or a second root is asked for.
    """
    if Organization.objects.filter(code=code).exists():
        raise Conflict("organization_code_taken", _("Another organization has this code."), organization_code=code)
    if parent is None and Organization.objects.filter(parent__isnull=True).exists():
        raise Conflict("second_root", _("The tree has a root already."))
    organization = Organization.objects.create(
        code=code,
        name=name,
        short_name=short_name or name[:40],
        kind=kind.value,
        parent=parent,
        path=uuid4().hex,  # until the id is known, two lines below
        created_at=now,
    )
    organization.path = f"{parent.path if parent else ''}{organization.pk}/"
    organization.save(update_fields=["path"])
    record_audit(
        actor=actor, act="members.create_organization", object_type="organization", object_id=organization.pk, now=now
    )
    return organization


@transaction.atomic
def register_member(
    *,
    actor: Member | None,
    full_name: str,
    organization: Organization,
    kind: MemberKind,
    now: datetime,
    password: str | None = None,
    learner_no: str = "",
    phone: str = "",
    is_demo: bool = False,
    must_change_password: bool = False,
) -> Member:
    """A new person with an account; the name is kept exactly as written, without surrounding blanks.

    `learner_no` is drawn when it is not given. Without a password the account cannot log in yet.
    Raises DomainError for an empty name, Conflict for a learner number that was ever given.
    """
    full_name = full_name.strip()
    if not full_name:
        raise DomainError("name_missing", _("The full name is missing."))
    number = learner_no or _free_learner_number()
    if Member.objects.filter(learner_no=number).exists():
        raise Conflict("learner_no_taken", _("This learner number belongs to somebody else."), learner_no=number)
    member = Member(
        learner_no=number,
        full_name=full_name,
        organization=organization,
        kind=kind.value,
        phone=phone,
        joined_at=now,
        is_demo=is_demo,
        must_change_password=must_change_password,
    )
    member.set_password(password)
    member.save()
    record_audit(actor=actor, act="members.register", object_type="member", object_id=member.pk, now=now)
    return member


def _free_learner_number() -> str:
    while Member.objects.filter(learner_no=(number := ids.learner_number())).exists():
        pass
    return number


@transaction.atomic
def grant_role(
    *, actor: Member | None, member: Member, organization: Organization, role: Role, now: datetime
) -> RoleAssignment:
    """Give `member` a role on a node and all below it; a role that is held already stays as it is."""
    assignment, created = RoleAssignment.objects.get_or_create(
        member=member,
        organization=organization,
        role=role.value,
        revoked_at=None,
        defaults={"granted_by": actor, "granted_at": now},
    )
    if created:
        record_audit(
            actor=actor,
            act="members.grant_role",
            object_type="member",
            object_id=member.pk,
            now=now,
            role=role.value,
            organization=organization.pk,
        )
    return assignment


@transaction.atomic
def revoke_role(*, actor: Member, assignment: RoleAssignment, now: datetime) -> RoleAssignment:
    """End a role. Raises Conflict when it has ended already."""
    ended = RoleAssignment.objects.filter(pk=assignment.pk, revoked_at__isnull=True).update(revoked_at=now)
    if not ended:
        raise Conflict("role_ended", _("This role has ended already."))
    record_audit(
        actor=actor,
        act="members.revoke_role",
        object_type="member",
        object_id=assignment.member_id,
        now=now,
        role=assignment.role,
        organization=assignment.organization_id,
    )
    assignment.refresh_from_db()
    return assignment


@transaction.atomic
def change_password(*, member: Member, new_password: str, now: datetime) -> Member:
    """Set a new password that the form has already found good enough."""
    member.set_password(new_password)
    member.must_change_password = False
    member.save(update_fields=["password", "must_change_password"])
    record_audit(actor=member, act="members.change_password", object_type="member", object_id=member.pk, now=now)
    return member


def choose_display(*, member: Member, display: Display) -> Member:
    """Keep how `member` wants pages to look. Nothing anybody has to answer for, hence no audit entry."""
    member.theme, member.elder_mode, member.text_size = display.theme, display.elder, display.text_size
    member.save(update_fields=["theme", "elder_mode", "text_size"])
    return member


# --- Messages -------------------------------------------------------------------------------------------------


def notify(
    *, member: Member, key: str, message: str, facts: dict[str, str | int], url: str, now: datetime
) -> Notification:
    """Tell `member` something, once: called again with the same `key`, it returns what was told before.

    `key` is '<room>.<what>:<id of the event>'; `message` an English msgid marked with gettext_noop at the sender, with
    %(name)s places for `facts`; `url` a path of this site that leads on. Call it inside the transaction of the act it
    tells of. Raises Conflict for a key that told something else before, ValueError for a url that leads elsewhere and
    KeyError for a message whose facts are missing: both are mistakes of the sender.
    """
    if not is_local(url):
        raise ValueError(f"not a path of this site: {url!r}")
    assert message % facts  # here, not on the page of somebody who cannot mend it
    kind = key.partition(":")[0]
    fresh = Notification(member=member, key=key, kind=kind, message=message, facts=facts, url=url, created_at=now)
    # Two statements, without a savepoint: where many are told something, this is done for each of them.
    Notification.objects.bulk_create([fresh], ignore_conflicts=True)
    told = Notification.objects.get(member=member, key=key)
    if (told.message, told.facts, told.url) != (message, facts, url):
        raise Conflict("notification_reused", _("This message was sent before with another text."), key=key)
    return told


def mark_read(*, notification: Notification, now: datetime) -> Notification:
    """Note that its member has read it; the first time counts."""
    if Notification.objects.filter(pk=notification.pk, read_at__isnull=True).update(read_at=now):
        notification.read_at = now
    return notification


def mark_all_read(*, member: Member, until: datetime, now: datetime) -> int:
    """Note that `member` has read everything that had arrived by `until`; how many were unread."""
    unread = Notification.objects.filter(member=member, read_at__isnull=True, created_at__lte=until)
    return unread.update(read_at=now)
