"""What the address asks of a table, and what the table answers; lists only, no database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django import forms
from django.test import RequestFactory

from lms.common.tables import Column, Table, by_pinyin


@dataclass(frozen=True)
class Person:
    name: str
    hours: int | None
    note: str = ""


PEOPLE = [Person("张三", 5), Person("李四", None), Person("王五", 9, "=1+1"), Person("阿明", 5), Person("赵六", 0)]
COLUMNS = (
    Column("name", "姓名", by=lambda person: by_pinyin(person.name), heading=True, always=True),
    Column("hours", "学时", by=lambda person: person.hours, number=True),
    Column("note", "备注"),
    Column("secret", "编号", value=lambda person: len(person.name), shown=False),
)


class Filters(forms.Form):
    year = forms.IntegerField(label="年度", required=False)
    q = forms.CharField(label="搜索", required=False)
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), ("a", "甲类")])
    behind = forms.BooleanField(label="未达标", required=False)


def table(query: str = "", session: dict[str, Any] | None = None, rows: Any = PEOPLE, **options: Any) -> Table:
    request = RequestFactory().get(f"/somewhere/?{query}")
    request.session = {} if session is None else session  # type: ignore[assignment]
    if options.pop("filters", False):
        options["form"] = Filters(request.GET)
    return Table(request, "people", COLUMNS, rows, **options)


def names(found: Table) -> list[str]:
    return [person.name for person in found.rows]


def asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def csv(found: Table) -> str:
    return b"".join(found.file("表").streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", ["张三", "李四", "王五", "阿明", "赵六"]),
        ("sort=hours", ["赵六", "张三", "阿明", "王五", "李四"]),
        ("sort=-hours", ["王五", "张三", "阿明", "赵六", "李四"]),
        ("sort=name", ["阿明", "李四", "王五", "张三", "赵六"]),
        ("sort=note", ["张三", "李四", "王五", "阿明", "赵六"]),
        ("sort=nonsense&page=x&size=7", ["张三", "李四", "王五", "阿明", "赵六"]),
    ],
)
def test_rows_are_sorted_stably_and_what_is_unknown_comes_last(query: str, order: list[str]) -> None:
    assert names(table(query)) == order


def test_the_headings_say_how_the_table_is_sorted_and_lead_on() -> None:
    first = {heading.column.key: heading for heading in table("q=x&page=3").headings}
    assert asked(first["hours"].address) == {"q": ["x"], "sort": ["-hours"]}, "the most first, and from the first page"
    assert asked(first["name"].address)["sort"] == ["name"]
    assert (first["note"].address, first["note"].aria_sort) == ("", "")
    [hours] = [heading for heading in table("sort=-hours").headings if heading.aria_sort]
    assert (hours.column.key, hours.aria_sort, asked(hours.address)["sort"]) == ("hours", "descending", ["hours"])


def test_the_usual_order_is_no_wish() -> None:
    usual = table(sort="-hours")
    assert names(usual)[0] == "王五"
    assert not usual.is_sorted
    assert table("sort=hours", sort="-hours").is_sorted
    back = next(heading for heading in table("sort=hours", sort="-hours").headings if heading.column.key == "hours")
    assert back.address == "/somewhere/"


def test_columns_are_chosen_and_remembered_by_the_table_s_name() -> None:
    session: dict[str, Any] = {}
    assert [column.key for column in table(session=session).shown] == ["name", "hours", "note"]
    assert session == {}, "who asks for nothing gets no session"
    chosen = table("columns=-&columns=secret&columns=bogus", session)
    assert [column.key for column in chosen.shown] == ["name", "secret"], "the name cannot be put away"
    assert [column.key for column in table(session=session).shown] == ["name", "secret"]
    assert [column.key for column in table("columns=-", session).shown] == ["name"]
    back = table("columns=-&columns=hours&columns=note&columns=name", session)
    assert [column.key for column in back.shown] == ["name", "hours", "note"]
    assert session["tables"]["people"] == {}


def test_rows_per_page_are_remembered_nonsense_is_not() -> None:
    session: dict[str, Any] = {}
    rows = [Person(f"{number}", number) for number in range(130)]
    assert len(table("size=50", session, rows).rows) == 50
    assert len(table("size=5000", session, rows).rows) == 50
    assert len(table("page=99", session, rows).rows) == 30, "the last page for too much"
    assert len(table("size=20", session, rows).rows) == 20
    assert session["tables"]["people"] == {}


def test_a_file_is_the_whole_table_as_filtered_sorted_and_chosen() -> None:
    session: dict[str, Any] = {}
    rows = [*PEOPLE, *(Person(f"人{number:02d}", 1) for number in range(30))]
    page = table("sort=-hours&columns=-&columns=hours&columns=note", session, rows)
    link = urlsplit(page.file_address).query
    lines = csv(table(link, {"tables": {"people": {"columns": ["secret"]}}}, rows)).splitlines()
    assert lines[:4] == ["姓名,学时,备注", "王五,9,'=1+1", "张三,5,", "阿明,5,"]
    assert len(lines) == 36
    other = table("columns=-&columns=secret", session, rows)
    assert asked(other.file_address) == {"export": ["csv"], "columns": ["name", "secret"]}
    assert csv(table("export=csv", session, rows)).startswith("姓名,学时,备注\r\n"), "the session has no say in a file"


def test_chips_name_the_filters_and_take_them_off() -> None:
    found = table("year=2026&q=石&kind=a&behind=on&sort=name&page=2", filters=True, subject=("year",))
    assert [(chip.label, chip.words) for chip in found.chips] == [("搜索", "石"), ("类别", "甲类"), ("未达标", "")]
    assert set(asked(found.chips[0].address)) == {"year", "kind", "behind", "sort"}
    assert set(asked(found.all_address)) == {"year", "sort"}
    assert found.filtered
    assert not table("year=2026&kind=bogus", filters=True, subject=("year",)).filtered
    assert found.kept_by_form == [("sort", "name")]
    assert ("q", "石") in found.kept_by_menu


def test_phones_get_every_order_in_words() -> None:
    choices = table("sort=-hours").sorts
    assert [choice.value for choice in choices] == ["", "name", "-name", "-hours", "hours"]
    assert [choice.value for choice in choices if choice.chosen] == ["-hours"]


def test_rows_are_dressed_a_page_at_a_time() -> None:
    sizes: list[int] = []

    def dress(rows: list[Person]) -> list[Person]:
        sizes.append(len(rows))
        return rows

    rows = [Person(f"{number}", number) for number in range(45)]
    assert len(table(rows=rows, dress=dress).rows) == 20
    assert len(csv(table("export=csv", rows=rows, dress=dress)).splitlines()) == 46
    assert sizes == [20, 45]
