"""Charts: whatever the data, marks stay in the frame, labels keep clear of each other, the order is kept."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.common import charts as charts_package
from lms.common.charts import Chart, Kind, Mark, Series, count_by_range, range_labels, score_edges
from lms.common.charts.bars import PAD, draw_bars
from lms.common.charts.columns import draw_columns
from lms.common.charts.frame import GAP, LEAST, LINE, PLOT, TOP, Tier, along, spread
from lms.common.charts.lines import GRID, draw_lines
from lms.common.charts.model import MOST_BARS
from lms.common.charts.numbers import compact
from lms.common.charts.scale import nice_scale
from lms.common.charts.text import folded, shortened, text_width

WORDS = st.text(alphabet="青石镇党支部云岭0123456789abcWM ·（）", min_size=1, max_size=24).filter(str.strip)
VALUES = st.one_of(st.integers(0, 20), st.integers(0, 10**6), st.integers(0, 10**15))
SLACK = 1e-6


@st.composite
def charts(draw: st.DrawFn, *kinds: Kind, most_labels: int = 30, several: bool = True) -> Chart:
    count, number = draw(st.integers(1, most_labels)), draw(st.integers(1, 6 if several else 1))
    kind = draw(st.sampled_from(kinds))
    values = VALUES if draw(st.booleans()) else st.one_of(st.none(), VALUES)
    forecast = draw(st.one_of(st.none(), st.integers(0, count))) if kind is Kind.LINE else None
    series = tuple(
        Series(draw(WORDS), tuple(draw(st.lists(values, min_size=count, max_size=count))), forecast)
        for _ in range(number)
    )
    return Chart(
        key="any",
        kind=kind,
        title="t",
        category="c",
        labels=tuple(draw(st.lists(WORDS, min_size=count, max_size=count))),
        series=series,
        places=draw(st.sampled_from([0, 2])),
        stacked=kind is not Kind.LINE and draw(st.booleans()),
        steps=draw(st.booleans()),
        mark=draw(st.one_of(st.none(), st.builds(Mark, VALUES, st.just("目标")))),
    )


def say(value: int) -> str:
    return compact(value, 0, "zh-hans")


# --- axes ----------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(1, 10**18), st.integers(2, 8))
def test_an_axis_begins_at_nought_and_has_steps_of_one_two_or_five(maximum: int, most: int) -> None:
    scale = nice_scale(maximum, most=most)
    assert scale.ticks[0] == 0
    assert scale.ticks[-1] == scale.top >= maximum
    assert len(scale.ticks) <= most + 1
    assert str(scale.step).rstrip("0") in {"1", "2", "5"}
    assert scale.top - maximum < scale.step  # no step more than needed


@pytest.mark.parametrize(
    ("maximum", "ticks"),
    [
        (1, (0, 1)),
        (5, (0, 1, 2, 3, 4, 5)),
        (7, (0, 2, 4, 6, 8)),
        (23, (0, 5, 10, 15, 20, 25)),
        (97, (0, 20, 40, 60, 80, 100)),
    ],
)
def test_axes_people_would_draw(maximum: int, ticks: tuple[int, ...]) -> None:
    assert nice_scale(maximum).ticks == ticks


def test_an_axis_of_nothing_still_has_a_top_and_one_below_nought_does_not_exist() -> None:
    assert nice_scale(0, empty=100).ticks == (0, 100)
    with pytest.raises(ValueError, match="begins at 0"):
        nice_scale(-1)


# --- text ----------------------------------------------------------------------------------------------------------


def test_chinese_is_twice_as_wide_as_digits() -> None:
    assert text_width("云岭镇") == 3
    assert text_width("2026") == pytest.approx(2.2)
    assert text_width("云岭，") == 3
    assert text_width("e\u0301") == text_width("e")  # an accent takes no room of its own


@settings(deadline=None)
@given(WORDS, st.floats(0, 30))
def test_shortened_text_fits_and_is_a_beginning(text: str, room: float) -> None:
    short = shortened(text, room)
    assert text_width(short) <= room + SLACK or short == text
    assert text.startswith(short.removesuffix("…"))


@settings(deadline=None)
@given(WORDS, st.floats(2, 12), st.integers(1, 3))
def test_folded_text_fits_line_by_line(text: str, room: float, lines: int) -> None:
    parts = folded(text, room, lines)
    assert len(parts) <= lines
    assert all(text_width(part) <= room + SLACK for part in parts)
    whole = "".join(text.split())
    assert whole.startswith("".join(parts).removesuffix("…").replace(" ", ""))


def test_folding_breaks_between_words_where_there_are_some() -> None:
    assert folded("Party history", 5) == ("Party", "history")
    assert folded("青石镇河湾村党总支", 5) == ("青石镇河湾", "村党总支")
    assert folded("青石镇河湾村党总支第一网格", 5) == ("青石镇河湾", "村党总支…")


# --- labels --------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(WORDS, max_size=60), st.floats(4, 60))
def test_labels_along_the_edge_keep_clear_and_inside(texts: list[str], width: float) -> None:
    centres = [100 * (index + 0.5) / len(texts) for index in range(len(texts))]
    labels = along(texts, centres, width)
    spans = [label.span(width) for label in labels]
    assert all(begin >= -SLACK and end <= width + SLACK for begin, end in spans)
    assert all(right[0] - left[1] >= GAP - SLACK for left, right in pairwise(spans))
    assert [label.index for label in labels] == sorted({label.index for label in labels})
    if texts:
        assert labels[-1].index == len(texts) - 1


def test_all_labels_stand_where_all_have_room() -> None:
    months = [f"{month}月" for month in range(1, 13)]
    centres = [100 * (index + 0.5) / 12 for index in range(12)]
    assert len(along(months, centres, LEAST[Tier.WIDE])) == 12
    assert 2 <= len(along(months, centres, LEAST[Tier.PHONE])) < 12


@settings(deadline=None)
@given(st.lists(st.floats(0, 12), max_size=6))
def test_names_at_the_ends_of_lines_are_moved_apart_in_their_order(wanted: list[float]) -> None:
    placed = spread(wanted, 0, 12)
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    heights = [placed[index] for index in order]
    assert all(below - above >= LINE - SLACK for above, below in pairwise(heights))
    assert all(-SLACK <= height <= 12 + SLACK for height in heights)


# --- pictures ------------------------------------------------------------------------------------------------------


@settings(deadline=None)  # the machine may be busy
@given(charts(Kind.BARS, Kind.COLUMNS, most_labels=60))
def test_bars_stay_in_their_track_and_keep_the_order(chart: Chart) -> None:
    drawing = draw_bars(chart, say)
    shown = [row.index for row in drawing.rows]
    heights = chart.heights()
    assert shown == sorted(shown)
    assert len(shown) == min(MOST_BARS, len(heights))
    left_out = [height for index, height in enumerate(heights) if index not in shown]
    assert (drawing.left_out, drawing.left_out_sum) == (len(left_out), sum(left_out))
    if left_out:
        assert max(left_out) <= min(heights[index] for index in shown)
    for row in drawing.rows:
        for bar in row.bars:
            assert bar.x >= 0
            assert bar.x + bar.width <= 100 + SLACK
            assert bar.y >= PAD - SLACK
            assert bar.y + bar.height <= row.height - PAD + SLACK
            value = chart.series[bar.series].values[row.index]
            assert (bar.width > 0) == bool(value)
        if not chart.stacked:
            assert all(below.y >= above.y + above.height for above, below in pairwise(row.bars))
        else:
            assert all(right.x >= left.x + left.width - SLACK for left, right in pairwise(row.bars))
    if drawing.mark_x is not None:
        assert 0 <= drawing.mark_x <= 100


@settings(deadline=None)  # the machine may be busy
@given(charts(Kind.BARS, several=False))
def test_a_longer_bar_means_a_greater_number(chart: Chart) -> None:
    bars = [(chart.series[0].values[row.index] or 0, row.bars[0].width) for row in draw_bars(chart, say).rows]
    for (value, width), (other, other_width) in pairwise(sorted(bars)):
        assert width <= other_width + SLACK
        assert value <= other


@settings(deadline=None)  # the machine may be busy
@given(charts(Kind.COLUMNS, most_labels=60))
def test_columns_stand_on_the_ground_and_stay_in_the_frame(chart: Chart) -> None:
    drawing = draw_columns(chart, say)
    if drawing is None:
        assert not chart.steps
        return
    for column in drawing.columns:
        assert column.x >= -SLACK
        assert column.x + column.width <= 100 + SLACK
        assert column.y >= TOP - SLACK
        assert column.y + column.height <= TOP + PLOT + SLACK
        if not chart.stacked:
            assert column.y + column.height == pytest.approx(drawing.base)
    assert [(one.index, one.series) for one in drawing.columns] == sorted((o.index, o.series) for o in drawing.columns)
    lefts = [column.x for column in drawing.columns if column.series == 0]
    assert lefts == sorted(lefts)
    width = LEAST[Tier.WIDE]
    above = [value for value in drawing.values if not value.inside]
    spans = [(v.x * width / 100 - text_width(v.text) / 2, v.x * width / 100 + text_width(v.text) / 2) for v in above]
    assert all(right[0] >= left[1] for left, right in pairwise(spans))
    assert all(begin >= -SLACK and end <= width + SLACK for begin, end in spans)
    assert all(0.7 <= value.y <= drawing.height for value in drawing.values)
    for tier, labels in drawing.labels.items():
        ends = [label.span(LEAST[tier]) for label in labels]
        assert all(right[0] > left[1] for left, right in pairwise(ends))
        assert all(begin >= -SLACK and end <= LEAST[tier] + SLACK for begin, end in ends)
    if drawing.mark_y is not None:
        assert TOP - SLACK <= drawing.mark_y <= drawing.base + SLACK


@settings(deadline=None)  # the machine may be busy
@given(charts(Kind.LINE, most_labels=60))
def test_lines_stay_in_the_frame_and_go_from_left_to_right(chart: Chart) -> None:
    drawing = draw_lines(chart, say)
    for line in drawing.lines:
        assert all(0 < point.x < 100 and TOP - SLACK <= point.y <= drawing.base + SLACK for point in line.points)
        assert [point.x for point in line.points] == sorted(point.x for point in line.points)
        assert text_width(line.end) <= drawing.names
        assert TOP - SLACK <= line.end_y <= drawing.base + 0.4
        for path in (line.solid, line.dashed):
            places = [float(part) for part in path.replace("M", " ").replace("L", " ").split()]
            assert all(-0.1 <= place <= GRID + 0.1 for place in places)
        joined = line.solid.count("L") + line.dashed.count("L")
        values = chart.series[line.series].values
        assert joined == sum(a is not None and b is not None for a, b in pairwise(values))
    heights = sorted(line.end_y for line in drawing.lines)
    assert all(below - above >= LINE - SLACK for above, below in pairwise(heights))


def test_what_is_expected_is_dashed_and_begins_where_the_measured_ends() -> None:
    values = (100, 200, 300, 400)
    chart = Chart("line", Kind.LINE, "t", "c", ("1", "2", "3", "4"), (Series("s", values, forecast_from=2),))
    line = draw_lines(chart, say).lines[0]
    assert line.solid.endswith(line.dashed[1 : line.dashed.index("L")])
    assert [point.forecast for point in line.points] == [False, False, True, True]


def test_a_missing_number_lifts_the_pen_and_is_not_nought() -> None:
    chart = Chart("line", Kind.LINE, "t", "c", tuple("12345"), (Series("s", (1, 2, None, 4, 5)),))
    line = draw_lines(chart, say).lines[0]
    assert line.solid.count("M") == 2
    assert len(line.points) == 4
    bars = draw_bars(Chart("bars", Kind.BARS, "t", "c", tuple("12"), (Series("s", (None, 0)),)), say)
    assert [row.values for row in bars.rows] == [("–",), ("0",)]


# --- distributions -------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.integers(0, 100)), st.integers(0, 100))
def test_every_score_lies_in_one_range(scores: list[int], line: int) -> None:
    edges = score_edges(line)
    counts = count_by_range(scores, edges)
    assert sum(counts) == len(scores)
    assert len(range_labels(edges)) == len(counts)
    if line in edges[:-1]:
        reached = sum(n for edge, n in zip(edges, counts, strict=False) if edge >= line)
        assert reached == sum(score >= line for score in scores)


def test_the_pass_line_stands_between_failed_and_passed() -> None:
    edges = score_edges(60)
    counts = count_by_range([0, 59, 60, 100], edges)
    chart = Chart(
        "scores",
        Kind.DISTRIBUTION,
        "t",
        "c",
        range_labels(edges),
        (Series("s", counts),),
        edges=edges,
        mark=Mark(60, "线"),
    )
    drawing = draw_columns(chart, say)
    assert drawing is not None
    assert drawing.mark_x == 60
    assert [column.failed for column in drawing.columns] == [True] * 6 + [False] * 4
    assert all((column.x + column.width <= 60) == column.failed for column in drawing.columns)
    assert [row.mark_before for row in draw_bars(chart, say).rows].index(True) == 6
    with pytest.raises(ValueError, match="outside"):
        count_by_range([101], edges)


def test_a_pass_line_of_all_marks_calls_nobody_in_the_last_range_failed() -> None:
    edges = score_edges(100)
    series = (Series("s", count_by_range([85, 95, 100], edges)),)
    chart = Chart("a", Kind.DISTRIBUTION, "t", "c", range_labels(edges), series, edges=edges, mark=Mark(100, "线"))
    drawing = draw_columns(chart, say)
    assert drawing is not None
    assert [column.failed for column in drawing.columns] == [True] * 9 + [False]


@pytest.mark.parametrize(
    "name", ["bars", "columns", "frame", "lines", "model", "numbers", "ranges", "scale", "table", "text"]
)
def test_layout_needs_no_django(name: str) -> None:
    source = Path(charts_package.__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    assert "django" not in source
