"""What other rooms ask of this one."""

from __future__ import annotations

import pytest

from courses import queries, services
from courses.models import Enrolment
from tests.conftest import People
from tests.factories import courses as make
from tests.factories.courses import later, report

pytestmark = pytest.mark.django_db


def test_enrolments_come_with_their_progress_in_three_queries(people: People, django_assert_num_queries) -> None:
    first = make.course(people.instructor, people.county, "first", lectures=2)
    one, two = make.lectures_of(first)
    make.watch(people.learner, one, now=later())
    session = services.start_session(member=people.learner, lecture=two, now=later(minutes=2))
    report(session, people.learner, (0, 30_000), now=later(minutes=2, seconds=30))
    with django_assert_num_queries(3):
        row = queries.list_enrolments(people.learner)[0]
        assert (row.tally.completed_count, row.tally.lecture_count) == (1, 2)
        assert (row.tally.counted_ms, row.tally.duration_ms, row.tally.permille) == (90_000, 120_000, 750)
        assert row.next_lecture == two
        assert row.course.category.code == "theory"
    for number in range(6):
        course = make.course(people.instructor, people.county, f"course-{number}", lectures=3)
        services.enrol(member=people.learner, course=course, now=later(hours=1))
    with django_assert_num_queries(3):
        assert len(queries.list_enrolments(people.learner)) == 7


def test_what_is_owed_names_required_courses_first(people: People) -> None:
    done = make.course(people.instructor, people.county, "done")
    make.watch(people.learner, make.lectures_of(done)[0], now=later())
    required = make.course(people.instructor, people.county, "required", is_required=True)
    elective = make.course(people.instructor, people.county, "elective")
    dropped = make.course(people.instructor, people.county, "dropped")
    for hour, course in enumerate((required, elective, dropped), start=1):
        services.enrol(member=people.learner, course=course, now=later(hours=hour))
    Enrolment.objects.filter(course=dropped).update(state="dropped")
    assert [row.course.slug for row in queries.list_owed(people.learner)] == ["required", "elective"]
    assert [row.course.slug for row in queries.list_enrolments(people.learner)] == [
        "elective",
        "required",
        "done",
    ]


def test_who_dropped_a_course_can_take_it_again(people: People) -> None:
    course = make.course(people.instructor, people.county)
    enrolment = services.enrol(member=people.learner, course=course, now=later())
    Enrolment.objects.filter(pk=enrolment.pk).update(state="dropped")
    again = services.enrol(member=people.learner, course=course, now=later(hours=1))
    assert (again.pk, again.state, again.enrolled_at) == (enrolment.pk, "active", later())


def test_the_next_lecture_is_the_one_watched_last_else_the_first_that_can_be_played(people: People) -> None:
    course = make.course(people.instructor, people.county, lectures=3)
    one, two, three = make.lectures_of(course)
    assert queries.course_overview(people.learner, course).tally.next_lecture == one
    for minute, lecture in enumerate((one, three)):
        session = services.start_session(member=people.learner, lecture=lecture, now=later(minutes=minute))
        report(session, people.learner, (0, 5_000), now=later(minutes=minute, seconds=5))
    assert queries.course_overview(people.learner, course).tally.next_lecture == three
    make.watch(people.learner, three, now=later(hours=1))
    assert queries.course_overview(people.learner, course).tally.next_lecture == one
    one.asset.published_version = 0
    one.asset.save()
    assert queries.course_overview(people.learner, course).tally.next_lecture == two


def test_enrolments_are_counted_by_organization(people: People) -> None:
    course = make.course(people.instructor, people.province, "all")
    make.watch(people.learner, make.lectures_of(course)[0], now=later())
    for member in (people.instructor, people.organizer, people.stranger):
        services.enrol(member=member, course=course, now=later())
    active, completed = queries.enrolments_by_organization([people.county.path])
    assert active == {people.county.pk: 2, people.village.pk: 0}
    assert completed == {people.county.pk: 0, people.village.pk: 1}


def test_an_emptied_database_gets_the_default_policy_again(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    default = queries.policy_in_force(people.village, later())
    assert default is not None
    monkeypatch.setattr(queries, "policy_in_force", lambda organization, now: None)
    made = services.policy_in_force(organization=people.village, now=later())
    for name in (
        "completion_permille",
        "tail_ms",
        "max_rate_permille",
        "silence_ms",
        "outage_session_ms",
        "outage_day_ms",
    ):
        assert getattr(made, name) == getattr(default, name)
    assert made.organization is None
