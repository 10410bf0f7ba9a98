"""What the pickers of forms ask while somebody chooses: branches of the tree, organizations and people by name.

Answers are fragments. Each asks for the roles of its field (?roles=organizer,administrator): which roles are named
does not matter for safety, as only those count that the member holds. People are only shown to those who may read
about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.common import clock
from lms.common.errors import NotFound, NotPermitted
from lms.common.paths import under_any
from lms.common.text_search import words_of
from lms.members import access, queries, services
from lms.members.fields import MOST, person_chip, split_numbers, wrong_numbers
from lms.members.models import Member
from lms.members.rules import READERS, Role

BRANCH_PAGE = 200
MOST_HITS = 30
MOST_PEOPLE = 20


@dataclass(frozen=True)
class _Scope:
    """Who asks, and where they hold which of the roles the field names."""

    member: Member
    roles: tuple[Role, ...]
    paths: list[str]


def _scope(request: HttpRequest, *possible: Role) -> _Scope:
    """The scope of ?roles=, of which only `possible` ones count. Raises NotPermitted for nobody's or none."""
    member = access.member_of(request)
    named = request.GET.get("roles", "").split(",")
    roles = tuple(role for role in possible if role.value in named)
    paths = access.scope_paths(member, *roles)
    if not paths:
        raise NotPermitted("role_missing", _("This page is for people with another role."))
    return _Scope(member, roles, paths)


def _fragment(name: str, context: dict[str, Any]) -> HttpResponse:
    """A part of a page, without what the frame of a page asks of the database."""
    return HttpResponse(render_to_string(f"members/pickers/{name}.html", context))


@require_safe
def branch(request: HttpRequest) -> HttpResponse:
    """The organizations right below ?parent=, BRANCH_PAGE of them from ?start= on; without it, the top of the scope."""
    scope = _scope(request, *Role)
    parent = None
    if number := request.GET.get("parent", ""):
        parent = queries.list_organizations_below(scope.paths).filter(pk=_whole(number)).first()
        if parent is None:
            raise NotFound("organization", _("There is no such organization in your scope."))
    start = _whole(request.GET.get("start", ""))
    found = queries.list_children(parent) if parent else queries.list_topmost(scope.paths)
    rows = list(found[start : start + BRANCH_PAGE + 1])
    context = {
        "organizations": rows[:BRANCH_PAGE],
        "parent": parent,
        "next": start + BRANCH_PAGE if len(rows) > BRANCH_PAGE else 0,
        "roles": ",".join(scope.roles),
    }
    return _fragment("_branch", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Organizations in scope by name, short name or code, each with what lies above it."""
    scope = _scope(request, *Role)
    text = _text(request.GET.get("q", ""))
    among = queries.list_organizations_below(scope.paths)
    rows = list(queries.find_organizations(among, text)[: MOST_HITS + 1]) if words_of(text) else []
    above = queries.list_names_above(rows, scope.paths)
    hits = [{"organization": each, "above": above[each.pk]} for each in rows[:MOST_HITS]]
    return _fragment("_hits", {"hits": hits, "more": len(rows) > MOST_HITS, "text": text})


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Active members in scope by name or learner number. What was found is on record."""
    scope = _scope(request, *READERS)
    text = _text(request.GET.get("q", ""))
    condition = under_any("organization__path", scope.paths)
    rows = list(queries.find_members(condition, text)[: MOST_PEOPLE + 1]) if words_of(text) else []
    if rows:
        _record(scope.member, "search", asked=text, found=len(rows[:MOST_PEOPLE]))
    context = {
        "people": [person_chip(each) for each in rows[:MOST_PEOPLE]],
        "more": len(rows) > MOST_PEOPLE,
        "text": text,
    }
    return _fragment("_people", context)


@require_POST
def numbers(request: HttpRequest) -> HttpResponse:
    """The people behind a pasted list of learner numbers, and which numbers nobody in scope has. On record as well."""
    scope = _scope(request, *READERS)
    asked = split_numbers(_text(request.POST.get("numbers", "")))
    found = queries.members_by_number(under_any("organization__path", scope.paths), asked[:MOST])
    if found:
        _record(scope.member, "numbers", asked=len(asked), found=len(found))
    unknown = [number for number in asked[:MOST] if number not in found]
    context = {
        "people": [person_chip(found[number]) for number in asked if number in found],
        "advice": wrong_numbers(unknown) if unknown else "",
        "left_out": max(0, len(asked) - MOST),
        "most": MOST,
    }
    return _fragment("_numbers", context)


def _record(member: Member, how: str, **facts: object) -> None:
    services.record_audit(
        actor=member, act="members.look_up_people", object_type="picker", object_id=how, now=clock.now(), **facts
    )


def _text(sent: str) -> str:
    """What was typed, without blanks around it and without NUL, which PostgreSQL cannot be asked about."""
    return sent.replace("\x00", "").strip()


def _whole(text: str) -> int:
    """A number of a query string; 0 for nonsense."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
