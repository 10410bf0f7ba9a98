"""Tables over both databases, and the pages of organizers that are made of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from lms.common import clock
from lms.common.tables import Column, Table, written
from lms.members.models import AuditEntry, Member
from lms.members.rules import MemberKind
from lms.portal import queries
from tests.conftest import People
from tests.factories import credits as make_credits
from tests.factories import members as make

ClientOf = Callable[[Member], Client]
COLUMNS = (
    Column("name", "name", order=(written("full_name"),)),
    Column("joined", "joined", order=("joined_at",)),
)


def read_csv(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def members_url(people: People, query: str = "") -> str:
    return reverse("portal:organization-members", args=[people.county.pk]) + query


@pytest.mark.parametrize("sort", ["joined", "-joined"])
def test_what_is_not_known_comes_last_on_every_database(people: People, sort: str) -> None:
    Member.objects.update(joined_at=None)
    for days, person in enumerate((people.learner, people.organizer)):
        Member.objects.filter(pk=person.pk).update(joined_at=clock.now() + timedelta(days=days))
    request = RequestFactory().get("/", {"sort": sort})
    request.session = {}  # type: ignore[assignment]
    rows = Table(request, "people", COLUMNS, Member.objects.all(), ties=("learner_no",)).rows
    known = [people.learner, people.organizer]
    assert rows[:2] == (known if sort == "joined" else known[::-1])
    unknown = [person.learner_no for person in rows[2:]]
    assert unknown == sorted(unknown)


def test_names_are_sorted_alike_on_every_database(people: People) -> None:
    for number, name in enumerate(("b", "B", "a", "Z", "一", "丁")):
        make.member(f"odd-{number}", people.elsewhere, full_name=name)
    request = RequestFactory().get("/", {"sort": "name"})
    request.session = {}  # type: ignore[assignment]
    odd = Member.objects.filter(learner_no__startswith="odd")
    assert [person.full_name for person in Table(request, "people", COLUMNS, odd).rows] == list("BZab一丁")


def test_who_is_behind_and_how_far(people: People, client_of: ClientOf) -> None:
    course = make_credits.course("history", people.county, people.instructor)
    lecture = make_credits.lecture(course, minutes=45)
    now = clock.now()
    make_credits.complete_lecture(people.learner, lecture, at=now)
    make.member("guest", people.village, full_name="无任务", kind=MemberKind.NON_MEMBER)

    lines = {line.score.learner_no: line for line in queries.members_of(people.county, clock.now())}

    assert set(lines) == {"instructor", "organizer", "learner", "guest"}
    learner = lines["learner"]
    assert (learner.score.total, learner.score.missing, learner.is_behind) == (100, 3100, True)
    assert learner.last_at is not None
    assert abs(learner.last_at - now) < timedelta(seconds=5)
    assert (lines["guest"].score.missing, lines["guest"].is_behind, lines["guest"].last_at) == (None, False, None)
    page = client_of(people.organizer).get(members_url(people, "?behind=1&sort=hours"))
    assert [line.score.learner_no for line in page.context["table"].rows][-1] == "learner"
    assert "无任务" not in page.text
    assert (page.context["behind"], page.context["owing"], page.context["people"]) == (3, 3, 4)


def test_the_file_of_members_is_the_page_and_both_are_on_record(people: People, client_of: ClientOf) -> None:
    client = client_of(people.organizer)
    page = client.get(members_url(people, "?q=learner&sort=name&columns=-&columns=hours&columns=missing"))
    rows = read_csv(client.get(page.context["table"].file_address))
    assert rows == [["姓名", *rows[0][1:]], ["李𬱖", "0", "32"]]
    acts = list(AuditEntry.objects.filter(act__startswith="portal.").order_by("id").values_list("act", "facts"))
    assert acts == [("portal.read_members", {"rows": 1}), ("portal.export_members", {"rows": 1})]


@pytest.mark.parametrize("query", ["", "?export=csv"])
def test_members_are_shown_within_the_scope_only(people: People, client_of: ClientOf, query: str) -> None:
    for person in (people.rival, people.learner, people.instructor, people.stranger):
        assert client_of(person).get(members_url(people, query)).status_code == 404
    above = reverse("portal:organization-members", args=[people.province.pk])
    assert client_of(people.organizer).get(above + query).status_code == 404
    assert Client().get(members_url(people, query)).status_code == 302
    assert not AuditEntry.objects.filter(act__startswith="portal.").exists()


def test_thirty_members_take_the_queries_of_ten(
    people: People, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    lecture = make_credits.lecture(make_credits.course("history", people.county, people.instructor))
    exam = make_credits.exam(lecture.chapter.course)
    client = client_of(people.organizer)

    def count() -> tuple[int, int]:
        with django_assert_max_num_queries(6) as asked:
            queries.members_of(people.county, clock.now())
        with django_assert_max_num_queries(25) as seen:
            assert client.get(members_url(people)).status_code == 200
        return len(asked), len(seen)

    def grow(numbers: range) -> None:
        for number in numbers:
            learner = make.member(f"extra-{number:02d}", people.village)
            if number % 3 == 0:
                make_credits.complete_lecture(learner, lecture)
                make_credits.pass_exam(learner, exam)

    grow(range(7))
    few = count()
    grow(range(7, 27))
    assert Member.objects.filter(organization__path__startswith=people.county.path).count() == 30
    assert count() == few


def test_the_overview_is_a_tree_until_it_is_sorted(people: People, client_of: ClientOf) -> None:
    client = client_of(people.organizer)
    tree = client.get("/organizing/")
    assert "tree-level-1" in tree.text
    assert members_url(people) in tree.text
    flat = client.get("/organizing/?sort=members")
    assert "tree-level-1" not in flat.text
    assert [line.organization for line in flat.context["table"].rows] == [people.village, people.county]
    rows = read_csv(client.get("/organizing/?kind=branch&export=csv"))
    assert [row[0] for row in rows[1:]] == [
        line.organization.name for line in client.get("/organizing/?kind=branch").context["table"].rows
    ]


def test_an_empty_table_is_another_thing_than_no_match(people: People, client_of: ClientOf) -> None:
    client = client_of(people.instructor)
    address = reverse("courses:manage")
    assert reverse("courses:course-create") in client.get(address).text.split("empty-state")[1]
    nothing = client.get(address, {"q": "没有", "sort": "title"}).text.split("empty-state")[1]
    assert f'href="{address}?sort=title"' in nothing, "the way out is to take the filters off"


def test_an_excerpt_of_a_score_table_says_that_it_is_one(people: People, client_of: ClientOf) -> None:
    course = make_credits.course("history", people.county, people.instructor)
    make_credits.complete_lecture(people.learner, make_credits.lecture(course), at=clock.now())
    client = client_of(people.organizer)
    address = reverse("credits:score-table", args=[people.county.pk])
    whole = client.get(address, {"sort": "-total"})
    assert whole.context["table"].rows[0].learner_no == "learner"
    page = client.get(address, {"q": "李", "met": "no", "columns": ["-", "total"]})
    assert (len(page.context["sums"].rows), len(page.context["scores"].rows)) == (1, 3)
    rows = read_csv(client.get(page.context["csv_url"]))
    assert rows[0] == ["序号", "姓名", "学时合计"]
    assert rows[1] == ["3", "李𬱖", "0.5"], "the number is that of the whole table"
    assert rows[2] == ["", "1人", "0.5"]
    assert "李" in rows[4][-1]


def test_chosen_certificates_come_in_one_file(people: People, client_of: ClientOf) -> None:
    import zipfile

    from tests.factories import certificates as make_certificates

    ready = make_certificates.rendered(people.learner, people.county, people.instructor, slug="ready")
    waiting = make_certificates.issued(people.learner, people.county, people.instructor, slug="waiting")
    foreign = make_certificates.rendered(people.stranger, people.elsewhere, people.instructor, slug="foreign")
    client = client_of(people.organizer)
    address = reverse("certificates:download-chosen")
    answer = client.post(address, {"chosen": [ready.serial, waiting.serial, foreign.serial, "bogus"]})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[arg-type]
        [name] = archive.namelist()
        assert ready.number in name
        assert archive.read(name).startswith(b"%PDF")
    assert AuditEntry.objects.get(act="certificates.download_many").facts == {"numbers": [ready.number]}
    assert client.post(address, {"chosen": [waiting.serial]}).status_code == 302
    assert client_of(people.learner).post(address, {"chosen": [ready.serial]}).status_code == 403
