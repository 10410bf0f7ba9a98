"""Play sessions and reports against the real database."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from courses import events, services
from courses.models import Course, Enrolment, LectureProgress, PlayLease, PlaySession, WatchBatch, WatchPolicy
from courses.rules.intervals import length, union
from courses.services import Batch
from lms.common.errors import Conflict, DomainError, NotFound, NotPermitted
from tests.conftest import People
from tests.factories import courses as make
from tests.factories.courses import BEGINNING, MINUTE, later, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(people: People) -> Course:
    return make.course(people.instructor, people.county, lectures=2)


def start(people: People, course: Course, number: int = 0, **when: float) -> PlaySession:
    lecture = make.lectures_of(course)[number]
    return services.start_session(member=people.learner, lecture=lecture, now=later(**when))


def test_opening_a_lecture_enrols_the_member_and_takes_the_lease(people: People, course: Course) -> None:
    session = start(people, course)
    lease = PlayLease.objects.get(member=people.learner)
    assert (lease.epoch, lease.session) == (1, session)
    assert Enrolment.objects.get().member == people.learner
    assert (session.policy.organization, session.policy.max_rate_permille) == (None, 1500)
    assert LectureProgress.objects.get().duration_ms == MINUTE


def test_what_was_played_in_real_time_is_covered(people: People, course: Course) -> None:
    session = start(people, course)
    answer = report(session, people.learner, (0, 10_000), now=later(seconds=10))
    assert (answer.last_seq, answer.covered_ms, answer.needed_ms) == (1, 10_000, 54_000)
    assert answer.coverage == [(0, 10_000)]
    assert not answer.superseded
    progress = LectureProgress.objects.get()
    assert (progress.coverage, progress.covered_ms, progress.position_ms) == ([[0, 10_000]], 10_000, 10_000)


def test_a_forged_report_of_the_whole_film_counts_what_the_clock_allows(people: People, course: Course) -> None:
    session = start(people, course)
    answer = report(session, people.learner, (0, MINUTE), now=later(seconds=10))
    assert (answer.covered_ms, answer.results[0].rejected_ms) == (15_000, 45_000)
    assert answer.results[0].refused == [(15_000, 60_000, "too_fast")]
    session.refresh_from_db()
    assert session.rejected == {"too_fast": 45_000}


def test_the_same_report_again_is_answered_as_before_and_changes_nothing(people: People, course: Course) -> None:
    session = start(people, course)
    first = report(session, people.learner, (0, MINUTE), now=later(seconds=10))
    again = report(session, people.learner, (0, MINUTE), now=later(seconds=50))
    assert again == first
    assert WatchBatch.objects.count() == 1
    session.refresh_from_db()
    assert session.last_received_at == later(seconds=10)


def test_the_same_number_for_another_report_is_refused_loudly(people: People, course: Course) -> None:
    session = start(people, course)
    report(session, people.learner, (0, 5_000), now=later(seconds=10))
    with pytest.raises(Conflict) as refusal:
        report(session, people.learner, (0, 6_000), now=later(seconds=20))
    assert refusal.value.code == "seq_reused"
    assert LectureProgress.objects.get().covered_ms == 5_000
    assert WatchBatch.objects.count() == 1


def test_a_second_player_ends_the_account_of_the_first(people: People, course: Course) -> None:
    first = start(people, course)
    second = start(people, course, 1, seconds=10)
    assert (PlayLease.objects.get().epoch, second.epoch) == (2, 2)
    answer = report(first, people.learner, (0, 30_000), now=later(seconds=30), position_ms=30_000)
    assert answer.superseded
    assert answer.results[0].refused == [(15_000, 30_000, "other_player")]
    assert answer.position_ms == 0, "the position belongs to the player that goes on"
    late = report(first, people.learner, (30_000, 31_000), seq=2, now=later(seconds=71))
    assert late.results[0].refused == [(30_000, 31_000, "other_player")]
    assert late.covered_ms == 15_000


def test_four_lectures_at_once_bring_no_more_than_one(people: People) -> None:
    course = make.course(people.instructor, people.county, "four", lectures=4, duration_ms=30 * MINUTE)
    sessions = [start(people, course, number) for number in range(4)]
    for seq in range(1, 61):
        for session in sessions:
            part = ((seq - 1) * 15_000, seq * 15_000)
            report(session, people.learner, part, seq=seq, now=later(seconds=15 * seq))
    covered = list(LectureProgress.objects.order_by("lecture_id").values_list("covered_ms", flat=True))
    assert covered == [0, 0, 0, 15 * MINUTE]


def test_a_film_and_its_course_are_completed_once_and_tell_it_once(people: People, course: Course) -> None:
    told: list[tuple[str, int]] = []

    def lecture_listener(progress_id: int, **_: object) -> None:
        told.append(("lecture", progress_id))

    def course_listener(enrolment_id: int, **_: object) -> None:
        told.append(("course", enrolment_id))

    events.lecture_completed.connect(lecture_listener)
    events.course_completed.connect(course_listener)
    try:
        first, second = make.lectures_of(course)
        assert make.watch(people.learner, first, now=later()).lecture_completed
        answer = make.watch(people.learner, second, now=later(minutes=5))
        make.watch(people.learner, second, now=later(minutes=10))
    finally:
        events.lecture_completed.disconnect(lecture_listener)
        events.course_completed.disconnect(course_listener)
    enrolment = Enrolment.objects.get()
    rows = {row.lecture_id: row for row in LectureProgress.objects.all()}
    assert told == [("lecture", rows[first.pk].pk), ("lecture", rows[second.pk].pk), ("course", enrolment.pk)]
    # 54 of 60 seconds are needed; the report at 60 s is the first one beyond that.
    assert rows[first.pk].completed_at == later(seconds=60)
    assert enrolment.completed_at == later(minutes=6)
    assert enrolment.state == "completed"
    assert answer.lecture_completed


def test_a_listener_that_fails_takes_the_completion_back_with_it(people: People, course: Course) -> None:
    def listener(**_: object) -> None:
        raise RuntimeError("the ledger is closed")

    session = start(people, course)
    report(session, people.learner, (0, 40_000), now=later(seconds=40))
    events.lecture_completed.connect(listener)
    try:
        with pytest.raises(RuntimeError):
            report(session, people.learner, (40_000, MINUTE), seq=2, now=later(seconds=60))
    finally:
        events.lecture_completed.disconnect(listener)
    progress = LectureProgress.objects.get()
    assert (progress.covered_ms, progress.completed_at) == (40_000, None)
    assert report(session, people.learner, (40_000, MINUTE), seq=2, now=later(seconds=61)).lecture_completed


def test_the_progress_can_be_computed_again_from_the_reports(people: People, course: Course) -> None:
    for minute, lecture in enumerate([*make.lectures_of(course), make.lectures_of(course)[0]]):
        session = services.start_session(member=people.learner, lecture=lecture, now=later(minutes=minute))
        for seq, part in enumerate([(0, 9_000), (20_000, 50_000), (5_000, 12_000), (50_000, 70_000)], start=1):
            report(session, people.learner, part, seq=seq, now=later(minutes=minute, seconds=9 * seq))
    for progress in LectureProgress.objects.all():
        batches = WatchBatch.objects.filter(session__lecture=progress.lecture, session__member=progress.member)
        replayed = union([(start, end) for batch in batches for start, end in batch.accepted])
        assert progress.coverage == [list(part) for part in replayed]
        assert progress.covered_ms == length(replayed)
    for session in PlaySession.objects.all():
        rows = session.batches.all()
        assert session.accepted_ms == sum(row.accepted_ms for row in rows)
        assert session.rejected_ms == sum(row.rejected_ms for row in rows) == sum(session.rejected.values())


def test_the_outage_granted_on_one_day_is_limited_over_all_sessions(people: People) -> None:
    course = make.course(people.instructor, people.county, "long", duration_ms=300 * MINUTE)
    granted = []
    for hour in range(5):
        session = start(people, course, hours=hour)
        report(session, people.learner, (0, 200 * MINUTE), now=later(hours=hour, minutes=30))
        session.refresh_from_db()
        granted.append(session.outage_used_ms)
    # Ten minutes per session, thirty per day; BEGINNING is nine in the morning in Shanghai.
    assert granted == [600_000, 600_000, 600_000, 0, 0]
    session = start(people, course, hours=15)
    report(session, people.learner, (0, 200 * MINUTE), now=later(hours=15, minutes=30))
    session.refresh_from_db()
    assert session.outage_used_ms == 600_000
    assert session.rejected == {"outage_limit": 200 * MINUTE - 645_000 * 3 // 2}


def test_the_nearest_and_newest_policy_holds_for_the_whole_session(people: People, course: Course) -> None:
    for organization, rate, hour in [
        (people.county, 1000, 0),
        (people.county, 2000, 2),
        (people.province, 700, 3),
        (people.elsewhere, 100, 0),
    ]:
        WatchPolicy.objects.create(organization=organization, valid_from=later(hours=hour), max_rate_permille=rate)
    session = start(people, course, hours=1)
    assert session.policy.max_rate_permille == 1000
    answer = report(session, people.learner, (0, 40_000), now=later(hours=1, seconds=10))
    assert answer.covered_ms == 10_000
    assert start(people, course, hours=4).policy.max_rate_permille == 2000
    stranger_session = services.start_session(
        member=people.administrator,
        lecture=make.lectures_of(make.course(people.instructor, people.province, "all"))[0],
        now=later(hours=4),
    )
    assert stranger_session.policy.max_rate_permille == 700


def test_a_member_of_another_county_cannot_watch(people: People, course: Course) -> None:
    with pytest.raises(NotPermitted):
        services.start_session(member=people.stranger, lecture=make.lectures_of(course)[0], now=BEGINNING)
    assert not PlaySession.objects.exists()
    assert not Enrolment.objects.exists()
    assert not LectureProgress.objects.exists()


def test_a_draft_cannot_be_watched(people: People) -> None:
    draft = make.draft(people.instructor, people.county, "draft")
    lecture = make.lecture(make.chapter(draft))
    with pytest.raises(NotPermitted):
        services.start_session(member=people.learner, lecture=lecture, now=BEGINNING)
    assert not Enrolment.objects.exists()


def test_a_film_that_is_not_ready_cannot_be_watched(people: People) -> None:
    draft = make.draft(people.instructor, people.county, "draft")
    lecture = make.lecture(make.chapter(draft), published_version=0, duration_ms=None)
    with pytest.raises(Conflict) as refusal:
        services.start_session(member=people.learner, lecture=lecture, now=BEGINNING)
    assert refusal.value.code == "film_not_ready"


def test_an_archived_course_is_watched_to_its_end_by_those_who_are_in_it(people: People, course: Course) -> None:
    session = start(people, course)
    services.archive_course(actor=people.instructor, course=course, now=later(seconds=1))
    report(session, people.learner, (0, 5_000), now=later(seconds=5))
    start(people, course, seconds=10)
    with pytest.raises(NotPermitted):
        services.enrol(member=people.administrator, course=course, now=later(seconds=10))


def test_somebody_elses_session_is_unknown(people: People, course: Course) -> None:
    session = start(people, course)
    with pytest.raises(NotFound):
        report(session, people.stranger, (0, 5_000), now=later(seconds=5))
    with pytest.raises(NotFound):
        report(uuid4(), people.learner, (0, 5_000), now=later(seconds=5))
    assert not WatchBatch.objects.exists()


@pytest.mark.parametrize(
    "batches",
    [
        [Batch(1, ())],
        [Batch(0, ((0, 1),))],
        [Batch(2, ((0, 1),)), Batch(1, ((1, 2),))],
        [Batch(1, ((0, 1),)), Batch(1, ((0, 1),))],
        [Batch(1, ((-5, 1),))],
        [Batch(1, ((5, 1),))],
        [Batch(1, ((0, 10**15),))],
        [Batch(1, ((0, 1),) * 201)],
        [Batch(number, ((0, 1),)) for number in range(1, 52)],
    ],
)
def test_reports_without_sense_are_refused_whole(people: People, course: Course, batches: list[Batch]) -> None:
    session = start(people, course)
    with pytest.raises(DomainError):
        services.record_batches(
            member=people.learner, session_id=session.pk, batches=batches, position_ms=0, now=later(seconds=5)
        )
    assert not WatchBatch.objects.exists()
    assert LectureProgress.objects.get().covered_ms == 0


def test_the_database_itself_keeps_reports_and_policies_as_they_are(people: People, course: Course) -> None:
    session = start(people, course)
    report(session, people.learner, (0, 5_000), now=later(seconds=5))
    for rows in (WatchBatch.objects.all(), WatchPolicy.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(id=F("id"))
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)
    assert WatchBatch.objects.get().accepted == [[0, 5_000]]


def test_a_later_server_clock_gives_no_second_twice(people: People, course: Course) -> None:
    """One machine is five seconds ahead: the session it served ends there, the next one begins there."""
    first = start(people, course)
    report(first, people.learner, (0, 20_000), now=later(seconds=20))
    second = start(people, course, 1, seconds=15)
    assert second.last_received_at == later(seconds=20)
    answer = report(second, people.learner, (0, 10_000), now=later(seconds=20))
    assert answer.covered_ms == 0


def test_a_report_costs_the_same_queries_however_much_was_watched(
    people: People, course: Course, django_assert_num_queries
) -> None:
    session = start(people, course)
    # savepoint, lease, session, progress, report, session, progress, release
    with django_assert_num_queries(8):
        report(session, people.learner, (0, 5_000), now=later(seconds=5))
    for seq in range(2, 9):
        report(session, people.learner, (seq * 5_000, seq * 5_000 + 900), seq=seq, now=later(seconds=5 * seq))
    with django_assert_num_queries(8):
        report(session, people.learner, (7_000, 8_000), seq=9, now=later(seconds=45) + timedelta(seconds=1))
