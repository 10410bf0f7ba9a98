"""A member's own statement: everything that was decided, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from credits import queries, services
from credits.models import LearningEvent, LedgerEntry
from credits.rules import Trigger
from lms.common import clock
from lms.members.models import Member
from tests.conftest import People
from tests.factories import credits as make
from tests.factories.credits import NOON

LogIn = Callable[[Member], Client]
LATER = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)
URL = "credits:statement"


@pytest.fixture(autouse=True)
def summer_of_2026(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)


@pytest.fixture
def course(people: People) -> Any:
    return make.course("theory", people.county, people.instructor, title="党史十讲")


def test_every_decision_is_told_in_words_also_the_refused_ones(people: People, course: Any) -> None:
    exam = make.exam(course)
    make.pass_exam(people.learner, exam)
    for number in range(10):
        make.complete_lecture(people.learner, make.lecture(course, minutes=45), at=NOON + timedelta(minutes=number))
    make.complete_lecture(people.learner, make.lecture(course, minutes=45), at=NOON + timedelta(minutes=20))
    make.pass_exam(people.learner, exam, at=NOON + timedelta(minutes=30), number=2)
    with translation.override("en"):
        statement = queries.statement(people.learner, 2026, LATER)
    told = [(line.state, line.amount, line.words) for line in statement.lines]
    assert told[0] == ("duplicate", 0, "You had passed this exam before; an exam counts once.")
    assert told[1] == (
        "cap_reached",
        0,
        "Worth 1 hours, not counted: the limit of 10 hours a day was reached on 1 March 2026.",
    )
    assert told[2] == (
        "capped",
        50,
        "0.5 of 1 hours counted: the limit of 10 hours a day was reached on 1 March 2026.",
    )
    assert told[3] == ("ok", 100, "1 hours counted.")
    assert len(told) == 13
    assert statement.total == 1000 == queries.balance(people.learner, 2026)
    assert [(one.source_type, one.total, one.count) for one in statement.by_source] == [
        ("lecture", 950, 10),
        ("exam", 50, 1),
    ]
    assert (statement.target, statement.missing) == (3200, 2200)


def test_a_reversal_and_what_it_takes_back_are_both_told(people: People, course: Any) -> None:
    make.complete_lecture(people.learner, make.lecture(course))
    make.complete_lecture(people.learner, make.lecture(course), at=NOON + timedelta(hours=1))
    entry = LedgerEntry.objects.earliest("id")
    services.reverse_entry(actor=people.organizer, entry=entry, reason="查实代学", now=LATER)
    statement = queries.statement(people.learner, 2026, LATER)
    assert [(line.state, line.amount) for line in statement.lines] == [
        ("reverse", -50),
        ("ok", 50),
        ("reversed", 50),
    ]
    assert "查实代学" in statement.lines[0].words
    assert statement.total == 50
    assert [(one.total, one.count) for one in statement.by_source] == [(50, 1), (0, 0)]


def test_a_fact_without_a_rule_is_told_too(people: People, course: Any) -> None:
    old = datetime(1999, 12, 1, tzinfo=UTC)
    make.complete_lecture(people.learner, make.lecture(course), at=old)
    assert LearningEvent.objects.get().decisions.count() == 0
    statement = queries.statement(people.learner, 1999, LATER)
    assert [(line.state, line.amount) for line in statement.lines] == [("no_rule", 0)]


def test_a_rule_that_gives_nothing_says_so(people: People, course: Any) -> None:
    services.publish_rule(
        actor=people.administrator,
        code="lecture-hours",
        trigger=Trigger.LECTURE_COMPLETED,
        organization=None,
        valid_from=NOON,
        spec={
            "kind": "by_length",
            "tiers": [{"below_ms": 3_600_000, "amount": 0}, {"below_ms": None, "amount": 100}],
        },
        now=NOON,
    )
    make.complete_lecture(people.learner, make.lecture(course))
    statement = queries.statement(people.learner, 2026, LATER)
    assert [(line.state, line.amount) for line in statement.lines] == [("not_eligible", 0)]
    assert statement.total == 0


def test_the_page_shows_ones_own_year_and_nobody_elses(people: People, course: Any, client_of: LogIn) -> None:
    make.complete_lecture(people.learner, make.lecture(course, title="我的一讲"))
    make.complete_lecture(people.stranger, make.lecture(course, title="别人的一讲"))
    page = client_of(people.learner).get(reverse(URL)).text
    for part in ("我的一讲", "党史十讲", "+0.5", "2026-03-01 12:00"):
        assert part in page, part
    assert "别人的一讲" not in page


def test_why_a_minute_did_not_count_is_one_link_away(people: People, course: Any, client_of: LogIn) -> None:
    for number in range(11):
        make.complete_lecture(people.learner, make.lecture(course, minutes=45), at=NOON + timedelta(minutes=number))
    begun = make.course("practice", people.county, people.instructor, title="实务六讲")
    watched = make.progress(people.learner, make.lecture(begun))
    watched.completed_at = None
    watched.save()
    foreign = make.course("other", people.county, people.instructor, title="别人看的")
    make.progress(people.stranger, make.lecture(foreign))

    page = client_of(people.learner).get(reverse(URL))

    assert set(page.context["statement"].watched) == {course, begun}
    assert page.text.count(reverse("courses:diagnosis", args=["theory"])) == 2, "in the list, and at what was refused"
    assert page.text.count(reverse("courses:diagnosis", args=["practice"])) == 1
    assert "别人看的" not in page.text


@pytest.mark.parametrize(
    ("lectures", "words"), [(1, "You have 0.5 of the 32 hours for 2026; 31.5 to go."), (0, "32 to go")]
)
def test_the_first_words_are_the_hours_against_the_target(
    people: People, course: Any, client_of: LogIn, lectures: int, words: str
) -> None:
    for _number in range(lectures):
        make.complete_lecture(people.learner, make.lecture(course))
    client = client_of(people.learner)
    client.cookies["django_language"] = "en"
    assert words in client.get(reverse(URL)).text


@pytest.mark.parametrize("year", ["2027", "abc", "-5", "99999999999999999999"])
def test_a_year_that_cannot_be_is_explained_and_the_present_one_shown(
    people: People, client_of: LogIn, year: str
) -> None:
    page = client_of(people.learner).get(reverse(URL), {"year": year})
    assert page.status_code == 200
    assert "field-error" in page.text
    assert page.context["statement"].year == 2026


def test_the_years_with_entries_can_be_chosen(people: People, course: Any, client_of: LogIn) -> None:
    make.complete_lecture(people.learner, make.lecture(course), at=NOON - timedelta(days=500))
    page = client_of(people.learner).get(reverse(URL), {"year": "2024"})
    assert page.context["years"] == [2026, 2024]
    assert page.context["statement"].total == 50


def test_visitors_and_accounts_outside_every_organization_have_no_statement(people: People, client_of: LogIn) -> None:
    assert Client().get(reverse(URL)).status_code == 302
    operator = Member.objects.create_superuser("operator", "操作员")
    assert client_of(operator).get(reverse(URL)).status_code == 403


def test_a_long_statement_takes_the_queries_of_a_short_one(
    people: People, course: Any, client_of: LogIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(people.learner)
    make.complete_lecture(people.learner, make.lecture(course))
    with django_assert_num_queries(11):
        client.get(reverse(URL))
    for number in range(30):
        make.complete_lecture(people.learner, make.lecture(course), at=NOON + timedelta(days=number))
    services.reverse_entry(actor=people.organizer, entry=LedgerEntry.objects.earliest("id"), reason="误计", now=LATER)
    with django_assert_num_queries(11):
        client.get(reverse(URL))
