"""Reads about people and organizations. What a person may see: access.py."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from lms.common.paths import under, under_any
from lms.common.text_search import every_word
from lms.members.models import AuditEntry, Member, Notification, Organization, RoleAssignment
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


def find_members(condition: Q, text: str) -> QuerySet[Member]:
    """Active members under `condition` whose name or learner number holds every word of `text`; order of rosters."""
    found = Member.objects.filter(condition, every_word(text, "full_name", "learner_no"), is_active=True)
    return found.select_related("organization").order_by("organization__path", "learner_no")


def find_organizations(among: QuerySet[Organization], text: str) -> QuerySet[Organization]:
    """Those of `among` whose name or code holds every word of `text`."""
    return among.filter(every_word(text, "name", "short_name", "code"))


def list_notifications(member: Member, *, unread_only: bool = False) -> QuerySet[Notification]:
    """What `member` was told, newest first."""
    told = Notification.objects.filter(member=member)
    return told.filter(read_at__isnull=True) if unread_only else told


def count_unread(member: Member) -> int:
    """How much of what `member` was told they have not read."""
    return list_notifications(member, unread_only=True).order_by().count()


def list_topmost(paths: Iterable[str]) -> QuerySet[Organization]:
    """The organizations in force at those of `paths` that lie below no other of them, with `has_children`."""
    kept: list[str] = []
    for path in sorted(paths):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return _as_branch(Organization.objects.filter(path__in=kept))


def list_children(parent: Organization) -> QuerySet[Organization]:
    """The organizations in force right below `parent`, by code, with `has_children`."""
    return _as_branch(Organization.objects.filter(parent=parent))


def _as_branch(organizations: QuerySet[Organization]) -> QuerySet[Organization]:
    below = Organization.objects.filter(parent=OuterRef("pk"), retired_at__isnull=True)
    return organizations.filter(retired_at__isnull=True).annotate(has_children=Exists(below)).order_by("code")


def match_organizations(among: QuerySet[Organization], texts: list[str]) -> dict[str, list[Organization]]:
    """For each of `texts` the organizations of `among` it can mean: the one with this code, else all so named.

    Two queries at most; the names are only asked where codes did not answer, as only codes have an index.
    """
    among = among.select_related("parent")
    found: dict[str, list[Organization]] = {each.code: [each] for each in among.filter(code__in=texts)}
    names = [text for text in texts if text not in found]
    for text in names:
        found[text] = []
    if names:
        for each in among.filter(Q(name__in=names) | Q(short_name__in=names)).order_by("code"):
            for text in {each.name, each.short_name} & set(names):
                found[text].append(each)
    return found


def list_names_above(organizations: Iterable[Organization], paths: Iterable[str]) -> dict[int, list[str]]:
    """Organization id -> short names of what lies above it, from the top; only what lies at or below any of `paths`."""
    above = {each.pk: [int(key) for key in each.path.strip("/").split("/")[:-1]] for each in organizations}
    wanted = {key for keys in above.values() for key in keys}
    rows = Organization.objects.filter(under_any("path", list(paths)), pk__in=wanted).order_by()
    names = dict(rows.values_list("pk", "short_name"))
    return {pk: [names[key] for key in keys if key in names] for pk, keys in above.items()}


def members_by_number(condition: Q, numbers: list[str]) -> dict[str, Member]:
    """Learner number -> active member under `condition`, for those of `numbers` that somebody has."""
    found = Member.objects.filter(condition, learner_no__in=numbers, is_active=True).select_related("organization")
    return {member.learner_no: member for member in found}
