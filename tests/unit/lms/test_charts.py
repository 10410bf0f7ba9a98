"""Charts: numbers as people write them, data that is refused, words, the table and the file."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.common.charts import Chart, ChartError, Kind, Mark, Series, wording
from lms.common.charts.files import asked_file, file_address
from lms.common.charts.numbers import compact, plain, written


def bars(*values: int | None, **more: object) -> Chart:
    labels = tuple("甲乙丙丁戊己庚辛"[: len(values)])
    facts: dict[str, object] = {"unit": "人"} | more
    return Chart("any", Kind.BARS, "题目", "组织", labels, (Series("人数", values),), **facts)  # type: ignore[arg-type]


# --- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "places", "chinese", "english"),
    [
        (0, 0, "0", "0"),
        (1250, 2, "12.5", "12.5"),
        (9999, 0, "9,999", "9,999"),
        (12000, 0, "1.2万", "12K"),
        (123456, 0, "12.35万", "123.46K"),
        (99_995_000, 0, "9,999.5万", "100M"),
        (99_999_999, 0, "1亿", "100M"),
        (1_234_567_890_123, 0, "1.23万亿", "1.23T"),
        (1_000_000, 2, "1万", "10K"),
    ],
)
def test_short_numbers_in_the_form_of_each_language(value: int, places: int, chinese: str, english: str) -> None:
    assert compact(value, places, "zh-hans") == chinese
    assert compact(value, places, "en") == english


@settings(deadline=None)
@given(st.integers(-(10**15), 10**15), st.sampled_from([0, 2]))
def test_exact_numbers_lose_nothing(value: int, places: int) -> None:
    assert round(float(plain(value, places)) * 10**places) == pytest.approx(value)
    assert written(value, places).replace(",", "") == plain(value, places)


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: bars(3, -1), "'乙': -1 is negative"),
        (lambda: bars(True), "whole numbers, not True"),
        (lambda: bars(1.5), "whole numbers, not 1.5"),  # type: ignore[arg-type]
        (lambda: bars(1, mark=Mark(-5, "目标")), "mark '目标' is negative"),
        (lambda: Chart("A b", Kind.BARS, "t", "c", (), (Series("s", ()),)), "key"),
        (lambda: Chart("a", Kind.BARS, "t", "c", ("x",), ()), "1 to 6 series"),
        (lambda: Chart("a", Kind.BARS, "t", "c", ("x",), tuple(Series(str(n), (1,)) for n in range(7))), "not 7"),
        (lambda: Chart("a", Kind.BARS, "t", "c", ("x",), (Series("s", (1, 2)),)), "2 values, 1 labels"),
        (lambda: Chart("a", Kind.BARS, "t", "c", ("x",), (Series("s", (1,), forecast_from=0),)), "forecast"),
        (lambda: Chart("a", Kind.LINE, "t", "c", ("x",), (Series("s", (1,)),), stacked=True), "stacked"),
        (lambda: Chart("a", Kind.PROGRESS, "t", "c", ("x",), (Series("s", (1,)),)), "target above 0"),
        (lambda: Chart("a", Kind.DISTRIBUTION, "t", "c", ("x",), (Series("s", (1,)),), edges=(0,)), "edges"),
        (
            lambda: Chart(
                "a", Kind.DISTRIBUTION, "t", "c", ("x",), (Series("s", (1,)),), edges=(0, 9), mark=Mark(10, "")
            ),
            "outside the ranges",
        ),
    ],
)
def test_data_that_cannot_be_drawn_honestly_is_refused_with_its_place(make: object, says: str) -> None:
    with pytest.raises(ChartError, match=says):
        make()  # type: ignore[operator]


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chart", "says"),
    [
        (bars(), "There are no figures yet."),
        (bars(None, None), "There are no figures yet."),
        (bars(7), "甲: 7 人."),
        (bars(0, 0, 0), "All the same: 0 人."),
        (bars(3, 12, 5), "Highest: 乙, 12 人. Lowest: 甲, 3 人."),
        (bars(3, None, 5), "Highest: 丙, 5 人. Lowest: 甲, 3 人."),
        (bars(3, 3, 12), "Highest: 丙, 12 人. Lowest: 甲 and others (2 in all), 3 人."),
        (bars(12345, 60, unit="%"), "Highest: 甲, 12,345%. Lowest: 乙, 60%."),
        (bars(1, 2, message="自己的话。"), "自己的话。"),
    ],
)
def test_the_main_message_in_words(chart: Chart, says: str) -> None:
    with translation.override("en"):
        assert wording.message(chart) == says


def test_words_of_the_other_kinds() -> None:
    two = (Series("课程", (900, 100)), Series("考试", (200, 300)))
    grouped = Chart("a", Kind.COLUMNS, "t", "c", ("甲", "乙"), two, places=2)
    stacked = Chart("a", Kind.COLUMNS, "t", "c", ("甲", "乙"), two, places=2, stacked=True)
    line = Chart("a", Kind.LINE, "t", "c", tuple("1234"), (Series("s", (1, 9, 5, 6), forecast_from=3),))
    lines = Chart("a", Kind.LINE, "t", "c", ("1", "2"), (Series("甲", (1, 2)), Series("乙", (3, 9))))
    scores = Chart(
        "a",
        Kind.DISTRIBUTION,
        "t",
        "c",
        ("0–59", "60–100"),
        (Series("s", (1, 3)),),
        edges=(0, 60, 100),
        mark=Mark(60, "line"),
    )
    owing = Chart(
        "a",
        Kind.PROGRESS,
        "t",
        "c",
        ("甲",),
        two_parts := (Series("课程", (900,)), Series("考试", (100,))),
        unit="h",
        places=2,
        stacked=True,
        mark=Mark(3200, "目标"),
    )
    met = Chart(
        "a", Kind.PROGRESS, "t", "c", ("甲",), two_parts, unit="h", places=2, stacked=True, mark=Mark(1000, "目标")
    )
    with translation.override("en"):
        said = [wording.message(chart) for chart in (grouped, stacked, line, lines, scores, owing, met)]
    assert said == [
        "Highest: 甲 · 课程, 9. Lowest: 乙 · 课程, 1.",
        "Highest: 甲, 11. Lowest: 乙, 4.",
        "Highest: 2, 9. Lowest: 1, 1. Last: 3, 5. Expected for 4: 6.",
        "2: Highest: 乙, 9. Lowest: 甲, 2.",
        "4 in all; most often 60–100: 3. line 60: reached by 3.",
        "10 h of 32 h; 22 h to go.",
        "10 h. The target of 10 h is met.",
    ]


# --- the file ------------------------------------------------------------------------------------------------------


def read(chart: Chart) -> list[list[str]]:
    response = asked_file(RequestFactory().get("/", {"chart": chart.key}), chart)
    assert response is not None
    text = b"".join(response).decode("utf-8-sig")  # type: ignore[arg-type]
    return list(csv.reader(io.StringIO(text)))


def test_the_file_holds_exactly_the_numbers_of_the_table() -> None:
    parts = (Series("课程", (123456, None)), Series("考试", (50, 25)))
    chart = Chart(
        "a", Kind.BARS, "t", "组织", ("=甲", "乙"), parts, unit="学时", places=2, stacked=True, note="截至今天"
    )
    with translation.override("en"):
        lines, table = read(chart), wording.table(chart)
    assert lines == [
        ["组织", "课程 (学时)", "考试 (学时)", "Total (学时)"],
        ["'=甲", "1234.56", "0.5", "1235.06"],
        ["乙", "", "0.25", "0.25"],
        ["Total", "1234.56", "0.75", "1235.31"],
        ["截至今天"],
    ]
    shown = [[label, *(cell.text for cell in cells)] for label, cells in table.rows] + [list(table.sums)]
    cleared = [[one.replace(",", "").replace("–", "") for one in row] for row in shown]
    assert cleared == [[one.lstrip("'") for one in line] for line in lines[1:4]]


def test_a_head_names_its_unit_once() -> None:
    chart = Chart("a", Kind.BARS, "t", "c", ("x",), (Series("Hours", (1,)), Series("Exams", (1,))), unit="hours")
    assert wording.table(chart).head == ("c", "Hours", "Exams (hours)")


def test_the_file_says_what_is_expected_and_the_target() -> None:
    chart = Chart("a", Kind.LINE, "t", "月", ("1", "2"), (Series("s", (3, 4), forecast_from=1),), mark=Mark(9, "目标"))
    with translation.override("en"):
        assert read(chart) == [["月", "s", "Expected"], ["1", "3", ""], ["2", "4", "yes"], ["目标", "9"]]


def test_all_hundred_are_in_the_table_though_twenty_are_drawn() -> None:
    chart = Chart("a", Kind.BARS, "t", "c", tuple(map(str, range(100))), (Series("s", tuple(range(100))),))
    assert len(wording.table(chart).rows) == 100
    assert len(read(chart)) == 1 + 100 + 1


def test_averages_are_not_summed_up() -> None:
    assert wording.table(bars(1, 2, additive=False)).sums == ()
    with translation.override("en"):
        assert wording.left_out(bars(1, 2, additive=False), 20, 80, 999).endswith("The other 80 are in the table.")


def test_only_the_file_that_was_asked_for_is_given() -> None:
    request = RequestFactory().get("/", {"chart": "other"})
    assert asked_file(request, bars(1), None) is None
    assert asked_file(RequestFactory().get("/"), bars(1)) is None


def test_the_address_of_the_file_keeps_what_the_page_was_asked_for() -> None:
    request = RequestFactory().get("/credits/", {"year": "2025", "page": "3"})
    assert file_address(request, bars(1)) == "?year=2025&chart=any"
