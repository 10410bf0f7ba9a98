"""Making courses: services, and the instructor's pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses import events, services
from courses.models import Chapter, Course, Enrolment, Lecture
from lms.common.errors import Conflict, DomainError
from lms.members.models import AuditEntry, Member
from tests.conftest import People
from tests.factories import courses as make
from tests.factories.courses import BEGINNING, later

pytestmark = pytest.mark.django_db
LogIn = Callable[[Member], Client]


def details(people: People, **fields: Any) -> dict[str, Any]:
    values = {
        "title": "支部工作条例",
        "slug": "",
        "summary": "逐条学",
        "lecturer_name": "王老师",
        "category": make.category().pk,
        "organization": people.county.code,
        "cover": "img/cover-2.svg",
    }
    return values | fields


# --- services ---


@pytest.mark.parametrize(
    ("title", "beginning"),
    [
        ("History of the Party", "history-of-the-party"),
        ("党的历史", "course-"),
        ("Manage", "manage-"),
        ("AI 时代", "course-"),
    ],
)
def test_an_address_is_made_from_the_title_or_drawn(people: People, title: str, beginning: str) -> None:
    course = make.draft(people.instructor, people.county, "", title=title)
    assert course.slug.startswith(beginning)
    assert make.draft(people.instructor, people.county, "", title=title).slug != course.slug


@pytest.mark.parametrize("slug", ["taken", "manage", "new", "lectures", "sessions"])
def test_an_address_that_is_taken_is_refused(people: People, slug: str) -> None:
    make.draft(people.instructor, people.county, "taken")
    with pytest.raises(Conflict) as refusal:
        make.draft(people.instructor, people.county, slug)
    assert (refusal.value.code, refusal.value.facts) == ("slug_taken", {"slug": slug})
    assert Course.objects.count() == 1


def test_a_category_has_its_code_alone(people: People) -> None:
    make.category("theory")
    with pytest.raises(Conflict) as refusal:
        services.create_category(actor=None, code="theory", name="又", position=2, now=BEGINNING)
    assert refusal.value.code == "category_code_taken"


def test_a_course_is_published_only_with_lectures_that_can_be_played(people: People) -> None:
    draft = make.draft(people.instructor, people.county)
    with pytest.raises(Conflict) as refusal:
        services.publish_course(actor=people.instructor, course=draft, now=later(hours=1))
    assert refusal.value.facts == {"reasons": ["no_lecture"]}
    lecture = make.lecture(make.chapter(draft), published_version=0, duration_ms=None, state="processing")
    with pytest.raises(Conflict) as refusal:
        services.publish_course(actor=people.instructor, course=draft, now=later(hours=1))
    assert refusal.value.facts == {"reasons": ["not_playable"]}
    assert lecture.title in str(refusal.value.message)
    lecture.asset.published_version, lecture.asset.duration_ms = 1, 1_000
    lecture.asset.save()
    course = services.publish_course(actor=people.instructor, course=draft, now=later(hours=1))
    assert (course.state, course.published_at) == ("published", later(hours=1))
    with pytest.raises(Conflict) as refusal:
        services.publish_course(actor=people.instructor, course=course, now=later(hours=2))
    assert refusal.value.code == "course_published"


def test_an_archived_course_is_published_again_with_its_first_date(people: People) -> None:
    course = make.course(people.instructor, people.county)
    services.archive_course(actor=people.instructor, course=course, now=later(hours=1))
    again = services.publish_course(actor=people.instructor, course=course, now=later(hours=2))
    assert (again.state, again.published_at) == ("published", BEGINNING)
    with pytest.raises(Conflict):
        services.archive_course(
            actor=people.instructor, course=make.draft(people.instructor, people.county, "d"), now=later()
        )


def test_a_published_course_takes_no_film_that_cannot_be_played(people: People) -> None:
    course = make.course(people.instructor, people.county)
    chapter = Chapter.objects.get()
    film = make.film(people.instructor, people.county, published_version=0, duration_ms=None)
    with pytest.raises(Conflict) as refusal:
        services.add_lecture(actor=people.instructor, chapter=chapter, title="新", asset=film, now=later())
    assert refusal.value.code == "film_not_ready"
    assert len(make.lectures_of(course)) == 1


def test_chapters_and_lectures_change_places_with_their_neighbours(people: People) -> None:
    draft = make.draft(people.instructor, people.county)
    chapters = [make.chapter(draft, title) for title in "甲乙丙"]
    for title in "一二三":
        make.lecture(chapters[0], title)

    def order() -> tuple[str, str]:
        parts = Chapter.objects.filter(course=draft).order_by("position").values_list("title", flat=True)
        lectures = Lecture.objects.order_by("position").values_list("title", flat=True)
        return "".join(parts), "".join(lectures)

    services.move_chapter(actor=people.instructor, chapter=chapters[0], up=False, now=later())
    services.move_lecture(actor=people.instructor, lecture=Lecture.objects.get(title="三"), up=True, now=later())
    assert order() == ("乙甲丙", "一三二")
    services.move_chapter(actor=people.instructor, chapter=chapters[2], up=False, now=later())
    services.move_lecture(actor=people.instructor, lecture=Lecture.objects.get(title="一"), up=True, now=later())
    assert order() == ("乙甲丙", "一三二"), "at the edge nothing moves"


def test_what_members_have_opened_is_not_deleted(people: People) -> None:
    course = make.course(people.instructor, people.county, lectures=2)
    first, second = make.lectures_of(course)
    services.start_session(member=people.learner, lecture=first, now=later())
    with pytest.raises(Conflict) as refusal:
        services.delete_lecture(actor=people.instructor, lecture=first, now=later())
    assert refusal.value.code == "lecture_watched"
    with pytest.raises(Conflict) as refusal:
        services.delete_chapter(actor=people.instructor, chapter=first.chapter, now=later())
    assert refusal.value.code == "chapter_not_empty"
    assert len(make.lectures_of(course)) == 2
    services.delete_lecture(actor=people.instructor, lecture=second, now=later())
    assert make.lectures_of(course) == [first]


def test_a_published_course_keeps_its_last_lecture(people: People) -> None:
    course = make.course(people.instructor, people.county)
    with pytest.raises(Conflict) as refusal:
        services.delete_lecture(actor=people.instructor, lecture=make.lectures_of(course)[0], now=later())
    assert refusal.value.code == "last_lecture"


def test_who_only_lacked_a_deleted_lecture_has_completed_the_course(people: People) -> None:
    course = make.course(people.instructor, people.county, lectures=2)
    first, second = make.lectures_of(course)
    make.watch(people.learner, first, now=later())
    services.enrol(member=people.instructor, course=course, now=later())
    told: list[int] = []

    def listener(enrolment_id: int, **_: object) -> None:
        told.append(enrolment_id)

    events.course_completed.connect(listener)
    try:
        services.delete_lecture(actor=people.instructor, lecture=second, now=later(hours=1))
    finally:
        events.course_completed.disconnect(listener)
    enrolment = Enrolment.objects.get(member=people.learner)
    assert (enrolment.state, enrolment.completed_at) == ("completed", later(hours=1))
    assert told == [enrolment.pk]
    assert Enrolment.objects.get(member=people.instructor).state == "active"


@pytest.mark.parametrize("title", ["", "   "])
def test_nothing_goes_without_a_title(people: People, title: str) -> None:
    draft = make.draft(people.instructor, people.county)
    with pytest.raises(DomainError):
        make.draft(people.instructor, people.county, "other", title=title)
    with pytest.raises(DomainError):
        make.chapter(draft, title)
    with pytest.raises(DomainError):
        make.lecture(make.chapter(draft), title)


# --- pages ---


def test_an_instructor_makes_a_course_from_nothing_to_published(people: People, client_of: LogIn) -> None:
    client = client_of(people.instructor)
    answer = client.post(reverse("courses:course-create"), details(people, slug="regulations"))
    assert answer["Location"] == reverse("courses:course-edit", args=["regulations"])
    course = Course.objects.get()
    assert (course.instructor, course.organization, course.cover) == (
        people.instructor,
        people.county,
        "img/cover-2.svg",
    )
    assert not course.is_required
    client.post(reverse("courses:chapter-add", args=["regulations"]), {"title": "总则"})
    chapter = Chapter.objects.get()
    film = make.film(people.instructor, people.county, title="第一条讲解")
    client.post(reverse("courses:lecture-add", args=["regulations", chapter.pk]), {"asset": film.pk, "title": ""})
    lecture = Lecture.objects.get()
    assert lecture.title == "第一条讲解"
    change = reverse("courses:lecture-change", args=["regulations", lecture.pk])
    client.post(change, {"act": "rename", "title": "第一条"})
    client.post(reverse("courses:publish", args=["regulations"]))
    course.refresh_from_db()
    lecture.refresh_from_db()
    assert (course.state, lecture.title) == ("published", "第一条")
    verbs = AuditEntry.objects.filter(object_type="course").order_by("id").values_list("act", flat=True)
    assert list(verbs) == [
        "courses.create_course",
        "courses.add_chapter",
        "courses.add_lecture",
        "courses.rename_lecture",
        "courses.publish_course",
    ]
    client.post(reverse("courses:course-details", args=["regulations"]), details(people, is_required="on"))
    course.refresh_from_db()
    assert course.is_required
    client.post(reverse("courses:archive", args=["regulations"]))
    course.refresh_from_db()
    assert course.state == "archived"


def test_what_was_typed_is_still_there_after_an_error(people: People, client_of: LogIn) -> None:
    client = client_of(people.instructor)
    make.draft(people.instructor, people.county, "taken")
    answer = client.post(reverse("courses:course-create"), details(people, slug="taken", title="还在这里"))
    assert answer.status_code == 200
    assert "slug" in answer.context["form"].errors
    assert "还在这里" in answer.content.decode()
    draft = make.draft(people.instructor, people.county, "draft")
    chapter = make.chapter(draft)
    too_long = "长" * 121
    for address, sent in [
        (reverse("courses:chapter-add", args=["draft"]), {"title": too_long}),
        (reverse("courses:lecture-add", args=["draft", chapter.pk]), {"asset": "", "title": too_long}),
        (
            reverse("courses:chapter-change", args=["draft", chapter.pk]),
            {"act": "rename", "title": too_long},
        ),
    ]:
        page = client.post(address, sent)
        assert page.status_code == 200
        assert too_long in page.content.decode()
        assert "field-error" in page.content.decode()
    assert Chapter.objects.get().title == chapter.title


def test_a_refusal_is_told_on_the_course_s_page(people: People, client_of: LogIn) -> None:
    client = client_of(people.instructor)
    draft = make.draft(people.instructor, people.county, "draft")
    chapter = make.chapter(draft)
    make.lecture(chapter, published_version=0, duration_ms=None, state="failed")
    page = client.post(reverse("courses:publish", args=["draft"]), follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert page.context["readiness"].codes == ["not_playable"]
    address = reverse("courses:chapter-change", args=["draft", chapter.pk])
    page = client.post(address, {"act": "delete"}, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert Chapter.objects.filter(pk=chapter.pk).exists()
    assert client.post(address, {"act": "burn"}).status_code == 400


def test_a_film_of_another_county_cannot_be_chosen(people: People, client_of: LogIn) -> None:
    draft = make.draft(people.instructor, people.county, "draft")
    chapter = make.chapter(draft)
    foreign = make.film(people.rival, people.elsewhere, title="别县的影片")
    client = client_of(people.instructor)
    page = client.post(reverse("courses:lecture-add", args=["draft", chapter.pk]), {"asset": foreign.pk})
    assert page.status_code == 200
    assert "asset" in page.context["lecture_form"].errors
    assert "别县的影片" not in page.content.decode()
    assert not Lecture.objects.exists()


def test_a_course_is_not_opened_to_an_organization_outside_the_scope(people: People, client_of: LogIn) -> None:
    client = client_of(people.instructor)
    for organization in (people.province, people.elsewhere):
        page = client.post(reverse("courses:course-create"), details(people, organization=organization.code))
        assert "organization" in page.context["form"].errors
    assert not Course.objects.exists()


def test_what_is_to_be_done_before_publishing_is_listed_with_links(people: People, client_of: LogIn) -> None:
    client = client_of(people.instructor)
    draft = make.draft(people.instructor, people.county, "draft")
    address = reverse("courses:course-edit", args=["draft"])
    assert 'data-state="open"' in client.get(address).content.decode()
    lecture = make.lecture(make.chapter(draft), published_version=0, duration_ms=None, state="processing")
    page = client.get(address).content.decode()
    assert reverse("media_pipeline:asset-detail", args=[lecture.asset_id]) in page
    assert reverse("exams:exam-edit", args=["draft"]) in page
    assert reverse("portal:course-steps", args=["draft"]) in page, "says whether an exam is published"
    lecture.asset.__class__.objects.update(published_version=1, state="ready", duration_ms=60_000)
    page = client.get(address).content.decode()
    assert 'data-state="open"' not in page
    assert 'data-confirm-action="发布课程"' in page
    steps = client.get(reverse("portal:course-steps", args=["draft"]), headers={"HX-Request": "true"})
    assert 'id="course-no-exam"' in steps.content.decode()


def test_acts_come_back_to_the_place_they_were_done_at(people: People, client_of: LogIn) -> None:
    """A redirect without a place of its own keeps the form's, which names a dialog: it would open again."""
    client = client_of(people.instructor)
    draft = make.draft(people.instructor, people.county, "draft")
    first, second = make.chapter(draft, "一"), make.chapter(draft, "二")
    lectures = [make.lecture(first, title) for title in ("甲", "乙")]
    change = reverse("courses:lecture-change", args=["draft", lectures[1].pk])
    assert client.post(change, {"act": "rename", "title": "丙"})["Location"].endswith(f"#chapter-{first.pk}")
    assert client.post(change, {"act": "up"})["Location"].endswith(f"#chapter-{first.pk}")
    address = reverse("courses:chapter-change", args=["draft", second.pk])
    moved = client.post(address, {"act": "up"}, headers={"HX-Request": "true"})
    assert moved.status_code == 200
    assert "toast" in moved["HX-Trigger"]
    assert [part.chapter for part in moved.context["overview"].chapters] == [second, first]
    assert [item.lecture.title for item in moved.context["overview"].chapters[1].lectures] == ["丙", "甲"]


