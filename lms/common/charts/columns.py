"""Columns side by side, single, grouped, stacked, or the ranges of a distribution, on an axis from nought."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from lms.common.charts.bars import Say, is_failed
from lms.common.charts.frame import GAP, LEAST, LINE, PLOT, TOP, Label, Tier, along
from lms.common.charts.model import Chart, Kind
from lms.common.charts.scale import Scale, nice_scale
from lms.common.charts.text import folded, text_width

BAND_FILLED = 0.68  # of the room of a label; the rest is air
MOST_AS_BARS = 24  # more columns stay columns on a phone too: nobody scrolls through a year of days


@dataclass(frozen=True)
class Tick:
    """A line of the axis at `y` em, with its number."""

    y: float
    text: str


@dataclass(frozen=True)
class Column:
    """One mark: `x` and `width` in per cent, `y` and `height` in em; what it stands for."""

    index: int
    series: int
    x: float
    width: float
    y: float
    height: float
    text: str
    title: str
    failed: bool

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True)
class Value:
    """A number written on the plot; `y` is its baseline in em."""

    x: float
    y: float
    text: str
    inside: bool = False


@dataclass(frozen=True)
class Columns:
    """A drawing `height` em high with the axis' numbers in a gutter `gutter` em wide, left of it."""

    height: float
    base: float
    gutter: float
    ticks: tuple[Tick, ...]
    columns: tuple[Column, ...]
    values: tuple[Value, ...]
    labels: dict[Tier, tuple[Label, ...]]
    mark_y: float | None = None  # a target
    mark_x: float | None = None  # a pass line

    @property
    def mark_anchor(self) -> str:
        return "end" if (self.mark_x or 0) > 50 else "start"


def y_of(scale: Scale, value: int) -> float:
    """Where `value` is on the plot, in em from the top of the drawing."""
    return TOP + PLOT * (1 - scale.share(value))


def ticks_of(scale: Scale, say: Say) -> tuple[tuple[Tick, ...], float]:
    """The lines of the axis, and the width of the gutter their numbers need, in em."""
    ticks = tuple(Tick(y_of(scale, value), say(value)) for value in scale.ticks)
    return ticks, max(text_width(tick.text) for tick in ticks) + 0.7


def stays_columns(chart: Chart) -> bool:
    """Whether `chart` is drawn as columns on a phone too, its labels thinned out."""
    return len(chart.labels) > MOST_AS_BARS


def draw_columns(chart: Chart, say: Say) -> Columns | None:
    """The columns of `chart`; None when its names have no room below them, so that bars are the better drawing."""
    labels = _labels(chart)
    if labels is None:
        return None
    scale = nice_scale(chart.maximum(), empty=int(10**chart.places))
    ticks, gutter = ticks_of(scale, say)
    columns = _columns(chart, scale, say)
    values = _sums(chart, scale, say) if chart.stacked else ()
    if chart.stacked:
        values += _segments(columns)
    else:
        values = _tops(columns)
    lines = max((len(label.lines) for tier in labels.values() for label in tier), default=1)
    mark_x = mark_y = None
    if chart.mark and chart.kind is Kind.DISTRIBUTION:
        mark_x = 100 * (chart.mark.value - chart.edges[0]) / (chart.edges[-1] - chart.edges[0])
    elif chart.mark:
        mark_y = y_of(scale, chart.mark.value)
    base = TOP + PLOT
    return Columns(base + 0.6 + LINE * lines, base, gutter, ticks, columns, values, labels, mark_y, mark_x)


def _columns(chart: Chart, scale: Scale, say: Say) -> tuple[Column, ...]:
    count = len(chart.labels)
    beside = 1 if chart.stacked else len(chart.series)
    found = []
    for index in range(count):
        left, band = _band(chart, index)
        below = 0
        for number, series in enumerate(chart.series):
            value = series.values[index]
            if value is None:
                continue
            filled = 0.94 if chart.kind is Kind.DISTRIBUTION else BAND_FILLED
            width = band * filled / beside
            x = left + band * (1 - filled) / 2 + (0 if chart.stacked else number * width)
            y = y_of(scale, below + value)
            height = y_of(scale, below) - y
            text, title = say(value), f"{chart.names(index, number)}: {say(value)}"
            found.append(Column(index, number, x, width * 0.94, y, height, text, title, is_failed(chart, index)))
            below += value if chart.stacked else 0
    return tuple(found)


def _band(chart: Chart, index: int) -> tuple[float, float]:
    """Where the room of label `index` begins and how wide it is, in per cent."""
    if chart.kind is Kind.DISTRIBUTION:
        whole = chart.edges[-1] - chart.edges[0]
        begin, end = chart.edges[index], chart.edges[index + 1]
        return 100 * (begin - chart.edges[0]) / whole, 100 * (end - begin) / whole
    band = 100 / len(chart.labels)
    return index * band, band


def _tops(columns: tuple[Column, ...]) -> tuple[Value, ...]:
    """The values above their columns: all of them, or none when one has no room beside its neighbours."""
    width = LEAST[Tier.WIDE]
    values = tuple(Value(column.middle, column.y - 0.4, column.text) for column in columns)
    spans = [(one.x * width / 100, text_width(one.text) / 2) for one in values]
    clear = all(b - a >= w + v + GAP / 2 for (a, w), (b, v) in pairwise(spans))
    framed = all(at - half >= 0 and at + half <= width for at, half in spans)
    return values if clear and framed else ()


def _sums(chart: Chart, scale: Scale, say: Say) -> tuple[Value, ...]:
    band = LEAST[Tier.WIDE] / max(1, len(chart.labels))
    values = []
    for index, height in enumerate(chart.heights()):
        left, width = _band(chart, index)
        values.append(Value(left + width / 2, y_of(scale, height) - 0.4, say(height)))
    return tuple(values) if all(text_width(one.text) + GAP / 2 <= band for one in values) else ()


def _segments(columns: tuple[Column, ...]) -> tuple[Value, ...]:
    """The parts of stacked columns, written inside where they are high and wide enough."""
    return tuple(
        Value(column.middle, column.y + column.height / 2 + 0.36, column.text, inside=True)
        for column in columns
        if column.height >= LINE + 0.2 and text_width(column.text) + 0.4 <= column.width * LEAST[Tier.WIDE] / 100
    )


def _labels(chart: Chart) -> dict[Tier, tuple[Label, ...]] | None:
    if chart.kind is Kind.DISTRIBUTION:
        edges = [edge - chart.edges[0] for edge in chart.edges]
        centres = [100 * edge / edges[-1] for edge in edges] if edges else []
        return {tier: along([str(edge) for edge in chart.edges], centres, LEAST[tier]) for tier in Tier}
    bands = [_band(chart, index) for index in range(len(chart.labels))]
    centres = [left + width / 2 for left, width in bands]
    if chart.steps:
        return {tier: along(chart.labels, centres, LEAST[tier]) for tier in Tier}
    room = LEAST[Tier.WIDE] / max(1, len(chart.labels)) - GAP
    lines = [folded(label, room) for label in chart.labels]
    if any(
        not parts or "".join(parts).replace(" ", "") != "".join(text.split())
        for parts, text in zip(lines, chart.labels, strict=True)
    ):
        return None
    return {Tier.WIDE: tuple(Label(centres[i], "middle", parts, i) for i, parts in enumerate(lines))}
