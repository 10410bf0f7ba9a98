"""Who may read which part of the ledger: a member their own, readers (organizers, auditors) their part of the
tree.

The rest of what views ask first is lms.members.access.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lms.common.errors import NotFound
from lms.members import access as member_access
from lms.members import queries as member_queries
from lms.members.models import Organization
from lms.members.rules import READERS


def highest_organization(request: HttpRequest) -> Organization:
    """The first, highest organization the asker may read. Raises NotFound when there is none."""
    member = member_access.member_of(request)
    found = member_access.organizations_in_scope(member, *READERS).first()
    if found is None:
        raise NotFound("organization", _("There is no organization whose learners you follow."))
    return found


def ancestors_in_scope(request: HttpRequest, organization: Organization) -> list[Organization]:
    """The organizations above `organization` that the asker may read as well, the highest first."""
    paths = member_access.scope_paths(member_access.member_of(request), *READERS)
    above = member_queries.list_ancestors(organization)[:-1]
    return [one for one in above if any(one.path.startswith(path) for path in paths)]


def children(organization: Organization) -> list[Organization]:
    """The organizations in force right below; who may read a node may read all below it."""
    return [one for one in organization.children.order_by("path") if one.retired_at is None]
