"""Samples of tables: one that answers to its address, and the states of others."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, QueryDict

from lms.common.tables import Column, Table, by_pinyin
from lms.common.templatetags.school import hours

SURNAMES, NAMES = "赵钱孙李周吴郑王冯陈", ("春梅", "大山", "晓桐", "建国")
BRANCHES = ("石桥湾村党支部", "桃源坪村党支部", "县教育局党支部")


@dataclass(frozen=True)
class Person:
    number: int
    name: str
    branch: str
    hours: int
    missing: int


PEOPLE = [
    Person(number, f"{SURNAMES[number % 10]}{NAMES[number % 4]}", BRANCHES[number % 3], done := number * 77 % 3600,
           max(0, 3200 - done))
    for number in range(1, 38)
]  # fmt: skip


class PeopleFilter(forms.Form):
    q = forms.CharField(
        label="姓名",
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control"}),
    )
    branch = forms.ChoiceField(
        label="党组织",
        required=False,
        choices=[("", "全部"), *((branch, branch) for branch in BRANCHES)],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    behind = forms.BooleanField(
        label="只看未达标", required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )

    def wants(self, person: Person) -> bool:
        self.is_valid()
        wanted = self.cleaned_data
        return (
            wanted.get("q", "") in person.name
            and wanted.get("branch", "") in ("", person.branch)
            and (not wanted.get("behind") or person.missing > 0)
        )


COLUMNS = (
    Column("name", "姓名", by=lambda person: by_pinyin(person.name), heading=True, always=True),
    Column("branch", "党组织", by=lambda person: by_pinyin(person.branch)),
    Column("hours", "学时", value=lambda person: hours(person.hours), by=lambda person: person.hours, number=True),
    Column(
        "missing", "还差学时", value=lambda person: hours(person.missing), by=lambda person: person.missing, number=True
    ),
    Column("number", "编号", number=True, shown=False),
)


def context(request: HttpRequest) -> dict[str, object]:
    """Samples for the examples of this section."""
    form = PeopleFilter(request.GET)
    chosen = [person for person in PEOPLE if form.wants(person)]
    quiet = copy.copy(request)
    quiet.GET = QueryDict("q=孔乙己")
    unasked = copy.copy(request)
    unasked.GET = QueryDict("")
    return {
        "people_table": Table(request, "guide-people", COLUMNS, chosen, form=form, size=10),
        "chosen_table": Table(unasked, "guide-chosen", COLUMNS[:3], PEOPLE[:3], choose=True),
        "sums_table": Table(unasked, "guide-sums", COLUMNS[:4], PEOPLE[3:6]),
        "sums": sum(person.hours for person in PEOPLE[3:6]),
        "no_match_table": Table(quiet, "guide-none", COLUMNS, [], form=PeopleFilter(quiet.GET, auto_id="none_%s")),
        "empty_table": Table(unasked, "guide-empty", COLUMNS, []),
        "busy_table": Table(unasked, "guide-busy", COLUMNS[:3], PEOPLE[6:9]),
    }
