"""The composed pages: home, the way through a course, the organizers' overview."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from courses import services as course_services
from exams import services as exam_services
from lms.common import clock
from lms.members.models import Member
from lms.portal import queries
from tests.conftest import People
from tests.factories import courses as make_courses
from tests.factories import credits as make_credits
from tests.factories import exams as make_exams
from tests.factories import members as make

ClientOf = Callable[[Member], Client]


def test_every_page_asks_a_visitor_to_log_in(db: None, client: Client) -> None:
    for address in ("/", "/organizing/", "/steps/any/"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/login/")


def test_home_shows_what_is_owed_and_where_to_go_on(people: People, client_of: ClientOf) -> None:
    course = make_courses.course(people.instructor, people.county)
    lecture = make_courses.lectures_of(course)[0]
    session = course_services.start_session(member=people.learner, lecture=lecture, now=make_courses.later(hours=1))
    make_courses.report(session, people.learner, (0, 5_000), now=make_courses.later(hours=1, seconds=5))

    page = client_of(people.learner).get("/").content.decode()

    assert course.title in page
    assert f'href="/courses/lectures/{lecture.pk}/"' in page


def test_home_names_required_courses_that_have_not_been_begun(people: People, client_of: ClientOf) -> None:
    course = make_courses.course(people.instructor, people.county, slug="duty", is_required=True)

    assert f'href="/courses/{course.slug}/"' in client_of(people.learner).get("/").content.decode()
    learning = queries.learning(people.learner, clock.now())
    assert ([one.slug for one in learning.required], learning.new_courses) == (["duty"], [])
    assert queries.learning(people.stranger, clock.now()).required == []


def test_what_home_says_to_do_next_is_not_owed_a_second_time(people: People, client_of: ClientOf) -> None:
    for slug in ("duty", "second", "third"):
        make_courses.course(people.instructor, people.county, slug=slug, title=f"必修 {slug}", is_required=True)
    learning = queries.learning(people.learner, clock.now())
    first = learning.next_step.course

    assert first is not None
    assert learning.owed_beside.count == 2
    assert first not in learning.owed_beside.required
    page = client_of(people.learner).get("/").content.decode()
    assert page.count(f'href="/courses/{first.slug}/"') == 1

    for course in learning.required:
        course_services.enrol(member=people.learner, course=course, now=clock.now())
    begun = queries.learning(people.learner, clock.now())
    assert (begun.next_step.kind, begun.owed_beside.count) == ("lecture", 2)
    assert begun.next_step.row not in begun.owed_beside.courses


def test_a_paper_that_runs_is_not_owed_as_an_exam(people: People) -> None:
    hall = make_exams.hall(people.county, people.instructor, people.learner)
    exam_services.start_attempt(member=people.learner, exam=hall.exam, now=clock.now())
    learning = queries.learning(people.learner, clock.now())
    assert learning.next_step.kind == "paper"
    assert hall.exam not in learning.owed_beside.exams


def test_home_leads_back_to_an_exam_whose_time_is_running(people: People, client_of: ClientOf) -> None:
    hall = make_exams.hall(people.county, people.instructor, people.learner)
    attempt = exam_services.start_attempt(member=people.learner, exam=hall.exam, now=clock.now())

    page = client_of(people.learner).get("/").content.decode()

    assert f'href="/exams/attempts/{attempt.pk}/"' in page


def test_home_s_queries_do_not_grow_with_the_courses(
    people: People, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    def count() -> int:
        with django_assert_max_num_queries(60) as seen:
            assert client_of(people.learner).get("/").status_code == 200
        return len(seen)

    make_courses.course(people.instructor, people.county, slug="first")
    few = count()
    for number in range(6):
        make_courses.course(people.instructor, people.county, slug=f"more-{number}")

    assert count() == few


def test_the_steps_of_a_course_are_a_page_and_a_fragment(people: People, client_of: ClientOf) -> None:
    make_courses.course(people.instructor, people.county, slug="steps")
    client = client_of(people.learner)

    page = client.get("/steps/steps/").content.decode()
    fragment = client.get("/steps/steps/", headers={"HX-Request": "true"}).content.decode()

    assert "<html" in page
    assert "<html" not in fragment
    assert "course-steps" in fragment
    assert "course-steps" in page


def test_the_steps_of_a_course_outside_one_s_organization_are_not_found(people: People, client_of: ClientOf) -> None:
    make_courses.course(people.instructor, people.county, slug="theirs")

    assert client_of(people.stranger).get("/steps/theirs/").status_code == 404


def test_an_organizer_sees_the_own_subtree_with_sums_rolled_up(people: People, client_of: ClientOf) -> None:
    make_credits.default_rules()
    course = make_credits.course("history", people.county, people.instructor)
    make_credits.complete_lecture(people.learner, make_credits.lecture(course), at=clock.now())

    lines = {line.organization.code: line for line in queries.overview(people.organizer, clock.now())}

    assert set(lines) == {"county", "village"}
    assert (lines["county"].members, lines["village"].members) == (3, 1)
    assert lines["village"].hours == lines["county"].hours == 50  # 20 minutes
    assert (lines["county"].indent, lines["village"].indent) == (0, 1)
    page = client_of(people.organizer).get("/organizing/").content.decode()
    assert "石桥村党支部" in page
    assert "临江县委" not in page


def test_the_overview_s_chart_and_its_file_hold_everything_whatever_is_filtered(
    people: People, client_of: ClientOf
) -> None:
    # Somebody in each county, so that there is something to compare.
    make_credits.default_rules()
    course = make_credits.course("history", people.county, people.instructor)
    make_credits.complete_lecture(people.learner, make_credits.lecture(course), at=clock.now())
    client = client_of(people.administrator)

    page = client.get("/organizing/", {"q": "石桥村"})
    file = client.get("/organizing/", {"q": "石桥村", "chart": "hours"})

    assert [line.organization.code for line in page.context["table"].rows] == ["village"]
    assert 'class="print-head"' in page.text
    lines = b"".join(file.streaming_content).decode("utf-8-sig")
    assert file["Content-Disposition"].startswith("attachment")
    assert "青川县委" in lines
    assert "临江县委" in lines
    assert client_of(people.learner).get("/organizing/", {"chart": "hours"}).status_code == 403


def test_learners_and_instructors_have_no_overview(people: People, client_of: ClientOf) -> None:
    for person in (people.learner, people.instructor):
        assert client_of(person).get("/organizing/").status_code == 403


def test_the_overview_s_queries_do_not_grow_with_the_tree(people: People, django_assert_max_num_queries: Any) -> None:
    def count() -> int:
        with django_assert_max_num_queries(20) as seen:
            queries.overview(people.administrator, clock.now())
        return len(seen)

    few = count()
    for number in range(8):
        place = make.organization(f"o{number}", parent=people.village)
        make.member(f"m{number}", place)

    assert count() == few
