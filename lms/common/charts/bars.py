"""Bars one below the other. Names and values are HTML beside them: text that wraps and cannot overlap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lms.common.charts.model import MOST_BARS, Chart, Kind
from lms.common.charts.text import text_width

Say = Callable[[int], str]

THICK = 1.15  # em; one bar in a row
THIN = 1.0  # several side by side
BETWEEN = 0.2  # such bars; with THIN it makes a line of text, so values stand beside their bars
PAD = 0.3  # above and below the bars of a row
LEAST_VISIBLE = 0.5  # per cent: what is not nought can be seen
SHORT = 4.0  # em
BAR_WIDTH = 18.0  # em: bars are at least this long in the wide layout; only there values are written inside


@dataclass(frozen=True)
class Bar:
    """One mark: `x` and `width` in per cent, `y` and `height` in em."""

    series: int
    x: float
    width: float
    y: float
    height: float
    text: str  # the value; '–' where none is known
    title: str  # what it is, with the value
    text_inside: bool  # there is room for it within the mark
    failed: bool = False  # below the pass line

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def baseline(self) -> float:
        """Where text in the middle of the mark stands."""
        return self.y + self.height / 2 + 0.36


@dataclass(frozen=True)
class Row:
    """One name with its bars. `values` are written at the end, from top to bottom."""

    index: int
    label: str
    height: float
    bars: tuple[Bar, ...]
    values: tuple[str, ...]
    mark_before: bool = False  # the pass line lies between this row and the one above


@dataclass(frozen=True)
class Bars:
    """All rows that are drawn, in the order of the data. `mark_x`: the target, in per cent.

    `short`: the names are so short (months, ranges) that they stand beside their bars on a phone too.
    """

    rows: tuple[Row, ...]
    mark_x: float | None
    left_out: int  # names that stand in the table only
    left_out_sum: int
    short: bool


def draw_bars(chart: Chart, say: Say, most: int = MOST_BARS) -> Bars:
    """The rows of `chart`: all, or the `most` greatest in their own order. `say` writes a value."""
    heights = chart.heights()
    shown = _greatest(heights, most)
    top = chart.maximum() or 1
    rows = tuple(_row(chart, index, top, say) for index in shown)
    hidden = [height for index, height in enumerate(heights) if index not in set(shown)]
    short = all(text_width(row.label) <= SHORT for row in rows)
    mark = chart.mark if chart.kind is not Kind.DISTRIBUTION else None
    return Bars(rows, 100 * mark.value / top if mark else None, len(hidden), sum(hidden), short)


def _greatest(heights: tuple[int, ...], most: int) -> list[int]:
    order = sorted(range(len(heights)), key=lambda index: (-heights[index], index))
    return sorted(order[:most])


def _row(chart: Chart, index: int, top: int, say: Say) -> Row:
    values = [series.values[index] for series in chart.series]
    failed = is_failed(chart, index)
    beside = len(values) > 1 and not chart.stacked
    thickness = THIN if beside else THICK
    bars, start = [], 0
    for number, value in enumerate(values):
        length = 100 * (value or 0) / top
        if value and not chart.stacked:
            length = max(length, LEAST_VISIBLE)
        text = "–" if value is None else say(value)
        inside = chart.stacked and bool(value) and text_width(text) + 0.5 <= length * BAR_WIDTH / 100
        title = f"{chart.names(index, number)}: {text}"
        y = PAD + (number * (THIN + BETWEEN) if beside else 0)
        bars.append(Bar(number, 100 * start / top, length, y, thickness, text, title, inside, failed))
        if chart.stacked:
            start += value or 0
    height = bars[-1].y + thickness + PAD
    known = any(value is not None for value in values)
    sums = (say(start) if known else "–",) if chart.stacked else tuple(bar.text for bar in bars)
    return Row(index, chart.labels[index], height, tuple(bars), sums, _mark_before(chart, index))


def is_failed(chart: Chart, index: int) -> bool:
    """Whether the whole range `index` of a distribution lies below its pass line."""
    if chart.kind is not Kind.DISTRIBUTION or chart.mark is None:
        return False
    last = index == len(chart.labels) - 1  # it holds its upper end too
    return chart.edges[index + 1] <= chart.mark.value and not last


def _mark_before(chart: Chart, index: int) -> bool:
    if chart.kind is not Kind.DISTRIBUTION or chart.mark is None:
        return False
    return index > 0 and chart.edges[index] == chart.mark.value
