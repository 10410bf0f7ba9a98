"""The search box of the header: a page of groups, or all results of one of them."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lms.common import clock
from lms.common.pagination import page_of
from lms.common.text_search import LONGEST, words_of
from lms.members import access
from lms.members import services as member_services
from lms.members.context import navigation_of
from lms.members.models import Member
from lms.portal import queries


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    member = access.member_of(request)
    text = request.GET.get("q", "").strip()[:LONGEST]
    words = words_of(text)
    context: dict[str, object] = {"text": text, "words": words, "encoded": quote(text)}
    if words:
        person = navigation_of(request, member)
        wanted = request.GET.get("in", "")
        source = next((one for one in queries.sources_of(person) if one.kind == wanted), None)
        if source is None:
            groups = queries.search(member, person, text)
            context |= {"groups": groups, "total": sum(group.count for group in groups)}
            people = sum(len(group.hits) for group in groups if group.source.kind == queries.PEOPLE)
        else:
            page = page_of(request, source.find(member, person, text))
            context |= {"source": source, "page_obj": page, "hits": [source.hit(row) for row in page.object_list]}
            people = len(page.object_list) if source.kind == queries.PEOPLE else 0
        if people:
            _record(member, text, people)
    return render(request, "portal/search.html", context)


def _record(member: Member, text: str, rows: int) -> None:
    """Reading about people is on record: what was asked, and how many were shown."""
    member_services.record_audit(
        actor=member,
        act="portal.search_people",
        object_type="member",
        object_id=member.pk,
        now=clock.now(),
        q=text,
        rows=rows,
    )
