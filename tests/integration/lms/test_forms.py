"""Fields, steps, periods and jobs as the server writes and reads them. In a browser: test_forms_in_a_browser.py."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import Client

from lms.common.form_fields import CheckboxRows, DateTimeInput, PeriodField, PeriodForm, YearField, shown
from lms.common.form_steps import Step, in_steps
from lms.common.periods import Period, Span
from lms.common.progress import Job, JobState
from tests.integration.lms.forms_pages import STEPS, CourseForm

TODAY = date(2026, 11, 21)


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.found if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.found if "id" in attrs]


def rendered(field: forms.BoundField) -> str:
    return render_to_string("components/_field.html", {"field": field})


def every_field(form: forms.Form) -> Tags:
    return Tags("".join(rendered(field) for field in form))


@pytest.fixture
def wrong() -> CourseForm:
    return CourseForm({"name": "", "about": "x" * 11, "hours": "0", "opens_on": "三月"})


def test_every_label_description_and_summary_link_finds_its_element(wrong: CourseForm) -> None:
    page = Tags(render_to_string("components/_form_errors.html", {"form": wrong}) + "".join(map(rendered, wrong)))

    assert len(page.ids) == len(set(page.ids))
    assert {label["for"] for label in page.all("label")} <= set(page.ids)
    described = [attrs["aria-describedby"] for _, attrs in page.found if "aria-describedby" in attrs]
    assert len(described) >= 5
    assert {name for names in described for name in names.split()} <= set(page.ids)
    links = [attrs["href"] for attrs in page.all("a")]
    assert links == ["#id_name", "#id_about", "#id_kind_0", "#id_hours", "#id_opens_on"]
    assert {link[1:] for link in links} <= set(page.ids)


def test_wrong_fields_are_marked_and_keep_what_was_typed(wrong: CourseForm) -> None:
    page = every_field(wrong)
    invalid = {attrs["name"] for _, attrs in page.found if attrs.get("aria-invalid") == "true"}
    assert invalid == {"name", "about", "kind", "hours", "opens_on"}
    [hours] = [attrs for attrs in page.all("input") if attrs.get("name") == "hours"]
    assert hours["value"] == "0"


def test_what_may_stay_empty_is_marked_not_what_must_be_filled_in() -> None:
    class Mixed(forms.Form):
        must = forms.CharField(label="必")
        may = forms.CharField(label="可", required=False)
        search = forms.CharField(label="找", required=False, widget=forms.SearchInput())
        fixed = forms.CharField(label="定", required=False, disabled=True)

    marked = [field.name for field in Mixed() if 'class="optional"' in rendered(field)]
    assert marked == ["may"]


def test_help_stands_before_the_control_and_errors_after_it(wrong: CourseForm) -> None:
    html = rendered(wrong["name"])
    assert html.index("目录里的名称") < html.index("<input") < html.index('class="field-error"')


def test_the_unit_is_seen_once_and_heard_once() -> None:
    html = rendered(CourseForm()["hours"])
    assert '<span class="affix-text" aria-hidden="true">学时</span>' in html
    assert '<span class="visually-hidden"> (学时)</span>' in html


def test_a_switch_says_that_it_is_one_and_choices_explain_themselves() -> None:
    form = CourseForm()
    [switch] = every_field(form).all("input")[-2:-1]
    assert (switch["role"], switch["type"]) == ("switch", "checkbox")
    assert "<small>全体学员</small>" in rendered(form["kind"])


def test_days_are_given_to_the_browser_in_its_own_form() -> None:
    class When(forms.Form):
        at = forms.DateTimeField(widget=DateTimeInput())

    form = CourseForm(initial={"opens_on": TODAY})
    assert 'value="2026-11-21"' in rendered(form["opens_on"])
    assert 'value="2026-11-21T09:05"' in rendered(When({"at": "2026-11-21T09:05"})["at"])
    assert When({"at": "2026-11-21T09:05"}).is_valid()


def test_why_a_field_cannot_be_changed_is_told() -> None:
    class Fixed(forms.Form):
        branch = shown(forms.CharField(disabled=True), why="由组织员更改。")

    assert "由组织员更改。" in rendered(Fixed()["branch"])


def test_several_of_a_few_are_rows_of_checkboxes() -> None:
    class Many(forms.Form):
        who = forms.MultipleChoiceField(
            choices=[("a", "甲"), ("b", "乙")], widget=CheckboxRows(descriptions={"b": "后来的"})
        )

    html = rendered(Many({"who": ["b"]})["who"])
    assert html.count('type="checkbox"') == 2
    assert "<small>后来的</small>" in html


def test_a_year_is_chosen_from_a_list() -> None:
    class Yearly(forms.Form):
        year = YearField(first=2024, last=2026)

    form = Yearly({"year": "2025"})
    assert form.is_valid()
    assert form.cleaned_data["year"] == 2025
    assert not Yearly({"year": "2023"}).is_valid()


def test_steps_hold_every_field_once() -> None:
    steps = in_steps(CourseForm({"hours": "0"}), STEPS)
    assert [field.name for step in steps for field in step] == list(CourseForm.base_fields)
    assert [step.has_errors for step in steps] == [True, True, False]
    for wrong in ((*STEPS, Step("again", "", ("name",))), STEPS[:2], (*STEPS, Step("none", "", ("nothing",)))):
        with pytest.raises(ValueError, match="exactly one step"):
            in_steps(CourseForm(), wrong)


# --- Periods ------------------------------------------------------------------------------------------------------


class Report(forms.Form):
    period = PeriodField(today=TODAY)


def cleaned(query: str) -> Any:
    form = Report(QueryDict(query))
    return form.cleaned_data["period"] if form.is_valid() else form.errors["period"].as_data()[0].code


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("period=last-month", Span(date(2026, 10, 1), date(2026, 10, 31))),
        ("period=all", Span()),
        ("", Span(date(2026, 1, 1), date(2026, 12, 31))),
        ("period=own&period_from=2026-03-01&period_to=2026-03-31", Span(date(2026, 3, 1), date(2026, 3, 31))),
        ("period=own&period_from=2026-03-01", Span(date(2026, 3, 1), None)),
        ("period=last-year&period_from=nonsense&period_to=2020-01-01", Span(date(2025, 1, 1), date(2025, 12, 31))),
        ("period=own", "no_date"),
        ("period=own&period_from=2026-03-31&period_to=2026-03-01", "backwards"),
        ("period=own&period_from=0026-03-31", "too_early"),
        ("period=own&period_from=2026-02-30", "invalid"),
        ("period=tomorrow", "invalid_choice"),
    ],
)
def test_a_period_is_read_from_the_address(query: str, found: object) -> None:
    assert cleaned(query) == found


def test_a_slip_is_told_beside_what_was_typed_and_the_first_period_is_shown() -> None:
    form = PeriodForm(QueryDict("period=own&period_from=2026-03-31&period_to=2026-03-01"))
    page = render_to_string("components/_period.html", {"field": form["period"]})

    assert form.chosen().from_on is not None
    assert 'value="2026-03-31"' in page
    assert 'value="2026-03-01"' in page
    assert re.search(r'value="own"[^>]* checked', page)
    assert page.count('aria-invalid="true"') == 2


def test_periods_can_be_fewer_and_start_elsewhere() -> None:
    class Few(forms.Form):
        period = PeriodField(offered=(Period.ALL, Period.LAST_YEAR), initial=Period.ALL, today=TODAY)

    html = rendered(Few()["period"])
    assert re.findall(r'type="radio" name="period" value="([a-z-]+)"', html) == ["last-year", "all"]
    assert "period_from" not in html
    assert re.search(r'value="all"[^>]* checked', html)
    form = Few(QueryDict(""))
    assert form.is_valid()
    assert form.cleaned_data["period"] == Span()


def test_a_period_form_works_by_address_alone(client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.integration.lms.forms_pages"
    page = client.get("/try/period/?period=own&period_from=2026-03-01&period_to=2026-03-31").content.decode()
    assert '<p id="days">2026-03-01 2026-03-31</p>' in page
    assert "2026年3月1日" in page


# --- Jobs ---------------------------------------------------------------------------------------------------------


def progress_of(state: JobState, **facts: Any) -> str:
    return render_to_string("components/_progress.html", {"job": Job(key="k", state=state, poll_url="/poll/", **facts)})


def test_a_job_polls_only_while_it_moves() -> None:
    polling = {state for state in JobState if 'hx-get="/poll/"' in progress_of(state)}
    assert polling == {JobState.WAITING, JobState.RUNNING}


def test_stopping_asks_and_lies_outside_of_what_is_swapped() -> None:
    html = progress_of(JobState.RUNNING, cancel_url="/stop/", retry_url="/again/", cancel_question="停止导出？")
    tags = Tags(html)
    [form] = tags.all("form")
    assert (form["action"], form["method"], form["data-confirm"]) == ("/stop/", "post", "停止导出？")
    swapped = html[html.index('class="job-state"') : html.index('class="job-words"')]
    assert "<form" not in swapped
    assert html.index('class="job-words"') < html.index("<form")


def test_a_failed_job_says_why_and_what_to_do_and_can_be_tried_again() -> None:
    html = progress_of(
        JobState.FAILED, reason="磁盘已满。", advice="请告诉维护人员。", retry_url="/again/", cancel_url="/stop/"
    )
    assert "磁盘已满。" in html
    assert "请告诉维护人员。" in html
    assert [form["action"] for form in Tags(html).all("form")] == ["/again/"]
    assert "<progress" not in html


def test_a_job_of_unknown_size_has_a_bar_without_a_value() -> None:
    [bar] = Tags(progress_of(JobState.RUNNING, permille=None, doing="检查文件")).all("progress")
    assert "value" not in bar
    assert bar["aria-label"] == "检查文件"
