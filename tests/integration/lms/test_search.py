"""The search of the header: what is found, for whom, and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory

from lms.members.context import navigation_of
from lms.members.models import AuditEntry, Member
from lms.members.rules import Role
from lms.portal import queries
from lms.portal.queries import Hit
from lms.portal.templatetags.marking import excerpt, marked
from tests.conftest import People
from tests.factories import courses as make_courses
from tests.factories import exams as make_exams
from tests.factories import media_pipeline as make_media
from tests.factories import members as make
from tests.markup import page_of

LogIn = Callable[[Member], Client]


def found(member: Member, text: str) -> dict[str, list[str]]:
    """Kind -> titles, as the page shows them to `member`."""
    request = RequestFactory().get("/search/")
    groups = queries.search(member, navigation_of(request, member), text)
    return {group.source.kind: [hit.title for hit in group.hits] for group in groups}


@pytest.fixture
def school(people: People) -> People:
    make_courses.course(people.instructor, people.county, slug="rural", title="乡村振兴 Rural案例")
    make_exams.hall(people.county, people.instructor, people.learner)  # 党章学习十讲
    make_media.pretended(people.instructor, people.county, title="乡村影片")
    return people


def test_everybody_finds_courses_lectures_and_pages(school: People) -> None:
    hits = found(school.learner, "乡村")
    assert hits == {"courses": ["乡村振兴 Rural案例"]}
    assert found(school.learner, "第1讲")["lectures"]
    assert found(school.learner, "证书")["pages"] == ["我的证书", "消息", "证书查验"]
    assert found(school.learner, "密码")["pages"] == ["修改密码"]


def test_every_word_must_occur_in_any_case_and_blanks_of_any_kind_part_them(school: People) -> None:
    assert found(school.learner, "案例 rural") == found(school.learner, "RURAL\u3000乡村")
    assert "courses" not in found(school.learner, "乡村 城市")


def test_what_is_published_elsewhere_is_not_found(school: People) -> None:
    assert found(school.stranger, "乡村") == {}
    assert "lectures" not in found(school.stranger, "第1讲")


def test_a_draft_is_not_found_by_who_learns(school: People) -> None:
    draft = make_courses.draft(school.instructor, school.county, slug="draft", title="草稿课程")
    make_courses.lecture(make_courses.chapter(draft), title="草稿讲座")
    assert found(school.learner, "草稿") == {}


def test_instructors_find_their_films_and_exams(school: People) -> None:
    hits = found(school.instructor, "乡村")
    assert hits["films"] == ["乡村影片"]
    assert found(school.instructor, "党章学习")["exams"]
    assert "people" not in found(school.instructor, "李")


def test_organizers_find_people_and_organizations_of_their_scope(school: People) -> None:
    assert found(school.organizer, "李")["people"] == ["李𬱖"]
    assert found(school.organizer, "learner")["people"] == ["李𬱖"]
    assert found(school.organizer, "石桥")["organizations"] == ["石桥村党支部"]
    assert found(school.organizer, "village")["organizations"] == ["石桥村党支部"]
    assert found(school.organizer, "陈陌") == {}  # of the other county
    assert found(school.organizer, "临江") == {}
    assert found(school.rival, "李") == {}
    assert found(school.administrator, "陈陌")["people"] == ["陈陌"]


def test_a_person_leads_to_their_line_among_the_members(school: People, client_of: LogIn) -> None:
    client = client_of(school.organizer)
    groups = client.get("/search/", {"q": "李"}).context["groups"]
    address = next(hit.url for group in groups for hit in group.hits if hit.title == "李𬱖")

    lines = client.get(address).context["table"].rows

    assert address.startswith(f"/organizing/{school.village.pk}/?q=")
    assert [line.score.full_name for line in lines] == ["李𬱖"]


def test_an_auditor_looks_but_finds_no_exams_to_change(school: People) -> None:
    auditor = make.grant(make.member("auditor", school.county), school.county, Role.AUDITOR)
    assert set(found(auditor, "乡村")) == {"courses", "films"}
    assert "exams" not in found(auditor, "党章学习")
    assert "people" in found(auditor, "李")


def test_somebody_who_left_is_not_found(school: People) -> None:
    Member.objects.filter(pk=school.learner.pk).update(is_active=False)
    assert found(school.organizer, "李") == {}


def test_a_group_of_many_shows_five_and_leads_to_all(people: People, client_of: LogIn) -> None:
    for number in range(27):
        make.member(f"n{number}", people.village, full_name=f"赵{number}")
    client = client_of(people.organizer)

    page = page_of(client, "/search/?q=赵", "en")

    assert len(page.all("a", **{"class": "hit"})) == 5
    more = next(link["href"] for link in page.all("a") if "in=people" in link.get("href", ""))
    every = client.get("/search/" + more)
    assert len(every.context["hits"]) == 20
    assert every.context["page_obj"].paginator.count == 27


def test_a_kind_one_may_not_look_for_shows_the_groups_instead(school: People, client_of: LogIn) -> None:
    response = client_of(school.learner).get("/search/", {"q": "李", "in": "people"})
    assert response.context["groups"] == []
    assert "李𬱖" not in [hit.title for group in response.context["groups"] for hit in group.hits]


def test_finding_people_is_on_record_and_other_searches_are_not(school: People, client_of: LogIn) -> None:
    client = client_of(school.organizer)
    client.get("/search/", {"q": "乡村"})
    assert not AuditEntry.objects.filter(act="portal.search_people").exists()
    client.get("/search/", {"q": "李"})
    entry = AuditEntry.objects.get(act="portal.search_people")
    assert entry.actor == school.organizer
    assert entry.facts == {"q": "李", "rows": 1}


def test_the_queries_do_not_grow_with_what_is_found(
    people: People, client_of: LogIn, django_assert_max_num_queries: Any
) -> None:
    client = client_of(people.administrator)

    def count() -> int:
        with django_assert_max_num_queries(24) as seen:
            assert client.get("/search/", {"q": "多"}).status_code == 200
        return len(seen)

    def more(start: int, end: int) -> None:
        for number in range(start, end):
            make_courses.course(people.instructor, people.county, slug=f"many-{number}", title=f"多{number}")
            make.member(f"m{number}", people.village, full_name=f"多{number}")
            make.organization(f"o{number}", parent=people.county, name=f"多{number}")

    more(0, 6)
    few = count()
    more(6, 14)
    assert count() == few


def test_a_query_is_marked_and_escaped(school: People, client_of: LogIn) -> None:
    client = client_of(school.learner)
    html = client.get("/search/", {"q": "乡村"}).content.decode()
    assert "<mark>乡村</mark>振兴 Rural案例" in html
    html = client.get("/search/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in html
    assert client.get("/search/", {"q": "x" * 5000}).status_code == 200
    assert client.get("/search/", {"q": "100%_\\'\""}).status_code == 200
    assert client.get("/search/").status_code == 200
    assert client.get("/search/", {"q": "\u3000 "}).context.get("groups") is None


def test_nothing_found_says_what_to_do(people: People, client_of: LogIn) -> None:
    page = page_of(client_of(people.learner), "/search/?q=zzz", "en")
    assert "Nothing found for “zzz”" in page.words
    assert page.all("a", **{"class": "btn btn-outline-primary", "href": "/courses/"})


def test_visitors_log_in_first(db: None, client: Client) -> None:
    for address in ("/search/?q=x", "/more/", "/notifications/"):
        assert client.get(address)["Location"].startswith("/account/login/")


def test_marking_is_longest_first_and_safe() -> None:
    assert marked("党支部 & 党", ["党", "党支部"]) == "<mark>党支部</mark> &amp; <mark>党</mark>"
    assert marked("A.B axb", ["a.b"]) == "<mark>A.B</mark> axb"
    assert marked("<b>", []) == "&lt;b&gt;"
    assert marked("<b>", ["b"]) == "&lt;<mark>b</mark>&gt;"


def test_an_excerpt_shows_what_title_and_note_do_not() -> None:
    hit = Hit("党章", "/x/", "林知远", body="前" * 40 + "青禾村的故事" + "后" * 60)
    assert excerpt(hit, ["党章"]) == ""
    place = excerpt(hit, ["青禾"])
    assert place.startswith("…前")
    assert "青禾村" in place
    assert place.endswith("…")
    assert excerpt(hit, ["没有"]) == ""
