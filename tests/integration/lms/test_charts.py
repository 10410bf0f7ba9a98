"""Charts on real pages: a member's statement, an exam's results, the organizers' page; and in a browser."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from credits import services as credit_services
from credits.models import LedgerEntry
from exams.models import Attempt
from exams.views.charts import distribution, pass_line
from lms.common import clock
from lms.common.charts import Chart, Kind, Mark, Series
from lms.common.templatetags import charts as tags
from lms.members.models import Member
from lms.portal import queries as portal_queries
from lms.portal.views.charts import hours_chart
from tests.conftest import People, make_people
from tests.factories import credits as make
from tests.factories import members as make_members
from tests.factories.credits import NOON

LogIn = Callable[[Member], Client]
LATER = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)


@pytest.fixture
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def year(people: People, monkeypatch: pytest.MonkeyPatch) -> People:
    """Two lectures in March, one of them taken back, one in May; today is the end of June."""
    monkeypatch.setattr(clock, "now", lambda: LATER)
    course = make.course("theory", people.county, people.instructor)
    for days in (0, 1, 70):
        make.complete_lecture(people.learner, make.lecture(course), at=NOON + timedelta(days=days))
    entry = LedgerEntry.objects.earliest("id")
    credit_services.reverse_entry(actor=people.organizer, entry=entry, reason="误计", now=LATER)
    return people


def rows_of(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))


def drawn(chart: Chart, **arguments: Any) -> str:
    context = {"request": RequestFactory().get("/page/"), "chart": chart}
    return render_to_string("components/_chart.html", tags.chart(context, chart, **arguments))  # type: ignore[arg-type]


# --- the statement -------------------------------------------------------------------------------------------------


def test_the_statement_shows_months_and_target(year: People, client_of: LogIn) -> None:
    page = client_of(year.learner).get(reverse("credits:statement"))
    months, progress = page.context["months_chart"], page.context["progress_chart"]
    assert months.series[0].values == (0, 0, 50, 0, 50, 0)
    assert sum(months.series[0].values) == page.context["statement"].total == 100
    assert [one.values for one in progress.series] == [(100,), (0,)]
    assert progress.mark.value == 3200
    assert 'id="chart-months"' in page.text
    assert "style=" not in re.sub(r"<link[^>]*>", "", page.text)


def test_the_file_of_the_statements_chart_is_the_chart(year: People, client_of: LogIn) -> None:
    client = client_of(year.learner)
    page = client.get(reverse("credits:statement"), {"year": "2026"})
    assert "?year=2026&amp;chart=months" in page.text
    response = client.get(reverse("credits:statement"), {"year": "2026", "chart": "months"})
    assert response["Content-Type"].startswith("text/csv")
    values = [row[1] for row in rows_of(response)[1:7]]
    assert values == ["0", "0", "0.5", "0", "0.5", "0"]


def test_a_file_nobody_has_is_the_page(year: People, client_of: LogIn) -> None:
    page = client_of(year.learner).get(reverse("credits:statement"), {"chart": "salaries"})
    assert page["Content-Type"].startswith("text/html")


def test_somebody_who_owes_nothing_sees_no_target(people: People, client_of: LogIn) -> None:
    guest = make_members.member("guest", people.village, kind=Member.Kind.NON_MEMBER)
    page = client_of(guest).get(reverse("credits:statement"))
    assert page.context["progress_chart"] is None
    assert 'id="chart-' not in page.text


# --- results -------------------------------------------------------------------------------------------------------


def attempt(exam: Any, member: Member, score: int | None, number: int = 1) -> None:
    Attempt.objects.create(
        exam=exam,
        member=member,
        number=number,
        state="scored" if score is not None else "in_progress",
        started_at=NOON,
        deadline_at=NOON,
        hard_deadline_at=NOON,
        score=score,
        max_score=10000 if score is not None else None,
        passed=None if score is None else score >= 6000,
    )


def test_the_distribution_counts_everybodys_best(
    people: People, in_english: None, django_assert_num_queries: Any
) -> None:
    exam = make.exam(make.course("theory", people.county, people.instructor))
    assert distribution(exam, Q(), NOON) is None
    attempt(exam, people.learner, 5990, 1)
    attempt(exam, people.stranger, 4000, 1)
    attempt(exam, people.stranger, 10000, 2)
    attempt(exam, people.rival, None)
    with django_assert_num_queries(1):
        chart = distribution(exam, Q(), NOON)
    assert chart is not None
    assert chart.series[0].values == (0, 0, 0, 0, 0, 1, 0, 0, 0, 1)  # 59.9 is no 60
    page = render_to_string("exams/_distribution.html", {"distribution": chart})
    assert "Pass line 60: reached by 1 people." in page
    own = distribution(exam, Q(member=people.learner), NOON)
    assert own is not None
    assert sum(value or 0 for value in own.series[0].values) == 1


@pytest.mark.parametrize(("permille", "line"), [(600, 60), (650, 65), (655, 66), (596, 59), (1, 1), (1000, 100)])
def test_a_pass_line_between_two_per_cents_is_no_edge(permille: int, line: int) -> None:
    assert pass_line(permille) == line


# --- the organizers' page ------------------------------------------------------------------------------------------


def test_organizations_are_compared_on_one_level(year: People, in_english: None) -> None:
    chart = hours_chart(portal_queries.overview(year.administrator, LATER), LATER)
    assert chart is not None
    assert set(chart.labels) == {year.county.name, year.elsewhere.name}
    assert chart.mark is not None
    page = render_to_string("portal/_hours_chart.html", {"hours_chart": chart})
    assert year.county.name in page
    assert hours_chart(portal_queries.overview(year.organizer, LATER), LATER) is None  # one village: nothing to compare


# --- markup --------------------------------------------------------------------------------------------------------


def columns(**more: Any) -> Chart:
    facts = {"labels": ("1月", "2月"), "series": (Series("学时", (1250, 0)),), "places": 2, "unit": "学时"} | more
    return Chart(key="any", kind=Kind.COLUMNS, title="每月<学时>", category="月份", **facts)


def test_the_picture_has_a_name_and_says_the_main_thing() -> None:
    page = drawn(columns())
    assert 'role="img" aria-labelledby="chart-any-title" aria-describedby="chart-any-says"' in page
    assert re.search(r'id="chart-any-title">每月&lt;学时&gt;</h3>', page)
    assert "12.5 学时" in page
    assert '<h2 class="chart-title"' in drawn(columns(), level=2)


def test_numbers_of_places_never_carry_a_decimal_comma(settings: Any) -> None:
    with translation.override("de"):
        page = drawn(columns(labels=("a", "b", "c"), series=(Series("s", (1, 2, 3)),)))
    assert not re.search(r'(?:x|y|width|height|x1|x2|y1|y2)="[^"]*,[^"]*"', page)


def test_markup_in_names_stays_text() -> None:
    chart = columns(labels=("<b>甲</b>", "乙"), series=(Series('"><script>', (1, 2)), Series("b", (3, 4))))
    page = drawn(chart)
    assert "<b>" not in page
    assert "<script>" not in page


def test_an_empty_chart_has_words_and_no_picture() -> None:
    page = drawn(columns(labels=(), series=(Series("s", ()),)))
    assert "<svg" not in page.split("<details")[0]
    assert 'role="img"' not in page


# --- in a browser --------------------------------------------------------------------------------------------------

FITS = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const cards = [...document.querySelectorAll('.chart')];
  const seen = cards.map(card => {
    const frame = card.getBoundingClientRect();
    const words = [...card.querySelectorAll('text, .chart-name, .chart-values span')]
      .filter(one => one.getClientRects().length);
    const boxes = words.map(one => [one.textContent, one.getBoundingClientRect()]);
    const outside = boxes.filter(([, box]) => box.left < frame.left || box.right > frame.right + 0.5)
      .map(([text]) => text);
    const over = boxes.filter(([, one], i) => boxes.some(([, two], j) => i < j
      && Math.min(one.right, two.right) - Math.max(one.left, two.left) > 1
      && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 6)).map(([text]) => text);
    const sizes = words.map(one => parseFloat(getComputedStyle(one).fontSize));
    return {id: card.id, outside, over, smallest: Math.min(...sizes), marks: card.querySelectorAll('rect, use').length};
  });
  return {wide, seen};
}"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "text"), [(1280, ""), (320, ""), (390, "30"), (768, "24")])
def test_words_stay_readable_apart_and_inside(open_page: Any, live_server: Any, width: int, text: str) -> None:
    make.default_rules()
    people = make_people()
    course = make.course("theory", people.county, people.instructor)
    now = clock.now()
    for days in range(0, 300, 20):
        make.complete_lecture(people.learner, make.lecture(course), at=now - timedelta(days=days))
    client = Client()
    client.force_login(people.learner, backend="django.contrib.auth.backends.ModelBackend")
    page = open_page(viewport={"width": width, "height": 900})
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(live_server.url + reverse("credits:statement"))
    if text:
        page.evaluate(
            """async ([text, sheet]) => {
              document.documentElement.dataset.text = text;
              const link = Object.assign(document.createElement('link'), {rel: 'stylesheet', href: sheet});
              document.head.append(link);
              await new Promise(done => link.onload = done);
            }""",
            [text, "/static/css/elder.css"],
        )
    found = page.evaluate(FITS)
    assert [card["id"] for card in found["seen"]] == ["chart-progress", "chart-months"]
    for card in found["seen"]:
        assert card["outside"] == []
        assert card["over"] == []
        assert card["smallest"] >= (18 if text else 14)
    page.locator("#chart-months summary").click()
    assert page.locator("#chart-months table").is_visible()


def test_a_chart_draws_its_target() -> None:
    page = drawn(columns(mark=Mark(1000, "目标")))
    assert "目标 10 学时" in page
    assert page.count("chart-mark") >= 2
