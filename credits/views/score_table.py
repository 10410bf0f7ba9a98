"""Score tables: on the page and as a file, from the same query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from credits import access as credit_access
from credits import queries
from credits.forms import ScoreTableForm
from credits.queries import ScoreRow, ScoreTable
from lms.common import clock
from lms.common.clock import SHANGHAI
from lms.common.errors import DomainError
from lms.common.exports import Cell, csv_response
from lms.common.tables import EXPORT, Column, Table, by_pinyin
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
    form = ScoreTableForm(request.GET, now=now)
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
        whole = queries.score_table(organization, form.cleaned_data["year"], form.cleaned_data["as_of"])
        _record(request, "credits.read_score_table", whole, now)
        table = listed(request, form, whole)
        context |= {
            "scores": whole,
            "as_of": _to_the_second(whole.as_of),
            "table": table,
            "sums": queries.with_rows(whole, table.all_rows),
            "csv_url": _csv_url(whole, table),
            "period": urlencode({"year": whole.year, "as_of": request.GET.get("as_of", "")}),
        }
    return render(request, "credits/score_table.html", context)


@require_safe
def download(request: HttpRequest, organization_id: int) -> HttpResponseBase:
    """The same table as a CSV file; the same year and instant give the same bytes.

    What the address asks besides (filters, another order, some columns only) makes it an excerpt, and it says so.
    """
    organization = access.organization_for_view(request, organization_id)
    now = clock.now()
    form = ScoreTableForm(request.GET, now=now)
    if not form.is_valid():
        words = " ".join(str(message) for messages in form.errors.values() for message in messages)
        raise DomainError("bad_period", words)
    whole = queries.score_table(organization, form.cleaned_data["year"], form.cleaned_data["as_of"])
    _record(request, "credits.export_score_table", whole, now)
    table = listed(request, form, whole, for_file=True)
    rows = list(lines(whole, table))  # now, in the asker's language: a response that streams is sent outside of it
    return csv_response(file_name(whole), [str(column.label) for column in table.shown], rows)


def listed(request: HttpRequest, form: ScoreTableForm, whole: ScoreTable, *, for_file: bool = False) -> Table:
    """The rows of `whole` that the request asks for, in its order and columns."""
    rows = [row for row in whole.rows if form.wants(row)]
    return Table(
        request,
        "scores",
        columns(whole),
        rows,
        form=form,
        subject=form.PERIOD,
        size=ROWS_PER_PAGE,
        for_file=for_file,
    )


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


def _csv_url(whole: ScoreTable, table: Table) -> str:
    """The file of exactly the table on the page: with its instant, to the microsecond."""
    asked = [("year", str(whole.year)), ("as_of", whole.as_of.isoformat())]
    taken = {"year", "as_of", EXPORT}
    narrowed = [pair for pair in parse_qsl(urlsplit(table.file_address).query) if pair[0] not in taken]
    return f"{reverse('credits:score-table-csv', args=[whole.organization.pk])}?{urlencode(asked + narrowed)}"


def _to_the_second(instant: datetime) -> str:
    """An instant as tables write it, and its seconds: the same table can be asked for again."""
    local = instant.astimezone(SHANGHAI)
    return f"{date_format(local, 'SHORT_DATETIME_FORMAT')}:{local:%S}"


def file_name(table: ScoreTable) -> str:
    """'<organization>_<year>_.._<instant in Shanghai>.csv', without characters that mean something in a path."""
    name = _("%(organization)s_%(year)d_score_table_as_of_%(as_of)s") % {
        "organization": table.organization.name,
        "year": table.year,
        "as_of": f"{table.as_of.astimezone(SHANGHAI):%Y%m%d-%H%M%S}",
    }
    return "".join("-" if character in '/\\:*?"<>|' else character for character in name) + ".csv"


def columns(table: ScoreTable) -> tuple[Column, ...]:
    """The columns, on the page and in the file."""
    found = (
        Column("position", pgettext_lazy("score table", "No."), number=True, always=True),
        Column("rank", pgettext_lazy("score table", "Rank"), number=True),
        Column("organization", pgettext_lazy("score table", "Organization")),
        Column(
            "full_name",
            pgettext_lazy("score table", "Name"),
            by=lambda row: by_pinyin(row.full_name),
            heading=True,
            always=True,
        ),
        Column("learner_no", pgettext_lazy("score table", "Learner number"), by=lambda row: row.learner_no),
        Column("kind_label", pgettext_lazy("score table", "Identity")),
        Column("total", pgettext_lazy("score table", "Total hours"), _hours("total"), by=_of("total"), number=True),
        Column(
            "lectures", pgettext_lazy("score table", "Lectures"), _hours("lectures"), by=_of("lectures"), number=True
        ),
        Column("exams", pgettext_lazy("score table", "Exams"), _hours("exams"), by=_of("exams"), number=True),
        Column("target", pgettext_lazy("score table", "Hours owed"), _hours("target"), by=_of("target"), number=True),
        Column("met", pgettext_lazy("score table", "Target met"), _met_in_words, by=_of("met")),
    )
    return tuple(column for column in found if table.ranked or column.key != "rank")


def _of(name: str) -> Callable[[ScoreRow], Any]:
    return lambda row: getattr(row, name)


def _hours(name: str) -> Callable[[ScoreRow], Cell]:
    """An amount of hours as people read it; nothing where nothing is owed."""

    def said(row: ScoreRow) -> str:
        amount = getattr(row, name)
        return "" if amount is None else hours(amount)

    return said


def _met_in_words(row: ScoreRow) -> str:
    if row.met is None:
        return ""
    return pgettext("score table", "yes") if row.met else pgettext("score table", "no")


def lines(whole: ScoreTable, table: Table) -> Iterator[list[Cell]]:
    """One line per member, then the sums, then what the table is and as of when."""
    yield from table.lines
    sums = queries.with_rows(whole, table.all_rows)
    words_of_sums: dict[str, Cell] = {
        "total": hours(sums.total),
        "lectures": hours(sums.lectures),
        "exams": hours(sums.exams),
        "met": _("%(met)d of %(owing)d") % {"met": sums.met, "owing": sums.owing},
        "organization": pgettext("score table", "Total"),
        "full_name": _("%(n)d people") % {"n": len(sums.rows)},
    }
    yield [words_of_sums.get(column.key, "") for column in table.shown]
    words = _("%(organization)s, year %(year)d, as of %(as_of)s (Beijing time), %(n)d rows") % {
        "organization": whole.organization.name,
        "year": whole.year,
        "as_of": f"{whole.as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S.%f}",
        "n": len(sums.rows),
    }
    blank: list[Cell] = [""] if whole.ranked else []
    yield ["", *blank, words]
    if len(sums.rows) < len(whole.rows):
        excerpt = _("Excerpt: %(n)d of %(all)d people") % {"n": len(sums.rows), "all": len(whole.rows)}
        yield ["", *blank, excerpt, "; ".join(f"{chip.label}: {chip.words}" for chip in table.chips)]
