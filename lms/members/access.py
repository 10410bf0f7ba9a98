"""Who may see or change what: rights follow the tree, one's own node and below.

Every view of every room begins here (or in its own room's access.py, which is built on this). Refusals are errors:
NotPermitted where the thing is known to exist, NotFound where even that is nobody's business.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lms.common.errors import NotFound, NotPermitted
from lms.common.paths import under_any
from lms.members import queries
from lms.members.models import Member, Notification, Organization
from lms.members.rules import READERS, Role


def member_of(request: HttpRequest) -> Member:
    """The member who asks. Raises NotPermitted for a visitor who has not logged in."""
    if not isinstance(request.user, Member):
        raise NotPermitted("login_required", _("Please log in first."))
    return request.user


def learner_of(request: HttpRequest) -> Member:
    """The member who asks, as a learner. Raises NotPermitted for an account outside every organization."""
    member = member_of(request)
    if member.organization_id is None:
        raise NotPermitted("no_organization", _("This account belongs to no organization, so it cannot learn here."))
    return member


def scope_paths(member: Member, *roles: Role) -> list[str]:
    """The paths on which `member` holds any of `roles`; empty when there is none."""
    return [assignment.organization.path for assignment in queries.list_roles(member) if assignment.role in roles]


def in_scope(member: Member, field: str, *roles: Role) -> Q:
    """Condition on rows whose organization path (`field`, 'organization__path') lies where `member` holds a role."""
    return under_any(field, scope_paths(member, *roles))


def has_role(member: Member, *roles: Role) -> bool:
    """Whether `member` holds any of `roles` anywhere."""
    return bool(scope_paths(member, *roles))


def holds_role_on(member: Member, organization: Organization, *roles: Role) -> bool:
    """Whether `member` holds any of `roles` on `organization` or above it."""
    return any(organization.path.startswith(path) for path in scope_paths(member, *roles))


def require_role(request: HttpRequest, *roles: Role) -> Member:
    """The member who asks, if one of `roles` is theirs anywhere. Raises NotPermitted otherwise."""
    member = member_of(request)
    if not has_role(member, *roles):
        raise NotPermitted("role_missing", _("This page is for people with another role."))
    return member


def require_role_on(member: Member, organization: Organization, *roles: Role) -> None:
    """Raises NotPermitted unless `member` holds one of `roles` on `organization` or above it."""
    if not holds_role_on(member, organization, *roles):
        raise NotPermitted("out_of_scope", _("This organization is outside your scope."))


def organizations_in_scope(member: Member, *roles: Role) -> QuerySet[Organization]:
    """The organizations on which `member` holds one of `roles`, directly or from above, parents first."""
    return queries.list_organizations_below(scope_paths(member, *roles))


def require_reader(request: HttpRequest) -> Member:
    """The member who asks, if they may read anywhere what learners did. Raises NotPermitted otherwise."""
    return require_role(request, *READERS)


def organizations_readable(member: Member) -> QuerySet[Organization]:
    """The organizations whose learners `member` may read about, parents first."""
    return organizations_in_scope(member, *READERS)


def learners_readable(member: Member) -> Q:
    """Condition on members about whom `member` may read."""
    return in_scope(member, "organization__path", *READERS)


def notification_for_member(request: HttpRequest, notification_id: int) -> Notification:
    """A message to the member who asks. Raises NotFound for anybody else's."""
    found = queries.list_notifications(member_of(request)).filter(pk=notification_id).first()
    if found is None:
        raise NotFound("notification", _("There is no such message for you."))
    return found


def organization_for_view(request: HttpRequest, organization_id: int) -> Organization:
    """The organization, for somebody who may read what its learners did. Raises NotFound otherwise."""
    member = member_of(request)
    found = organizations_readable(member).filter(pk=organization_id).first()
    if found is None:
        raise NotFound("organization", _("There is no such organization in your scope."))
    return found


def learner_for_view(request: HttpRequest, learner_no: str) -> Member:
    """A learner, for themselves or for somebody who may read what they did. Raises NotFound otherwise."""
    member = member_of(request)
    if member.learner_no == learner_no:
        return member
    found = Member.objects.filter(in_scope(member, "organization__path", *READERS), learner_no=learner_no)
    learner = found.select_related("organization").first()
    if learner is None:
        raise NotFound("learner", _("There is no such learner in your scope."))
    return learner
