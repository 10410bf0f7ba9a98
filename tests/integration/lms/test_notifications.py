"""The place of messages: the list, opening one, the number in the header; and who really sends them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from certificates import services as certificate_services
from certificates.models import Certificate
from courses.services.enrolment import complete_if_done
from exams import services as exam_services
from lms.common import clock
from lms.members import services
from lms.members.models import Member, Notification
from media_pipeline.models import MediaAsset, WorkUnit
from media_pipeline.rules import FailureCode, MachineBusy, MediaRefused
from media_pipeline.rules.states import MAX_ATTEMPTS
from media_pipeline.services import units
from tests.conftest import People
from tests.factories import courses as make_courses
from tests.factories import credits as make_credits
from tests.factories import exams as make_exams
from tests.factories import media_pipeline as make_media
from tests.markup import page_of

LogIn = Callable[[Member], Client]
LIST = "/notifications/"


def tell(member: Member, number: int = 1, *, url: str = "/courses/", days: int = 0) -> Notification:
    return services.notify(
        member=member,
        key=f"exams.passed:{number}",
        message="You have passed the exam “%(title)s”.",
        facts={"title": f"Paper {number}"},
        url=url,
        now=clock.now() - timedelta(days=days),
    )


# --- The place --------------------------------------------------------------------------------------------------------


def test_the_list_goes_by_day_and_says_unread_in_words(people: People, client_of: LogIn) -> None:
    tell(people.learner, 1, days=9)
    services.mark_read(notification=tell(people.learner, 2), now=clock.now())
    tell(people.learner, 3, days=1)
    tell(people.stranger, 4)

    page = page_of(client_of(people.learner), LIST, "en")

    words = " ".join(page.words.split())
    assert "2 unread messages" in words
    assert "Paper 4" not in words
    assert words.index("Paper 2") < words.index("Paper 3") < words.index("Paper 1")
    assert "Unread You have passed the exam “Paper 3”." in words
    assert "Unread You have passed the exam “Paper 2”." not in words
    only = " ".join(page_of(client_of(people.learner), LIST + "?show=unread", "en").words.split())
    assert "Paper 2" not in only
    assert "Paper 3" in only


def test_within_a_day_what_is_unread_comes_first(people: People, client_of: LogIn) -> None:
    tell(people.learner, 1)
    services.mark_read(notification=tell(people.learner, 2), now=clock.now())
    words = page_of(client_of(people.learner), LIST, "en").words
    assert words.index("Paper 1") < words.index("Paper 2")


def test_opening_one_marks_it_read_and_leads_on(people: People, client_of: LogIn) -> None:
    told = tell(people.learner, url="/courses/?q=x")
    client = client_of(people.learner)
    address = reverse("portal:notification", args=[told.pk])

    assert client.head(address).status_code == 405  # a browser that looks ahead has not read it
    response = client.get(address)

    assert (response.status_code, response["Location"]) == (302, "/courses/?q=x")
    told.refresh_from_db()
    assert told.read_at is not None


def test_opening_one_follows_only_paths_of_this_site(people: People, client_of: LogIn) -> None:
    told = tell(people.learner)
    Notification.objects.filter(pk=told.pk).update(url="//elsewhere.example/")
    response = client_of(people.learner).get(reverse("portal:notification", args=[told.pk]))
    assert response["Location"] == LIST


def test_nobody_opens_another_s(people: People, client_of: LogIn) -> None:
    told = tell(people.learner)
    address = reverse("portal:notification", args=[told.pk])
    assert client_of(people.stranger).get(address).status_code == 404
    assert client_of(people.administrator).get(address).status_code == 404
    assert Client().get(address)["Location"].startswith("/account/login/")
    told.refresh_from_db()
    assert told.read_at is None


def test_all_that_was_shown_can_be_marked_read(people: People, client_of: LogIn) -> None:
    tell(people.learner, 1)
    client = client_of(people.learner)
    page = page_of(client, LIST)
    until = page.all("input", name="until")[0]["value"]
    tell(people.learner, 2)

    assert client.get(reverse("portal:notifications-read")).status_code == 405
    response = client.post(reverse("portal:notifications-read"), {"until": until})

    assert response["Location"] == LIST
    assert list(Notification.objects.filter(read_at=None).values_list("key", flat=True)) == ["exams.passed:2"]
    client.post(reverse("portal:notifications-read"), {"until": "nonsense"})
    assert not Notification.objects.filter(read_at=None).exists()


def test_the_header_has_the_number_with_a_name(people: People, client_of: LogIn) -> None:
    client = client_of(people.learner)
    assert "unread" not in page_of(client, "/account/password/", "en").words
    for number in range(3):
        tell(people.learner, number)
    page = page_of(client, "/account/password/", "en")
    assert "3 unread messages" in page.words
    assert page.all("span", **{"class": "unread-number", "aria-hidden": "true"})


def test_the_list_has_pages_and_its_queries_do_not_grow(
    people: People, client_of: LogIn, django_assert_num_queries: Any
) -> None:
    client = client_of(people.learner)
    assert "No messages yet" in page_of(client, LIST, "en").words
    for number in range(45):
        tell(people.learner, number, days=number // 3)
    with django_assert_num_queries(6):  # session, member, roles, unread; count, rows
        page = client.get(LIST, {"page": 3})
    assert len(page.context["page_obj"].object_list) == 5


# --- Who sends them ---------------------------------------------------------------------------------------------------


def keys(member: Member) -> list[str]:
    """What a member was told, oldest first, without the ids."""
    told = Notification.objects.filter(member=member).order_by("pk")
    return [key.partition(":")[0] for key in told.values_list("key", flat=True)]


def test_a_completed_course_and_its_certificate_are_told_once(people: People, client_of: LogIn) -> None:
    make_credits.default_rules()
    course = make_courses.course(people.instructor, people.county, slug="short")
    now = make_courses.later(hours=1)
    for lecture in make_courses.lectures_of(course):
        make_courses.watch(people.learner, lecture, now=now)
        now += timedelta(hours=1)

    assert keys(people.learner) == ["courses.completed", "certificates.issued"]
    assert certificate_services.issue_missing(now=now) == 0
    enrolment = people.learner.enrolments.get()
    assert not complete_if_done(enrolment=enrolment, now=now)
    assert keys(people.learner) == ["courses.completed", "certificates.issued"]
    words = page_of(client_of(people.learner), LIST, "en").words
    assert course.title in words
    assert Certificate.objects.get().number in words


def test_a_certificate_made_by_the_nightly_proof_is_told_as_well(people: People) -> None:
    course = make_credits.course("night", people.county, people.instructor)
    make_credits.lecture(course)
    make_credits.complete_course(people.learner, course)
    assert keys(people.learner).count("certificates.issued") == 1


@pytest.mark.parametrize("right", [True, False])
def test_an_exam_s_result_is_told_once_however_often_it_is_handed_in(people: People, right: bool) -> None:
    hall = make_exams.hall(people.county, people.instructor, people.learner)
    attempt = hall.start(now=make_exams.NOON)
    if right:
        changes = [exam_services.AnswerChange(uuid4(), slot, chosen) for slot, chosen in make_exams.RIGHT.items()]
        exam_services.save_answers(member=people.learner, attempt_id=attempt.pk, changes=changes, now=make_exams.NOON)
    for _time in range(2):
        exam_services.submit_attempt(member=people.learner, attempt_id=attempt.pk, now=make_exams.NOON)

    assert [key for key in keys(people.learner) if key.startswith("exams.")] == [
        "exams.passed" if right else "exams.failed"
    ]
    assert Notification.objects.get(member=people.learner, kind__startswith="exams.").url == reverse(
        "exams:result", args=[attempt.pk]
    )


def test_an_exam_closed_by_its_deadline_is_told_by_whichever_sweeper_was_first(people: People) -> None:
    hall = make_exams.hall(people.county, people.instructor, people.learner)
    attempt = hall.start(now=make_exams.NOON)
    late = attempt.hard_deadline_at + timedelta(seconds=1)
    assert exam_services.close_expired_attempts(now=late) == 1
    assert exam_services.close_expired_attempts(now=late) == 0
    assert keys(people.learner) == ["exams.failed"]


@pytest.fixture
def film(people: People) -> MediaAsset:
    return make_media.uploaded(people.instructor, people.county, title="第一讲")


def held(asset: MediaAsset, kind: str) -> units.Claim:
    """The lease of one step, whatever came before it."""
    WorkUnit.objects.filter(asset=asset, kind=kind).update(state="pending", not_before=None)
    unit = WorkUnit.objects.get(asset=asset, version=asset.version, kind=kind)
    claim = units.claim(unit_id=unit.pk, worker="test", now=make_media.BEGINNING)
    assert claim is not None
    return claim


def test_a_ready_film_is_told_to_its_uploader_once(people: People, film: MediaAsset) -> None:
    claim = held(film, "package")
    units.publish(claim, prefix="x", streams=[], has_poster=False, now=make_media.BEGINNING)
    with pytest.raises(units.LeaseLost):  # the worker that came back after its lease
        units.publish(claim, prefix="x", streams=[], has_poster=False, now=make_media.BEGINNING)
    assert keys(people.instructor) == ["media_pipeline.ready"]
    assert Notification.objects.get().url == reverse("media_pipeline:asset-detail", args=[film.pk])


def test_a_film_that_is_bad_is_told_to_its_uploader_once(people: People, film: MediaAsset) -> None:
    claim = held(film, "probe")
    refused = MediaRefused(FailureCode.NOT_MEDIA, "text")
    units.refuse(claim, refused, now=make_media.BEGINNING)
    with pytest.raises(units.LeaseLost):
        units.refuse(claim, refused, now=make_media.BEGINNING)
    assert keys(people.instructor) == ["media_pipeline.failed"]


def test_a_busy_machine_is_told_only_when_it_gives_up(people: People, film: MediaAsset) -> None:
    for attempt in range(MAX_ATTEMPTS):
        assert keys(people.instructor) == [], attempt
        units.give_back(held(film, "probe"), MachineBusy("disk_full", "x"), now=make_media.BEGINNING)
    assert keys(people.instructor) == ["media_pipeline.failed"]
