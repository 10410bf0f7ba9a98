"""The numbers of a chart as a table: for the page and for the file, from one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lms.common.charts.model import Chart, Kind


@dataclass(frozen=True)
class Cell:
    """One number, written; whether it is expected rather than measured."""

    text: str
    forecast: bool = False


@dataclass(frozen=True)
class Table:
    """The heads of the columns and, for each label, its cells. `sums` is the last line, if there is one."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    sums: tuple[str, ...] = ()


def table_of(chart: Chart, write: Callable[[int], str], unknown: str, total: str) -> Table:
    """All numbers of `chart`, also those there was no room to draw.

    `write` writes a number, `unknown` stands where there is none, `total` heads a column (of stacked series) and a
    line (where values may be summed up).
    """
    stacked = chart.stacked and len(chart.series) > 1
    names = [_head(series.name, chart.unit) for series in chart.series]
    rows = []
    for index, label in enumerate(chart.labels):
        values = [(series.values[index], series.is_forecast(index)) for series in chart.series]
        cells = [Cell(unknown if value is None else write(value), forecast) for value, forecast in values]
        if stacked:
            cells.append(Cell(write(sum(value or 0 for value, _ in values))))
        rows.append((label, tuple(cells)))
    head = (chart.category, *names, _head(total, chart.unit)) if stacked else (chart.category, *names)
    return Table(head, tuple(rows), _sums(chart, write, total, stacked))


def _head(name: str, unit: str) -> str:
    """The name with its unit, unless the name says it already: 'Hours', 'Lectures (hours)'."""
    return name if not unit or unit.casefold() in name.casefold() else f"{name} ({unit})"


def _sums(chart: Chart, write: Callable[[int], str], total: str, stacked: bool) -> tuple[str, ...]:
    if not chart.additive or chart.kind in (Kind.LINE, Kind.PROGRESS) or len(chart.labels) < 2:
        return ()
    sums = [sum(value or 0 for value in series.values) for series in chart.series]
    return (total, *(write(one) for one in sums), *((write(sum(sums)),) if stacked else ()))