PAGES = [
    ("course-edit", "get"),
    ("course-details", "get"),
    ("course-details", "post"),
    ("publish", "post"),
    ("archive", "post"),
    ("chapter-add", "post"),
]


@pytest.mark.parametrize(("name", "method"), PAGES)
def test_only_instructors_of_the_scope_change_a_course(
    people: People, client_of: LogIn, name: str, method: str
) -> None:
    course = make.course(people.instructor, people.county)
    before = Course.objects.values().get()
    address = reverse(f"courses:{name}", args=[course.slug])
    other = make.course(people.instructor, people.elsewhere, "elsewhere")
    for member in (people.learner, people.organizer, people.stranger, people.rival):
        answer = getattr(client_of(member), method)(address, {"title": "改了"})
        assert answer.status_code == 404
    foreign = reverse(f"courses:{name}", args=[other.slug])
    assert getattr(client_of(people.instructor), method)(foreign, {"title": "改了"}).status_code == 404
    assert Course.objects.filter(pk=course.pk).values().get() == before
    assert Chapter.objects.filter(title="改了").count() == 0


def test_lists_of_instructors_are_theirs(people: People, client_of: LogIn) -> None:
    make.course(people.instructor, people.county, "county")
    make.draft(people.administrator, people.village, "village")
    make.draft(people.administrator, people.elsewhere, "elsewhere")
    client = client_of(people.instructor)
    every = client.get(reverse("courses:manage")).context["table"].rows
    assert [course.slug for course in every] == ["village", "county"]
    own = client.get(reverse("courses:manage"), {"own": "1"}).context["table"].rows
    assert [course.slug for course in own] == ["county"]
    assert client_of(people.organizer).get(reverse("courses:manage")).status_code == 403
    assert client_of(people.learner).get(reverse("courses:course-create")).status_code == 403


def test_the_instructor_s_pages_cost_the_same_queries_whatever_they_show(
    people: People, client_of: LogIn, django_assert_num_queries
) -> None:
    client = client_of(people.instructor)
    small = make.course(people.instructor, people.county, "small")
    # session, member, roles (page and shell), the bell, count, courses with their counts
    with django_assert_num_queries(8):
        client.get(reverse("courses:manage"))
    with django_assert_num_queries(17):
        client.get(reverse("courses:course-edit", args=[small.slug]))
    large = make.course(people.instructor, people.county, "large", lectures=5)
    for title in "甲乙丙丁":
        make.lecture(make.chapter(large, title))
    for course in (small, large):
        for member in (people.learner, people.organizer):
            services.enrol(member=member, course=course, now=later())
    with django_assert_num_queries(8):
        page = client.get(reverse("courses:manage"))
    assert [(course.lecture_count, course.enrolled_count) for course in page.context["table"].rows] == [
        (9, 2),
        (1, 2),
    ]
    with django_assert_num_queries(17):
        client.get(reverse("courses:course-edit", args=[large.slug]))
