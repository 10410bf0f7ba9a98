"""A member's own statement of learning hours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from credits import queries
from credits.forms import YearForm
from credits.views import charts
from lms.common import clock
from lms.common.charts.files import asked_file
from lms.common.pagination import page_of
from lms.members import access


@require_safe
def own_statement(request: HttpRequest) -> HttpResponseBase:
    """One year of one's own: the sum, where it comes from, and what became of every single thing."""
    member = access.learner_of(request)
    now = clock.now()
    form = YearForm(request.GET, now=now)
    year = form.cleaned_data["year"] if form.is_valid() else form.this_year
    statement = queries.statement(member, year, now)
    progress, months = charts.progress(statement), charts.months(statement, now)
    if (file := asked_file(request, progress, months)) is not None:
        return file
    context = {
        "form": form,
        "statement": statement,
        "progress_chart": progress,
        "months_chart": months,
        "now": now,
        "page": page_of(request, statement.lines),
        "years": sorted({form.this_year, year, *queries.list_years(member)}, reverse=True),
    }
    return render(request, "credits/statement.html", context)
