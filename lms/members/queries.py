"""Reads about people and organizations. What a person may see: access.py."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from lms.common.paths import under, under_any
from lms.members.models import AuditEntry, Member, Organization, RoleAssignment
from lms.members.rules import Role


def list_roles(member: Member) -> QuerySet[RoleAssignment]:
    """The roles `member` holds now, with their organizations."""
    return (
        RoleAssignment.objects.filter(member=member, revoked_at__isnull=True)
        .select_related("organization")
        .order_by("organization__path", "role")
    )


def list_members_below(organization: Organization) -> QuerySet[Member]:
    """Active members of `organization` and of everything below it, in the order of rosters."""
    return (
        Member.objects.filter(under("organization__path", organization.path), is_active=True)
        .select_related("organization")
        .order_by("organization__path", "learner_no")
    )


def list_organizations_below(paths: Iterable[str]) -> QuerySet[Organization]:
    """Organizations in force at or below any of `paths`, parents before children."""
    return Organization.objects.filter(under_any("path", list(paths)), retired_at__isnull=True).order_by("path")


def count_members_by_organization(paths: Iterable[str]) -> dict[int, int]:
    """Organization id -> active members that belong to it itself, for all organizations below any of `paths`."""
    members = Member.objects.filter(under_any("organization__path", list(paths)), is_active=True)
    rows = members.order_by().values_list("organization_id").annotate(number=Count("pk"))
    return {key: number for key, number in rows if key is not None}


def list_ancestors(organization: Organization) -> list[Organization]:
    """From the root down to `organization` itself."""
    ids = [int(part) for part in organization.path.strip("/").split("/")]
    found = Organization.objects.in_bulk(ids)
    return [found[key] for key in ids]


def is_administrator_anywhere(member: Member) -> bool:
    """Whether `member` holds the administrator's role on any node."""
    return list_roles(member).filter(role=Role.ADMINISTRATOR).exists()


def list_audit_entries(object_type: str, object_id: str) -> QuerySet[AuditEntry]:
    """What is on record about one object, newest first."""
    return AuditEntry.objects.filter(object_type=object_type, object_id=object_id).select_related("actor")
