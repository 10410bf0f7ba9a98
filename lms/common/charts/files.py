"""The file of a chart: its table as CSV, at the page's own address with `chart=<key>`, so under the page's rights."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lms.common.charts.model import Chart
from lms.common.charts.numbers import plain
from lms.common.charts.table import table_of
from lms.common.exports import csv_response

PARAMETER = "chart"


def asked_file(request: HttpRequest, *charts: Chart | None) -> StreamingHttpResponse | None:
    """The file of the one of `charts` that the request wants instead of the page they stand on, else None."""
    wanted = request.GET.get(PARAMETER)
    return next((file_of(chart) for chart in charts if chart is not None and chart.key == wanted), None)


def file_address(request: HttpRequest, chart: Chart) -> str:
    """The page's address with everything that was asked for, and the wish for the file; not the page of a list."""
    asked = request.GET.copy()
    asked.pop("page", None)
    asked[PARAMETER] = chart.key
    return f"?{asked.urlencode()}"


def file_of(chart: Chart) -> StreamingHttpResponse:
    """The numbers of `chart` as CSV: exactly those of its table, sums and note last."""
    lines = list(_lines(chart))  # now, in the asker's language: a response that streams is sent outside of it
    name = "".join("-" if character in '/\\:*?"<>|' else character for character in chart.title)
    return csv_response(f"{name}.csv", lines[0], lines[1:])


def _lines(chart: Chart) -> Iterator[list[str]]:
    table = table_of(chart, lambda value: plain(value, chart.places), "", pgettext("chart", "Total"))
    yield [*table.head, _("Expected")] if chart.has_forecast else list(table.head)
    for label, cells in table.rows:
        line = [label, *(cell.text for cell in cells)]
        if chart.has_forecast:
            line.append(pgettext("chart", "yes") if any(cell.forecast for cell in cells) else "")
        yield line
    if table.sums:
        yield list(table.sums)
    if chart.mark:
        yield [chart.mark.name, plain(chart.mark.value, chart.places)]
    if chart.note:
        yield [chart.note]
