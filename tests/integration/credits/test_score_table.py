"""Score tables: what is counted for whom, on the page and in the file, and who may read them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from credits import queries, services
from credits.models import LedgerEntry
from credits.rules import Trigger
from lms.common import clock
from lms.members.models import AuditEntry, Member
from lms.members.rules import MemberKind, Role
from tests.conftest import People
from tests.factories import credits as make
from tests.factories import members as make_member
from tests.factories.credits import NOON

LogIn = Callable[[Member], Client]
LATER = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def summer_of_2026(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)


@pytest.fixture
def course(people: People) -> Any:
    return make.course("theory", people.county, people.instructor)


def url(people: People, name: str = "credits:score-table") -> str:
    return reverse(name, args=[people.county.pk])


def read_csv(answer: Any) -> list[list[str]]:
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_everybody_below_has_a_row_zero_scorers_included(people: People, course: Any) -> None:
    make.complete_lecture(people.learner, make.lecture(course, minutes=45))
    make.pass_exam(people.learner, make.exam(course))
    make.complete_lecture(people.stranger, make.lecture(course))
    table = queries.score_table(people.county, 2026, LATER)
    rows = [(row.position, row.organization, row.learner_no, row.total, row.lectures, row.exams) for row in table.rows]
    assert rows == [
        (1, "青川县委", "instructor", 0, 0, 0),
        (2, "青川县委", "organizer", 0, 0, 0),
        (3, "石桥村党支部", "learner", 150, 100, 50),
    ]
    assert (table.total, table.lectures, table.exams) == (150, 100, 50)
    assert (table.owing, table.met, table.ranked) == (3, 0, False)
    assert len(queries.score_table(people.province, 2026, LATER).rows) == 6


def test_who_left_or_came_later_has_no_row(people: People) -> None:
    Member.objects.filter(pk=people.instructor.pk).update(is_active=False)
    Member.objects.filter(pk=people.organizer.pk).update(joined_at=LATER + timedelta(seconds=1))
    rows = queries.score_table(people.county, 2026, LATER).rows
    assert [row.learner_no for row in rows] == ["learner"]


def test_the_order_is_that_of_the_tree_and_of_numbers_on_every_database(people: People) -> None:
    for code in ("b9", "b10", "b11"):
        branch = make_member.organization(code, parent=people.county)
        make_member.member(f"{code}-z", branch)
        make_member.member(f"{code}-A", branch)
    rows = queries.score_table(people.county, 2026, LATER).rows
    assert [row.learner_no for row in rows] == [
        "instructor",
        "organizer",
        "learner",
        "b9-A",
        "b9-z",
        "b10-A",
        "b10-z",
        "b11-A",
        "b11-z",
    ]


def test_as_of_leaves_out_what_was_posted_later(people: People, course: Any) -> None:
    make.complete_lecture(people.learner, make.lecture(course), at=NOON)
    make.complete_lecture(people.learner, make.lecture(course), at=NOON + timedelta(days=1))
    services.reverse_entry(
        actor=people.organizer,
        entry=LedgerEntry.objects.earliest("id"),
        reason="误计",
        now=NOON + timedelta(days=2),
    )

    def total(at: datetime) -> int:
        return queries.score_table(people.village, 2026, at).total

    assert [total(NOON + timedelta(days=day)) for day in (0, 1, 2)] == [50, 100, 50]
    assert total(NOON - timedelta(microseconds=1)) == 0


def test_years_are_apart(people: People, course: Any) -> None:
    make.complete_lecture(people.learner, make.lecture(course), at=datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
    make.complete_lecture(people.learner, make.lecture(course), at=datetime(2025, 12, 31, 16, 0, tzinfo=UTC))
    assert queries.score_table(people.village, 2025, LATER).total == 50
    assert queries.score_table(people.village, 2026, LATER).total == 50


def test_targets_follow_the_nearest_organization_and_the_kind_of_member(people: People, course: Any) -> None:
    make_member.member("guest", people.village, kind=MemberKind.NON_MEMBER)
    services.publish_rule(
        actor=people.administrator,
        code="year-target",
        trigger=Trigger.YEAR_TARGET,
        organization=people.village,
        valid_from=NOON,
        spec={"kind": "targets", "targets": {"full_member": 50}},
        now=NOON,
    )
    make.complete_lecture(people.learner, make.lecture(course))
    table = queries.score_table(people.county, 2026, LATER)
    assert {row.learner_no: (row.target, row.met) for row in table.rows} == {
        "instructor": (3200, False),
        "organizer": (3200, False),
        "guest": (None, None),
        "learner": (50, True),
    }
    assert (table.owing, table.met) == (3, 1)
    before = queries.score_table(people.village, 2026, NOON - timedelta(seconds=1))
    assert {row.target for row in before.rows} == {3200, None}
    assert queries.year_target(people.learner, 2026, LATER) == 50


def test_persons_are_not_ranked_unless_the_organization_says_so(people: People, course: Any, client_of: LogIn) -> None:
    make.complete_lecture(people.learner, make.lecture(course))
    make.complete_lecture(people.organizer, course.chapters.get().lectures.get())
    assert {row.rank for row in queries.score_table(people.county, 2026, LATER).rows} == {None}
    services.publish_rule(
        actor=people.administrator,
        code="ranking",
        trigger=Trigger.RANKING,
        organization=people.county,
        valid_from=NOON,
        spec={"kind": "ranking", "individual": True},
        now=NOON,
    )
    table = queries.score_table(people.county, 2026, LATER)
    assert [(row.position, row.rank, row.learner_no) for row in table.rows] == [
        (1, 1, "organizer"),
        (2, 1, "learner"),
        (3, 3, "instructor"),
    ]
    assert queries.individuals_ranked(people.county, LATER)
    assert not queries.individuals_ranked(people.elsewhere, LATER)
    rows = read_csv(client_of(people.organizer).get(url(people, "credits:score-table-csv")))
    assert [row[:2] for row in rows[:4]] == [["序号", "名次"], ["1", "1"], ["2", "1"], ["3", "3"]]
    assert "名次" in client_of(people.organizer).get(url(people)).text
    assert "名次" not in client_of(people.rival).get(reverse("credits:score-table", args=[people.elsewhere.pk])).text


def test_the_page_shows_the_table_and_its_reading_is_on_record(people: People, course: Any, client_of: LogIn) -> None:
    make.complete_lecture(people.learner, make.lecture(course, minutes=45))
    page = client_of(people.organizer).get(url(people))
    assert page.status_code == 200
    for part in ("李𬱖", "石桥村党支部", "2026-06-30 12:00:00"):
        assert part in page.text, part
    audit = AuditEntry.objects.get(act="credits.read_score_table")
    assert (audit.actor, audit.object_id) == (people.organizer, str(people.county.pk))
    assert audit.facts == {"year": 2026, "as_of": LATER.isoformat(), "rows": 3}


def test_the_file_is_the_page_and_the_same_instant_gives_the_same_bytes(
    people: People, course: Any, client_of: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.complete_lecture(people.learner, make.lecture(course, minutes=45))
    make.pass_exam(people.learner, make.exam(course))
    client = client_of(people.organizer)
    link = client.get(url(people)).context["csv_url"]
    answer = client.get(link)
    assert unquote(answer["Content-Disposition"]).endswith("青川县委_2026年学时统计表_截至20260630-120000.csv")
    first = b"".join(answer.streaming_content)
    make.complete_lecture(people.learner, make.lecture(course), at=LATER + timedelta(seconds=1))
    monkeypatch.setattr(clock, "now", lambda: LATER + timedelta(days=30))
    assert b"".join(client.get(link).streaming_content) == first
    rows = list(csv.reader(io.StringIO(first.decode("utf-8-sig"))))
    assert rows == [
        ["序号", "组织", "姓名", "学号", "身份", "学时合计", "讲座", "考试", "应学学时", "是否达标"],
        ["1", "青川县委", "王老师", "instructor", "正式党员", "0", "0", "0", "32", "否"],
        ["2", "青川县委", "张组织", "organizer", "正式党员", "0", "0", "0", "32", "否"],
        ["3", "石桥村党支部", "李𬱖", "learner", "正式党员", "1.5", "1", "0.5", "32", "否"],
        ["", "合计", "3人", "", "", "1.5", "1", "0.5", "", "0/3"],
        ["", "青川县委，2026年，截至2026-06-30 12:00:00.000000（北京时间），共3行"],
    ]
    audit = AuditEntry.objects.filter(act="credits.export_score_table")
    assert [entry.facts["rows"] for entry in audit] == [3, 3]


def test_no_cell_of_the_file_starts_a_formula(people: People, client_of: LogIn) -> None:
    for number, name in enumerate(('=HYPERLINK("http://x")', "+1", "-1+1", "@SUM(A1)", "\tx")):
        Member.objects.filter(pk=make_member.member(f"odd-{number}", people.village).pk).update(full_name=name)
    rows = read_csv(client_of(people.organizer).get(url(people, "credits:score-table-csv")))
    names = [row[2] for row in rows if row[0].isdigit()]
    assert names[-5:] == ['\'=HYPERLINK("http://x")', "'+1", "'-1+1", "'@SUM(A1)", "'\tx"]


def test_an_organizations_name_cannot_lead_the_file_astray(people: People, client_of: LogIn) -> None:
    people.county.name = "../县委\\党校"
    people.county.save()
    answer = client_of(people.organizer).get(url(people, "credits:score-table-csv"))
    name = unquote(answer["Content-Disposition"].split("''")[1])
    assert name == "..-县委-党校_2026年学时统计表_截至20260630-120000.csv"


@pytest.mark.parametrize(
    ("asked", "instant"),
    [
        ("2026-03-01", datetime(2026, 3, 1, 15, 59, 59, 999999, tzinfo=UTC)),
        ("2026-06-30", LATER),
        ("2026-03-01T12:00", NOON),
        ("2026-03-01T12:00:00", NOON),
        ("2026-03-01T04:00:00+00:00", NOON),
        ("2026-03-01T04:00:00Z", NOON),
        ("", LATER),
    ],
)
def test_an_instant_may_be_given_as_people_write_it(
    people: People, client_of: LogIn, asked: str, instant: datetime
) -> None:
    page = client_of(people.organizer).get(url(people), {"as_of": asked})
    assert page.context["scores"].as_of == instant


@pytest.mark.parametrize(
    "query",
    [
        {"as_of": "yesterday"},
        {"as_of": "2026-02-30"},
        {"as_of": "2026-02-30T12:00"},
        {"as_of": "2026-06-30T12:00:01"},
        {"as_of": "2026-07-01"},
        {"as_of": "9999-12-31T23:59:59-14:00"},
        {"year": "2027"},
        {"year": "1999"},
        {"year": "twenty"},
    ],
)
def test_a_period_that_cannot_be_is_explained_and_nothing_is_read(
    people: People, client_of: LogIn, query: dict[str, str]
) -> None:
    client = client_of(people.organizer)
    page = client.get(url(people), query)
    assert page.status_code == 200
    assert "field-error" in page.text
    assert next(iter(query.values())) in page.text, "what was typed is still there"
    answer = client.get(url(people, "credits:score-table-csv"), query)
    assert answer.status_code == 400
    assert not AuditEntry.objects.filter(act__startswith="credits.").exists()


@pytest.mark.parametrize("name", ["credits:score-table", "credits:score-table-csv"])
def test_nobody_outside_the_scope_reads_and_nothing_is_logged_as_read(
    people: People, client_of: LogIn, name: str
) -> None:
    for other in (people.rival, people.learner, people.instructor, people.stranger):
        assert client_of(other).get(url(people, name)).status_code == 404
    above = reverse(name, args=[people.province.pk])
    assert client_of(people.organizer).get(above).status_code == 404
    assert client_of(people.organizer).get(reverse(name, args=[999_999])).status_code == 404
    assert Client().get(url(people, name)).status_code == 302
    assert not AuditEntry.objects.filter(act__startswith="credits.").exists()


def test_auditors_and_administrators_read_too(people: People, client_of: LogIn) -> None:
    auditor = make_member.grant(make_member.member("auditor", people.elsewhere), people.county, Role.AUDITOR)
    for reader in (auditor, people.administrator):
        assert client_of(reader).get(url(people)).status_code == 200


def test_the_way_in_leads_to_the_highest_organization_of_ones_scope(people: People, client_of: LogIn) -> None:
    way_in = reverse("credits:score-tables")
    assert client_of(people.organizer).get(way_in).url == url(people)  # type: ignore[attr-defined]  # a redirect
    assert client_of(people.learner).get(way_in).status_code == 404


def test_the_page_leads_up_and_down_the_tree_within_the_scope(people: People, client_of: LogIn) -> None:
    village = reverse("credits:score-table", args=[people.village.pk])
    province = reverse("credits:score-table", args=[people.province.pk])
    assert village in client_of(people.organizer).get(url(people)).text
    assert province not in client_of(people.organizer).get(url(people)).text
    assert province in client_of(people.administrator).get(url(people)).text
    assert url(people) in client_of(people.organizer).get(village).text


def test_a_table_of_many_takes_the_queries_of_a_table_of_few(
    people: People, course: Any, client_of: LogIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lecture = make.lecture(course)
    make.complete_lecture(people.learner, lecture)
    client = client_of(people.organizer)

    def read() -> None:
        with django_assert_num_queries(3):
            queries.score_table(people.county, 2026, LATER)
        with django_assert_num_queries(13):
            client.get(url(people))
        with django_assert_num_queries(8):
            read_csv(client.get(url(people, "credits:score-table-csv")))

    read()
    for code in ("b1", "b2", "b3"):
        branch = make_member.organization(code, parent=people.county)
        for number in range(20):
            learner = make_member.member(f"{code}-{number}", branch)
            if number % 5 == 0:
                make.complete_lecture(learner, lecture)
    read()


def test_hours_by_organization_are_those_of_the_table(people: People, course: Any) -> None:
    make.complete_lecture(people.learner, make.lecture(course, minutes=45))
    make.complete_lecture(people.organizer, make.lecture(course))
    make.complete_lecture(people.stranger, make.lecture(course))
    sums = queries.hours_by_organization([people.county.path], 2026)
    assert sums == {people.county.pk: 50, people.village.pk: 100}
    assert queries.hours_by_organization([], 2026) == {}
