"""The pages of learners: what they show, to whom, and with how many queries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from courses import services
from courses.models import Course, Enrolment
from lms.members.models import AuditEntry, Member
from tests.conftest import People
from tests.factories import courses as make
from tests.factories.courses import later, report

pytestmark = pytest.mark.django_db
LogIn = Callable[[Member], Client]
QUERIES_OF_THE_CATALOG = 12


@pytest.fixture
def course(people: People) -> Course:
    return make.course(people.instructor, people.county, lectures=2)


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


# --- catalog ---


def test_the_catalog_shows_what_the_own_organization_and_those_above_it_publish(
    people: People, client_of: LogIn
) -> None:
    make.course(people.instructor, people.province, "province", title="省里的课")
    make.course(people.instructor, people.county, "county", title="县里的课")
    make.course(people.instructor, people.village, "village", title="村里的课")
    make.course(people.instructor, people.elsewhere, "elsewhere", title="别处的课")
    make.draft(people.instructor, people.county, "draft", title="没写完的课")

    def titles(member: Member) -> set[str]:
        page = client_of(member).get(reverse("courses:catalog"))
        return {card["title"] for card in page.context["table"].rows}

    assert titles(people.learner) == {"省里的课", "县里的课", "村里的课"}
    assert titles(people.stranger) == {"省里的课", "别处的课"}
    assert titles(people.instructor) == {"省里的课", "县里的课", "村里的课"}, "their scope goes down to the village"
    assert titles(people.rival) == {"省里的课", "别处的课"}
    assert titles(people.administrator) == {"省里的课", "县里的课", "村里的课", "别处的课"}


def test_the_catalog_is_narrowed_by_words_and_category(people: People, client_of: LogIn) -> None:
    make.course(people.instructor, people.county, "one", title="党章学习", summary="", lecturer_name="赵教授")
    make.course(
        people.instructor,
        people.county,
        "two",
        title="乡村振兴",
        summary="产业与 Party 建设",
        category=make.category("rural", name="农村"),
        is_required=True,
    )
    client = client_of(people.learner)

    def slugs(**wanted: str) -> list[str]:
        page = client.get(reverse("courses:catalog"), wanted)
        return [card["course"].slug for card in page.context["table"].rows]

    assert slugs(q="党章") == slugs(q="赵教授") == ["one"]
    assert slugs(q="产业") == slugs(q="pArTy") == slugs(category="rural") == ["two"]
    assert slugs(required="1") == slugs(required="1", category="rural") == ["two"]
    assert slugs(q="党章", category="rural") == []
    nonsense = [slugs(q="a\0b"), slugs(q="x" * 500), slugs(category="不是代号"), slugs(category="no-such")]
    assert nonsense == [["two", "one"]] * 4


def test_the_catalog_says_how_much_there_is_and_how_to_see_all_again(people: People, client_of: LogIn) -> None:
    address = reverse("courses:catalog")
    assert "empty-state" in text_of(client_of(people.learner).get(address))
    make.course(people.instructor, people.county, "one", title="党章学习")
    page = client_of(people.learner).get(address, {"q": "没有的", "required": "1"})
    assert 'class="empty-state"' in text_of(page)
    assert [chip.words for chip in page.context["table"].chips] == ["没有的", ""]
    assert f'href="{address}"' in text_of(page), "the way back to all courses"


def test_a_card_says_how_far_one_is(people: People, client_of: LogIn, course: Course) -> None:
    make.watch(people.learner, make.lectures_of(course)[0], now=later())
    make.course(people.instructor, people.county, "other")
    cards = {card["course"].slug: card for card in client_of(people.learner).get("/courses/").context["table"].rows}
    assert (cards[course.slug]["value"], cards[course.slug]["max"]) == (500, 1000)
    assert cards["other"]["value"] is None


def test_the_catalog_costs_the_same_queries_for_one_page_of_any_length(
    people: People, client_of: LogIn, django_assert_num_queries
) -> None:
    client = client_of(people.learner)
    make.course(people.instructor, people.county, "first")
    services.enrol(member=people.learner, course=Course.objects.get(), now=later())
    # session, member, [page shell: roles], organization, roles, count, courses, enrolments, their progress, categories
    with django_assert_num_queries(QUERIES_OF_THE_CATALOG):
        client.get(reverse("courses:catalog"))
    for number in range(14):
        course = make.course(people.instructor, people.county, f"course-{number}", lectures=2)
        services.enrol(member=people.learner, course=course, now=later())
    with django_assert_num_queries(QUERIES_OF_THE_CATALOG):
        page = client.get(reverse("courses:catalog"))
    assert len(page.context["table"].rows) == 12


# --- one course ---


def test_the_page_of_a_course_offers_to_take_it_and_then_to_go_on(
    people: People, client_of: LogIn, course: Course
) -> None:
    client = client_of(people.learner)
    address = reverse("courses:course-detail", args=[course.slug])
    assert reverse("courses:enrol", args=[course.slug]) in text_of(client.get(address))
    answer = client.post(reverse("courses:enrol", args=[course.slug]), follow=True)
    first, second = make.lectures_of(course)
    assert answer.redirect_chain == [(reverse("courses:lecture", args=[first.pk]), 302)]
    assert Enrolment.objects.get().member == people.learner
    assert answer.context["overview"].tally.next_lecture == first
    make.watch(people.learner, first, now=later())
    page = client.get(address)
    assert page.context["overview"].tally.next_lecture == second
    assert [item.lecture for item in page.context["overview"].tally.owed] == [second]
    assert reverse("courses:lecture", args=[second.pk]) in text_of(page)


def test_the_page_of_a_course_costs_the_same_queries_whatever_its_size(
    people: People, client_of: LogIn, django_assert_num_queries
) -> None:
    small = make.course(people.instructor, people.county, "small")
    large = make.course(people.instructor, people.county, "large", lectures=12)
    for course in (small, large):
        services.enrol(member=people.learner, course=course, now=later())
    client = client_of(people.learner)
    for course in (small, large):
        with django_assert_num_queries(12):
            client.get(reverse("courses:course-detail", args=[course.slug]))


@pytest.mark.parametrize("name", ["course-detail", "enrol", "diagnosis"])
def test_a_member_of_another_county_does_not_even_learn_that_the_course_exists(
    people: People, client_of: LogIn, course: Course, name: str
) -> None:
    client = client_of(people.stranger)
    address = reverse(f"courses:{name}", args=[course.slug])
    answer = client.post(address) if name == "enrol" else client.get(address)
    assert answer.status_code == 404
    assert not Enrolment.objects.exists()


def test_a_draft_is_seen_by_its_instructors_only(people: People, client_of: LogIn) -> None:
    draft = make.draft(people.instructor, people.county, "draft")
    lecture = make.lecture(make.chapter(draft))
    for address in (
        reverse("courses:course-detail", args=["draft"]),
        reverse("courses:lecture", args=[lecture.pk]),
    ):
        assert client_of(people.learner).get(address).status_code == 404
        assert client_of(people.rival).get(address).status_code == 404
        assert client_of(people.instructor).get(address).status_code == 200


def test_visitors_are_sent_to_the_log_in(client: Client, people: People, course: Course) -> None:
    answer = client.get(reverse("courses:course-detail", args=[course.slug]))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("members:login"))


def test_that_starting_enrols_is_said_before(people: People, client_of: LogIn, course: Course) -> None:
    client = client_of(people.learner)
    lecture = reverse("courses:lecture", args=[make.lectures_of(course)[0].pk])
    assert "开始学习即加入课程" in text_of(client.get(reverse("courses:course-detail", args=[course.slug])))
    assert "按下播放即加入这门课程" in text_of(client.get(lecture))
    services.enrol(member=people.learner, course=course, now=later())
    assert "即加入" not in text_of(client.get(reverse("courses:course-detail", args=[course.slug])))
    assert "即加入" not in text_of(client.get(lecture))


def test_a_course_without_a_lecture_to_play_is_taken_all_the_same(people: People, client_of: LogIn) -> None:
    course = make.course(people.instructor, people.county)
    make.lectures_of(course)[0].asset.__class__.objects.update(published_version=0)
    answer = client_of(people.learner).post(reverse("courses:enrol", args=[course.slug]))
    assert answer["Location"] == reverse("courses:course-detail", args=[course.slug])


# --- the player ---


def test_the_player_knows_what_was_watched_and_what_is_needed(people: People, client_of: LogIn, course: Course) -> None:
    lecture = make.lectures_of(course)[0]
    session = services.start_session(member=people.learner, lecture=lecture, now=later())
    report(session, people.learner, (0, 20_000), now=later(seconds=20))
    page = client_of(people.learner).get(reverse("courses:lecture", args=[lecture.pk]))
    player = page.context["player"]
    assert player["counts"]
    assert (player["coverage"], player["coveredMs"], player["positionMs"]) == ([[0, 20_000]], 20_000, 20_000)
    assert (player["durationMs"], player["neededMs"]) == (60_000, 54_000)
    assert set(player["words"]["reasons"]) == {
        "too_fast",
        "other_player",
        "outage_limit",
        "past_end",
        "scattered",
    }
    assert page["Cache-Control"] == "no-store"
    assert 'type="application/json"' in text_of(page)
    assert "<noscript>" in text_of(page)


def test_looking_at_a_lecture_changes_nothing(people: People, client_of: LogIn, course: Course) -> None:
    client_of(people.learner).get(reverse("courses:lecture", args=[make.lectures_of(course)[0].pk]))
    assert not Enrolment.objects.exists()


def test_an_instructor_sees_a_preview_that_does_not_count(people: People, client_of: LogIn) -> None:
    course = make.course(people.instructor, people.village, "village")
    page = client_of(people.instructor).get(reverse("courses:lecture", args=[make.lectures_of(course)[0].pk]))
    assert page.context["player"]["counts"] is False
    assert client_of(people.learner).get(page.request["PATH_INFO"]).context["player"]["counts"] is True


def test_a_lecture_whose_film_is_not_ready_says_so(people: People, client_of: LogIn) -> None:
    draft = make.draft(people.instructor, people.county, "draft")
    lecture = make.lecture(make.chapter(draft), published_version=0, duration_ms=None, state="processing")
    page = client_of(people.instructor).get(reverse("courses:lecture", args=[lecture.pk]))
    assert page.status_code == 200
    assert "player" not in page.context
    answer = client_of(people.instructor).get(reverse("courses:playback", args=[lecture.pk]))
    assert answer.status_code == 409


@pytest.mark.parametrize("name", ["lecture", "playback"])
def test_a_stranger_gets_no_address_of_a_film(people: People, client_of: LogIn, course: Course, name: str) -> None:
    lecture = make.lectures_of(course)[0]
    assert client_of(people.stranger).get(reverse(f"courses:{name}", args=[lecture.pk])).status_code == 404
    assert client_of(people.learner).get(reverse(f"courses:{name}", args=[10**25])).status_code == 404
    assert client_of(people.learner).get(reverse(f"courses:{name}", args=[lecture.pk])).status_code == 200


def test_the_player_costs_the_same_queries_whatever_the_course_holds(
    people: People, client_of: LogIn, django_assert_num_queries
) -> None:
    client = client_of(people.learner)
    for slug, lectures in [("small", 1), ("large", 12)]:
        lecture = make.lectures_of(make.course(people.instructor, people.county, slug, lectures=lectures))[0]
        with django_assert_num_queries(13):
            client.get(reverse("courses:lecture", args=[lecture.pk]))


# --- diagnosis ---


def test_the_diagnosis_tells_what_was_counted_and_why_not(people: People, client_of: LogIn, course: Course) -> None:
    lecture = make.lectures_of(course)[0]
    session = services.start_session(member=people.learner, lecture=lecture, now=later())
    report(session, people.learner, (0, 20_000), now=later(seconds=20))
    report(session, people.learner, (0, 50_000), seq=2, now=later(seconds=30))
    page = client_of(people.learner).get(reverse("courses:diagnosis", args=[course.slug]))
    line = page.context["lectures"][0]
    assert page.context["still_ms"] == 29_000 + 54_000
    # 15 s of allowance and 10 s of carry (20 s at 1.5x were allowed, 20 s used) pay for 25 of the 50 s.
    assert (line.overview.covered_ms, line.needed_ms, line.still_ms) == (25_000, 54_000, 29_000)
    assert (line.accepted_ms, line.repeated_ms) == (45_000, 20_000)
    assert line.missing == [(25_000, 60_000)]
    assert [time for _words, time in line.reasons] == [25_000]
    assert line.reasons[0][0] in text_of(page)
    assert page.context["lectures"][1].reasons == []


def test_organizers_read_the_diagnosis_of_their_learners_and_that_is_recorded(
    people: People, client_of: LogIn, course: Course
) -> None:
    services.enrol(member=people.learner, course=course, now=later())
    address = reverse("courses:diagnosis-of", args=[course.slug, people.learner.learner_no])
    page = client_of(people.organizer).get(address)
    assert page.context["learner"] == people.learner
    entry = AuditEntry.objects.get(act="courses.read_diagnosis")
    assert (entry.actor, entry.object_id) == (people.organizer, str(people.learner.pk))


def test_nobody_else_reads_a_diagnosis(people: People, client_of: LogIn) -> None:
    course = make.course(people.instructor, people.province, "province")
    services.enrol(member=people.learner, course=course, now=later())
    address = reverse("courses:diagnosis-of", args=[course.slug, people.learner.learner_no])
    for outsider in (people.stranger, people.rival, people.instructor):
        assert client_of(outsider).get(address).status_code == 404
    assert not AuditEntry.objects.filter(act="courses.read_diagnosis").exists()
    not_enrolled = reverse("courses:diagnosis", args=[course.slug])
    assert client_of(people.stranger).get(not_enrolled).status_code == 404


def test_the_diagnosis_costs_the_same_queries_however_much_was_watched(
    people: People, client_of: LogIn, course: Course, django_assert_num_queries
) -> None:
    client = client_of(people.learner)
    address = reverse("courses:diagnosis", args=[course.slug])
    first, second = make.lectures_of(course)
    make.watch(people.learner, first, now=later())
    with django_assert_num_queries(17):
        client.get(address)
    for minute in range(2, 12):
        make.watch(people.learner, second, now=later(minutes=2 * minute))
    with django_assert_num_queries(17):
        client.get(address)
