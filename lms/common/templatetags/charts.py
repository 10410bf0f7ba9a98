"""`{% chart figure %}`: a chart with its words, its table and its file."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.template.context import RequestContext
from django.utils.translation import gettext as _

from lms.common.charts import wording
from lms.common.charts.bars import Bars, draw_bars
from lms.common.charts.columns import Columns, draw_columns, stays_columns
from lms.common.charts.files import file_address
from lms.common.charts.frame import LINE
from lms.common.charts.lines import Lines, draw_lines
from lms.common.charts.model import Chart, Kind
from lms.common.charts.table import Table

register = template.Library()


@dataclass(frozen=True)
class Key:
    """One line of the legend: a series (1 to 6), 'failed', 'passed', 'mark' or 'forecast'; its name and last value."""

    look: str
    name: str
    value: str = ""


@dataclass(frozen=True)
class Figure:
    """Everything the template needs, worked out. Bars go with columns: they are for narrow screens."""

    chart: Chart
    message: str
    table: Table
    legend: tuple[Key, ...]
    bars: Bars | None = None
    columns: Columns | None = None
    lines: Lines | None = None
    left_out: str = ""

    @property
    def several(self) -> bool:
        """More than one series: they get patterns."""
        return len(self.chart.series) > 1


def figure_of(chart: Chart) -> Figure:
    """`chart` drawn and put into words, in the language in force."""

    def say(value: int) -> str:
        return wording.at_the_bar(chart, value)

    message, table = wording.message(chart), wording.table(chart)
    if chart.is_empty:
        return Figure(chart, message, table, ())
    if chart.kind is Kind.LINE:
        lines = draw_lines(chart, say)
        return Figure(chart, message, table, _legend(chart, lines), lines=lines)
    columns = draw_columns(chart, say) if chart.kind in (Kind.COLUMNS, Kind.DISTRIBUTION) else None
    if columns is not None and stays_columns(chart):
        return Figure(chart, message, table, _legend(chart), columns=columns)
    bars = draw_bars(chart, say) if columns is None else draw_bars(chart, say, len(chart.labels))
    left_out = wording.left_out(chart, len(bars.rows), bars.left_out, bars.left_out_sum)
    return Figure(chart, message, table, _legend(chart), bars=bars, columns=columns, left_out=left_out)


def _legend(chart: Chart, lines: Lines | None = None) -> tuple[Key, ...]:
    keys = []
    last = {line.series: line.last for line in lines.lines} if lines else {}
    if len(chart.series) > 1:
        keys = [Key(str(n + 1), series.name, last.get(n, "")) for n, series in enumerate(chart.series)]
    if chart.kind is Kind.DISTRIBUTION and chart.mark and chart.mark.value in chart.edges[1:-1]:
        keys += [Key("failed", _("Below it")), Key("passed", _("Reached it"))]
    if chart.mark:
        value = wording.with_unit(chart, chart.mark.value) if chart.kind is not Kind.DISTRIBUTION else chart.mark.value
        keys.insert(0, Key("mark", f"{chart.mark.name} {value}"))
    if chart.has_forecast:
        keys.append(Key("forecast", _("Expected")))
    return tuple(keys)


@register.inclusion_tag("components/_chart.html", takes_context=True)
def chart(context: RequestContext, chart: Chart, level: int = 3, half: bool = False) -> dict[str, object]:
    """Draw `chart`, its title a heading of `level` 2 to 4. `half`: it stands beside something and has little width."""
    request = context.get("request")
    return {
        "figure": figure_of(chart),
        "chart": chart,
        "id": f"chart-{chart.key}",
        "level": level,
        "half": half,
        "file": file_address(request, chart) if request is not None else "",
    }


@register.filter
def em(length: float) -> str:
    """A length as an SVG attribute, never with a decimal comma: 3.25 -> '3.25em'."""
    return f"{round(length, 2):g}em"


@register.filter
def share(part: float) -> str:
    """A place across as an SVG attribute: 12.5 -> '12.5%'."""
    return f"{round(part, 3):g}%"


@register.filter
def plus(number: float, more: float) -> float:
    """Arithmetic of places: `number` + `more`."""
    return number + float(more)


@register.filter
def below(baseline: float, line: int) -> float:
    """The baseline of the `line`-th line (from 0) under the first at `baseline`, in em."""
    return baseline + line * LINE
