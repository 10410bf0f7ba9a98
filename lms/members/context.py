"""What the page shell needs to know of the person who asks: which entries are theirs, and how pages shall look."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from lms.members import queries
from lms.members.display import COOKIE, Display, from_cookie
from lms.members.models import Member
from lms.members.rules import READERS, Role


@dataclass(frozen=True)
class Navigation:
    """Which parts of the site a member's roles open."""

    learns: bool
    instructs: bool
    organizes: bool
    administers: bool


def navigation(request: HttpRequest) -> dict[str, object]:
    """`navigation` for every template; one query, none for a visitor."""
    if not isinstance(getattr(request, "user", None), Member):
        return {"navigation": None}
    assert isinstance(request.user, Member)
    roles = {assignment.role for assignment in queries.list_roles(request.user)}
    return {
        "navigation": Navigation(
            learns=request.user.organization_id is not None,
            instructs=Role.INSTRUCTOR in roles or Role.ADMINISTRATOR in roles,
            organizes=any(role in roles for role in READERS),
            administers=Role.ADMINISTRATOR in roles,
        )
    }


def display_of(request: HttpRequest) -> Display:
    """How the person who asks wants pages to look; no query beyond the one for the member."""
    user = getattr(request, "user", None)
    return user.display if isinstance(user, Member) else from_cookie(request.COOKIES.get(COOKIE, ""))


def display(request: HttpRequest) -> dict[str, object]:
    """`display` for every template."""
    return {"display": display_of(request)}
