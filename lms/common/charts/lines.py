"""Lines over steps of time, with what is expected drawn dashed and the name of each line at its end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from lms.common.charts.bars import Say
from lms.common.charts.columns import Tick, ticks_of, y_of
from lms.common.charts.frame import LEAST, LINE, PLOT, TOP, Label, Tier, along, spread
from lms.common.charts.model import Chart
from lms.common.charts.scale import Scale, nice_scale
from lms.common.charts.text import shortened, text_width

MOST_MARKED = 40  # with more points the marks would run into each other
NAME_ROOM = 9.0  # em, for the names at the end of lines
MARK_ROOM = 1.7  # em, for the mark before them
GRID = 1000  # the box that paths are drawn in, stretched over the plot by the browser


@dataclass(frozen=True)
class Point:
    """A number on its line: `x` in per cent, `y` in em."""

    x: float
    y: float
    title: str
    forecast: bool


@dataclass(frozen=True)
class Line:
    """One series: `solid` and `dashed` are SVG paths in a box of GRID by GRID; `marked` are drawn as marks."""

    series: int
    solid: str
    dashed: str
    points: tuple[Point, ...]
    marked: tuple[Point, ...]
    last: str  # its last number, written
    end: str  # its name as it stands at the end
    end_y: float


@dataclass(frozen=True)
class Lines:
    """A drawing `height` em high: a gutter with numbers, the plot, and names in `names` em to the right."""

    height: float
    base: float
    plot_top: float
    plot_height: float
    gutter: float
    names: float
    ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    labels: dict[Tier, tuple[Label, ...]]
    mark_y: float | None


def draw_lines(chart: Chart, say: Say) -> Lines:
    """The lines of `chart`."""
    scale = nice_scale(chart.maximum(), empty=int(10**chart.places))
    ticks, gutter = ticks_of(scale, say)
    count = max(1, len(chart.labels))
    centres = [100 * (index + 0.5) / count for index in range(len(chart.labels))]
    points = [_points(chart, number, centres, scale, say) for number in range(len(chart.series))]
    drawn = [number for number, own in enumerate(points) if own]
    ends = dict(zip(drawn, spread([points[n][-1][1].y + 0.36 for n in drawn], TOP, TOP + PLOT + 0.36), strict=True))
    room = NAME_ROOM
    lines = tuple(_line(chart, number, points[number], ends[number], room, say) for number in drawn)
    names = max((text_width(line.end) for line in lines), default=0) + MARK_ROOM
    widths = LEAST | {Tier.WIDE: LEAST[Tier.WIDE] - names}  # only there the names stand beside the plot
    return Lines(
        height=TOP + PLOT + 0.6 + LINE,
        base=TOP + PLOT,
        plot_top=TOP,
        plot_height=PLOT,
        gutter=gutter,
        names=names,
        ticks=ticks,
        lines=lines,
        labels={tier: along(chart.labels, centres, widths[tier]) for tier in Tier},
        mark_y=y_of(scale, chart.mark.value) if chart.mark else None,
    )


def _points(chart: Chart, number: int, centres: list[float], scale: Scale, say: Say) -> list[tuple[int, Point]]:
    series = chart.series[number]
    return [
        (
            index,
            Point(
                centres[index],
                y_of(scale, value),
                f"{chart.names(index, number)}: {say(value)}",
                series.is_forecast(index),
            ),
        )
        for index, value in enumerate(series.values)
        if value is not None
    ]


def _line(chart: Chart, number: int, points: list[tuple[int, Point]], end_y: float, room: float, say: Say) -> Line:
    known = {index for index, _ in points}
    alone = [point for index, point in points if not {index - 1, index + 1} & known]
    pairs = [(a, b) for (i, a), (j, b) in pairwise(points) if j == i + 1]
    solid = _path([pair for pair in pairs if not pair[1].forecast])
    dashed = _path([pair for pair in pairs if pair[1].forecast])
    every = tuple(point for _, point in points)
    values = [value for value in chart.series[number].values if value is not None]
    last = say(values[-1])
    name = chart.series[number].name
    end = f"{shortened(name, room - text_width(last) - 0.55)} {last}".strip() if len(chart.series) > 1 else last
    marked = every if len(chart.labels) <= MOST_MARKED else tuple(alone)
    return Line(number, solid, dashed, every, marked, last, end, end_y)


def _path(pairs: list[tuple[Point, Point]]) -> str:
    """Neighbouring points joined; the pen is lifted where a number is missing."""
    path, pen = "", None
    for begin, end in pairs:
        path += ("" if begin is pen else f"M{_at(begin)}") + f"L{_at(end)}"
        pen = end
    return path


def _at(point: Point) -> str:
    return f"{point.x * GRID / 100:.1f} {(point.y - TOP) * GRID / PLOT:.1f}"
