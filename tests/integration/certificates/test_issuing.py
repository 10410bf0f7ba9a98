"""When a certificate is issued, what it says, and how it is numbered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from certificates import queries, rules, services
from certificates.models import Certificate, IssuerCounter
from courses.events import course_completed
from courses.models import Course, Enrolment
from exams.events import exam_passed
from lms.common.errors import Conflict, DomainError
from lms.members.models import AuditEntry, Member
from lms.members.rules import MemberKind
from tests.conftest import People, make_people
from tests.factories import certificates as make_certificate
from tests.factories import credits as make
from tests.factories import members as make_member
from tests.factories.credits import NOON
from tests.integration.credits.threads import all_at_once


@pytest.fixture
def course(people: People) -> Course:
    course = make.course("theory", people.county, people.instructor, title="党史十讲")
    make.lecture(course, minutes=45)
    make.lecture(course, minutes=20)
    return course


def test_a_course_without_exam_gives_its_certificate_with_the_last_lecture(people: People, course: Course) -> None:
    make.complete_course(people.learner, course)
    certificate = Certificate.objects.get()
    assert (certificate.member, certificate.course, certificate.issuer) == (
        people.learner,
        course,
        people.county,
    )
    assert certificate.number == "青川县委结证字〔2026〕第000001号"
    assert certificate.serial.startswith("2026-000001-")
    assert certificate.issued_at == NOON
    assert certificate.payload == {
        "number": certificate.number,
        "name": "李𬱖",
        "salutation": "同志",
        "learner_no": "learner",
        "organizations": ["云岭省委党校", "青川县委", "石桥村党支部"],
        "issuer": "青川县委",
        "course": {"id": course.pk, "title": "党史十讲"},
        "hours": 150,
        "started_on": "2026-02-22",
        "completed_on": "2026-03-01",
        "issued_on": "2026-03-01",
        "exam": None,
    }
    assert certificate.payload_sha256 == rules.payload_sha256(certificate.payload)
    assert AuditEntry.objects.get(act="certificates.issue").object_id == str(certificate.pk)


def test_with_an_exam_both_must_be_done_in_whatever_order(people: People, course: Course) -> None:
    exam = make.exam(course)
    make.complete_course(people.learner, course)
    make.pass_exam(people.stranger, exam)
    assert not Certificate.objects.exists()
    make.pass_exam(people.learner, exam, at=NOON + timedelta(days=1))
    make.complete_course(people.stranger, course, at=NOON + timedelta(days=2))
    assert set(Certificate.objects.values_list("member", flat=True)) == {
        people.learner.pk,
        people.stranger.pk,
    }


def test_the_hours_of_the_last_step_are_on_the_certificate(people: People, course: Course) -> None:
    """Both rooms listen to exam_passed; the ledger must have been told first (receivers.py)."""
    exam = make.exam(course)
    make.complete_course(people.learner, course)
    make.pass_exam(people.learner, exam, at=NOON + timedelta(days=1))
    payload = Certificate.objects.get().payload
    assert payload["hours"] == 200
    assert payload["completed_on"] == "2026-03-02"
    assert payload["exam"] == {"title": "结业测试", "score": 8500, "max_score": 10_000}


def test_the_ledger_hears_of_a_passed_exam_before_this_room() -> None:
    labels = [config.label for config in apps.get_app_configs()]
    assert labels.index("credits") < labels.index("certificates")
    order = [lookup[0] for lookup, *_rest in exam_passed.receivers]
    assert order.index("credits.exam_passed") < order.index("certificates.exam_passed")


def test_an_exam_that_is_not_published_is_not_asked_for(people: People, course: Course) -> None:
    exam = make.exam(course)
    exam.state = exam.State.DRAFT.value
    exam.save()
    make.complete_course(people.learner, course)
    assert Certificate.objects.get().payload["exam"] is None


def test_eligibility_says_what_is_missing(people: People, course: Course) -> None:
    found = queries.eligibility(people.learner, course)
    assert (found.allowed, [code.value for code in found.codes]) == (False, ["not_enrolled"])
    exam = make.exam(course)
    Enrolment.objects.create(member=people.learner, course=course, enrolled_at=NOON)
    found = queries.eligibility(people.learner, course)
    assert [code.value for code in found.codes] == ["course_unfinished", "exam_not_passed"]
    assert len(found.reasons) == 2
    make.complete_course(people.learner, course)
    make.pass_exam(people.learner, exam)
    assert queries.eligibility(people.learner, course) == queries.Eligibility(True, [], [])
    assert queries.count_valid(people.learner) == 1


def test_nobody_gets_a_certificate_by_asking(people: People, course: Course) -> None:
    with pytest.raises(DomainError) as refused:
        services.issue(member=people.learner, course=course, now=NOON, actor=people.organizer)
    assert refused.value.facts == {"obstacles": ["not_enrolled"]}
    assert not Certificate.objects.exists()
    assert not IssuerCounter.objects.exists()


def test_a_course_gives_one_certificate_only(people: People, course: Course) -> None:
    exam = make.exam(course)
    enrolment = make.complete_course(people.learner, course)
    make.pass_exam(people.learner, exam)
    make.pass_exam(people.learner, exam, at=NOON + timedelta(days=1), number=2)
    course_completed.send(sender=Enrolment, enrolment_id=enrolment.pk)
    assert Certificate.objects.count() == 1
    with pytest.raises(Conflict) as refused:
        services.issue(member=people.learner, course=course, now=NOON)
    assert refused.value.code == "issued_already"
    twin = Certificate.objects.get()
    twin.pk, twin.sequence, twin.serial, twin.verify_code = None, 77, "2026-000077-AAAA", "X" * 20
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_a_revoked_certificate_is_not_issued_again_by_itself(people: People, course: Course) -> None:
    exam = make.exam(course)
    make.complete_course(people.learner, course)
    make.pass_exam(people.learner, exam)
    services.revoke(actor=people.organizer, certificate=Certificate.objects.get(), reason="代学", now=NOON)
    make.pass_exam(people.learner, exam, at=NOON + timedelta(days=1), number=2)
    assert Certificate.objects.get().is_revoked


def test_a_completion_that_is_rolled_back_takes_its_number_with_it(people: People, course: Course) -> None:
    with transaction.atomic():
        make.complete_course(people.learner, course)
        transaction.set_rollback(True)
    assert not Certificate.objects.exists()
    make.complete_course(people.stranger, course)
    assert Certificate.objects.get().sequence == 1


def test_every_issuer_and_year_counts_for_itself(people: People) -> None:
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    numbers = []
    for organization, slug, at in (
        (people.county, "a", new_year - timedelta(seconds=1)),
        (people.county, "b", new_year - timedelta(seconds=1)),
        (people.county, "c", new_year),
        (people.province, "d", new_year),
    ):
        certificate = make_certificate.issued(people.learner, organization, people.instructor, slug=slug, at=at)
        numbers.append(certificate.number)
    assert numbers == [
        "青川县委结证字〔2026〕第000001号",
        "青川县委结证字〔2026〕第000002号",
        "青川县委结证字〔2027〕第000001号",
        "云岭结证字〔2027〕第000001号",
    ]


def test_what_a_certificate_says_is_frozen(people: People, course: Course) -> None:
    make.complete_course(people.learner, course)
    Member.objects.filter(pk=people.learner.pk).update(full_name="李改名", organization=people.elsewhere)
    Course.objects.update(title="另一个题目")
    certificate = Certificate.objects.get()
    assert certificate.payload["name"] == "李𬱖"
    assert certificate.payload["course"]["title"] == "党史十讲"
    assert certificate.payload["organizations"][-1] == "石桥村党支部"


def test_only_those_outside_the_party_are_not_called_comrade(people: People, course: Course) -> None:
    guest = make_member.member("guest", people.village, kind=MemberKind.NON_MEMBER)
    activist = make_member.member("activist", people.village, kind=MemberKind.ACTIVIST)
    for one in (guest, activist):
        make.complete_course(one, course)
    salutations = {one.member.learner_no: one.payload["salutation"] for one in Certificate.objects.all()}
    assert salutations == {"guest": "学员", "activist": "同志"}


def test_issuing_takes_the_same_queries_however_many_there_are(
    people: People, course: Course, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        learner = make_member.member(f"many-{number}", people.village)
        for lecture in course.chapters.get().lectures.all():
            make.complete_lecture(learner, lecture)
        enrolment = Enrolment.objects.create(
            member=learner, course=course, enrolled_at=NOON, completed_at=NOON, state="completed"
        )
        with django_assert_max_num_queries(21):
            course_completed.send(sender=Enrolment, enrolment_id=enrolment.pk)


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_when_many_finish_at_once() -> None:
    people = make_people()
    make.default_rules()
    course = make.course("theory", people.county, people.instructor)
    lecture = make.lecture(course)
    learners = [make_member.member(f"many-{number}", people.village) for number in range(12)]

    def finish(learner: Member, fails: bool) -> None:
        with transaction.atomic():
            make.complete_lecture(learner, lecture)
            enrolment = Enrolment.objects.create(
                member=learner, course=course, enrolled_at=NOON, completed_at=NOON, state="completed"
            )
            course_completed.send(sender=Enrolment, enrolment_id=enrolment.pk)
            if fails:
                transaction.set_rollback(True)

    acts = [partial(finish, learner, number % 4 == 0) for number, learner in enumerate(learners)]
    assert all_at_once(acts) == []
    sequences = sorted(Certificate.objects.values_list("sequence", flat=True))
    assert sequences == list(range(1, 10)), "nine committed, three rolled back"
    assert IssuerCounter.objects.get().last == 9
    assert Certificate.objects.values("serial").distinct().count() == 9


@pytest.mark.django_db(transaction=True)
def test_the_last_lecture_and_the_exam_at_once_give_one_certificate() -> None:
    people = make_people()
    make.default_rules()
    for round_number in range(4):
        course = make.course(f"course-{round_number}", people.county, people.instructor)
        make.lecture(course)
        exam = make.exam(course)
        steps = [
            partial(make.complete_course, people.learner, course),
            partial(make.pass_exam, people.learner, exam),
        ]
        assert all_at_once(steps) == []
        assert Certificate.objects.filter(course=course).count() == 1


def test_a_certificate_that_was_missed_is_issued_by_night(people: People, course: Course) -> None:
    exam = make.exam(course)
    make.complete_course(people.learner, course)
    make.complete_course(people.organizer, course)
    make.attempt(people.learner, exam)  # passed, but nobody was told

    assert services.issue_missing(now=NOON + timedelta(hours=15)) == 1
    assert services.issue_missing(now=NOON + timedelta(hours=39)) == 0

    assert Certificate.objects.get().member == people.learner
