"""What the page shell needs to know of the person who asks: which entries are theirs, and how pages shall look."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lms.members import queries
from lms.members.display import COOKIE, Display, from_cookie
from lms.members.models import Member
from lms.members.rules import ORGANIZERS, READERS, Role


@dataclass(frozen=True)
class Navigation:
    """Which parts of the site a member's roles open."""

    learns: bool
    instructs: bool
    organizes: bool  # follows learners: organizers, administrators, auditors
    audits: bool  # ... and may only look
    administers: bool
    operates: bool  # looks after the machine


def navigation(request: HttpRequest) -> dict[str, object]:
    """`navigation` and `unread` (messages) for every template; one query each, none for a visitor.

    The number of messages is asked for when a template shows it: fragments of pages do not.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, Member):
        return {"navigation": None, "unread": 0}
    return {"navigation": navigation_of(request, user), "unread": SimpleLazyObject(lambda: queries.count_unread(user))}


def navigation_of(request: HttpRequest, member: Member) -> Navigation:
    """What the roles of `member`, who asks, open; one query per request."""
    known = getattr(request, "navigation", None)
    if not isinstance(known, Navigation):
        known = _navigation(member)
        request.navigation = known  # type: ignore[attr-defined]  # for the rest of this request
    return known


def _navigation(member: Member) -> Navigation:
    roles = {assignment.role for assignment in queries.list_roles(member)}
    return Navigation(
        learns=member.organization_id is not None,
        instructs=Role.INSTRUCTOR in roles or Role.ADMINISTRATOR in roles,
        organizes=any(role in roles for role in READERS),
        audits=Role.AUDITOR in roles and not any(role in roles for role in ORGANIZERS),
        administers=Role.ADMINISTRATOR in roles,
        operates=member.is_staff,
    )


def display_of(request: HttpRequest) -> Display:
    """How the person who asks wants pages to look; no query beyond the one for the member."""
    user = getattr(request, "user", None)
    return user.display if isinstance(user, Member) else from_cookie(request.COOKIES.get(COOKIE, ""))


def display(request: HttpRequest) -> dict[str, object]:
    """`display` for every template."""
    return {"display": display_of(request)}
