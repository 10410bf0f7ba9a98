"""Score tables: on the page and as a file, from the same query."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from credits import access as credit_access
from credits import queries
from credits.forms import PeriodForm
from credits.queries import ScoreRow, ScoreTable
from lms.common import clock
from lms.common.clock import SHANGHAI
from lms.common.errors import DomainError
from lms.common.exports import Cell, csv_response
from lms.common.pagination import page_of
from lms.common.templatetags.school import hours
from lms.members import access
from lms.members import services as member_services

ROWS_PER_PAGE = 50


@require_safe
def first_table(request: HttpRequest) -> HttpResponse:
    """The way in: the table of the highest organization of one's own scope."""
    organization = credit_access.highest_organization(request)
    return redirect("credits:score-table", organization.pk)


@require_safe
def page(request: HttpRequest, organization_id: int) -> HttpResponse:
    """The score table of an organization and all below it. That it was read is put on record."""
    organization = access.organization_for_view(request, organization_id)
    now = clock.now()
    form = PeriodForm(request.GET, now=now)
    context = {
        "form": form,
        "organization": organization,
        "trail": [
            (one.name, reverse("credits:score-table", args=[one.pk]))
            for one in credit_access.ancestors_in_scope(request, organization)
        ],
        "children": credit_access.children(organization),
    }
    if form.is_valid():
        table = queries.score_table(organization, form.cleaned_data["year"], form.cleaned_data["as_of"])
        _record(request, "credits.read_score_table", table, now)
        context |= {
            "table": table,
            "page": page_of(request, table.rows, size=ROWS_PER_PAGE),
            "csv_url": _csv_url(table),
            "period": urlencode({"year": table.year, "as_of": request.GET.get("as_of", "")}),
        }
    return render(request, "credits/score_table.html", context)


@require_safe
def download(request: HttpRequest, organization_id: int) -> HttpResponseBase:
    """The same table as a CSV file; the same year and instant give the same bytes."""
    organization = access.organization_for_view(request, organization_id)
    now = clock.now()
    form = PeriodForm(request.GET, now=now)
    if not form.is_valid():
        words = " ".join(str(message) for messages in form.errors.values() for message in messages)
        raise DomainError("bad_period", words)
    table = queries.score_table(organization, form.cleaned_data["year"], form.cleaned_data["as_of"])
    _record(request, "credits.export_score_table", table, now)
    rows = list(lines(table))  # now, in the asker's language: a response that streams is sent outside of it
    return csv_response(file_name(table), header(table), rows)


def _record(request: HttpRequest, act: str, table: ScoreTable, now: datetime) -> None:
    member_services.record_audit(
        actor=access.member_of(request),
        act=act,
        object_type="organization",
        object_id=table.organization.pk,
        now=now,
        year=table.year,
        as_of=table.as_of.isoformat(),
        rows=len(table.rows),
    )


def _csv_url(table: ScoreTable) -> str:
    """The file of exactly the table on the page: with its instant, to the microsecond."""
    asked = urlencode({"year": table.year, "as_of": table.as_of.isoformat()})
    return f"{reverse('credits:score-table-csv', args=[table.organization.pk])}?{asked}"


def file_name(table: ScoreTable) -> str:
    """'<organization>_<year>_.._<instant in Shanghai>.csv', without characters that mean something in a path."""
    name = _("%(organization)s_%(year)d_score_table_as_of_%(as_of)s") % {
        "organization": table.organization.name,
        "year": table.year,
        "as_of": f"{table.as_of.astimezone(SHANGHAI):%Y%m%d-%H%M%S}",
    }
    return "".join("-" if character in '/\\:*?"<>|' else character for character in name) + ".csv"


def header(table: ScoreTable) -> list[str]:
    """The names of the columns, on the page and in the file."""
    columns = [
        pgettext("score table", "No."),
        pgettext("score table", "Rank"),
        pgettext("score table", "Organization"),
        pgettext("score table", "Name"),
        pgettext("score table", "Learner number"),
        pgettext("score table", "Identity"),
        pgettext("score table", "Total hours"),
        pgettext("score table", "Lectures"),
        pgettext("score table", "Exams"),
        pgettext("score table", "Hours owed"),
        pgettext("score table", "Target met"),
    ]
    return columns if table.ranked else [columns[0], *columns[2:]]


def lines(table: ScoreTable) -> Iterator[list[Cell]]:
    """One line per member, then the sums, then what the table is and as of when."""
    for row in table.rows:
        yield _line(table, row)
    blank: list[Cell] = [""] if table.ranked else []
    sums: list[Cell] = [hours(table.total), hours(table.lectures), hours(table.exams), "", _met(table)]
    yield [
        "",
        *blank,
        pgettext("score table", "Total"),
        _("%(n)d people") % {"n": len(table.rows)},
        "",
        "",
        *sums,
    ]
    instant = f"{table.as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S.%f}"
    words = _("%(organization)s, year %(year)d, as of %(as_of)s (Beijing time), %(n)d rows") % {
        "organization": table.organization.name,
        "year": table.year,
        "as_of": instant,
        "n": len(table.rows),
    }
    yield ["", *blank, words]


def _line(table: ScoreTable, row: ScoreRow) -> list[Cell]:
    rank: list[Cell] = [row.rank] if table.ranked else []
    met = "" if row.met is None else (pgettext("score table", "yes") if row.met else pgettext("score table", "no"))
    who: list[Cell] = [row.organization, row.full_name, row.learner_no, row.kind_label]
    numbers: list[Cell] = [hours(row.total), hours(row.lectures), hours(row.exams)]
    return [row.position, *rank, *who, *numbers, "" if row.target is None else hours(row.target), met]


def _met(table: ScoreTable) -> str:
    return _("%(met)d of %(owing)d") % {"met": table.met, "owing": table.owing}
