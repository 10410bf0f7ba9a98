"""A member's own statement of learning hours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from credits import queries
from credits.forms import YearForm
from lms.common import clock
from lms.common.pagination import page_of
from lms.members import access


@require_safe
def own_statement(request: HttpRequest) -> HttpResponse:
    """One year of one's own: the sum, where it comes from, and what became of every single thing."""
    member = access.learner_of(request)
    now = clock.now()
    form = YearForm(request.GET, now=now)
    year = form.cleaned_data["year"] if form.is_valid() else form.this_year
    statement = queries.statement(member, year, now)
    context = {
        "form": form,
        "statement": statement,
        "page": page_of(request, statement.lines),
        "years": sorted({form.this_year, year, *queries.list_years(member)}, reverse=True),
    }
    return render(request, "credits/statement.html", context)
