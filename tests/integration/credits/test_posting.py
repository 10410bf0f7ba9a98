"""What completions and passed exams become in the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from courses.events import lecture_completed
from courses.models import LectureProgress
from credits import queries, services
from credits.models import Account, Balance, CapBucket, Decision, LearningEvent, LedgerEntry
from credits.rules import Trigger
from exams.events import exam_passed
from exams.models import Attempt
from lms.common.errors import Conflict, DomainError
from lms.members.models import AuditEntry
from tests.conftest import People, make_people
from tests.factories import credits as make
from tests.factories.credits import NOON
from tests.integration.credits.threads import all_at_once


@pytest.fixture
def course(people: People) -> Any:
    return make.course("theory", people.county, people.instructor, title="党史十讲")


def test_a_completed_lecture_is_a_fact_a_decision_and_an_entry(people: People, course: Any) -> None:
    progress = make.complete_lecture(people.learner, make.lecture(course, minutes=20, title="第一讲"))
    event = LearningEvent.objects.get()
    assert (event.type, event.occurrence, event.title) == ("lecture_completed", str(progress.pk), "第一讲")
    assert event.facts == {"duration_ms": 1_200_000}
    assert (event.organization, event.organization_path) == (people.village, people.village.path)
    decision = event.decisions.get()
    assert (decision.rule_code, decision.asked, decision.granted, decision.reason) == (
        "lecture-hours",
        50,
        50,
        "ok",
    )
    assert decision.cap_trace == [{"group": "online", "window": "D2026-03-01", "limit": 1000, "used": 0}]
    entry = decision.entry
    assert (entry.amount, entry.year, entry.mseq, entry.prev_hash) == (50, 2026, 1, "0" * 64)
    assert (entry.biz_date.isoformat(), entry.posted_at) == ("2026-03-01", NOON)
    key = f"lecture-hours|lecture|{progress.lecture_id}|{people.learner.pk}"
    assert entry.idempotency_key == key
    balance = Balance.objects.get()
    assert (balance.total, balance.n, balance.head_hash) == (50, 1, entry.hash)
    account = Account.objects.get()
    assert (account.mseq, account.head_hash) == (1, entry.hash)
    assert queries.balance(people.learner, 2026) == 50
    assert queries.balance(people.learner, 2025) == 0


@pytest.mark.parametrize(("minutes", "hundredths"), [(15, 25), (15.0167, 50), (29.9, 50), (30, 100)])
def test_lectures_earn_by_their_length(people: People, course: Any, minutes: float, hundredths: int) -> None:
    make.complete_lecture(people.learner, make.lecture(course, minutes=minutes))
    assert make.entries(people.learner) == [hundredths]


def test_a_completion_that_is_rolled_back_leaves_nothing_in_the_ledger(people: People, course: Any) -> None:
    lecture = make.lecture(course)
    with transaction.atomic():
        make.complete_lecture(people.learner, lecture)
        assert LedgerEntry.objects.exists()
        transaction.set_rollback(True)
    assert not LearningEvent.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert not Account.objects.exists()


def test_the_same_signal_again_changes_nothing(people: People, course: Any) -> None:
    progress = make.complete_lecture(people.learner, make.lecture(course))
    lecture_completed.send(sender=LectureProgress, progress_id=progress.pk)
    assert make.entries(people.learner) == [50]
    assert (LearningEvent.objects.count(), Decision.objects.count()) == (1, 1)


def test_the_same_happening_with_another_content_is_a_loud_conflict(people: People, course: Any) -> None:
    progress = make.complete_lecture(people.learner, make.lecture(course))
    LectureProgress.objects.filter(pk=progress.pk).update(duration_ms=7_200_000)
    with pytest.raises(Conflict) as refused, transaction.atomic():
        lecture_completed.send(sender=LectureProgress, progress_id=progress.pk)
    assert refused.value.code == "fact_differs"
    assert make.entries(people.learner) == [50]


def test_an_exam_passed_twice_pays_once_and_says_so(people: People, course: Any) -> None:
    exam = make.exam(course)
    make.pass_exam(people.learner, exam)
    make.pass_exam(people.learner, exam, at=NOON + timedelta(days=1), number=2)
    assert make.entries(people.learner) == [50]
    decisions = Decision.objects.order_by("id").values_list("reason", "asked", "granted")
    assert list(decisions) == [("ok", 50, 50), ("duplicate", 50, 0)]
    assert not CapBucket.objects.filter(window="D2026-03-02").exists()


def test_an_attempt_closed_by_the_clock_counts_for_the_moment_it_ended(people: People, course: Any) -> None:
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai
    ended, graded = new_year - timedelta(seconds=1), new_year + timedelta(seconds=9)
    attempt = make.attempt(people.learner, make.exam(course), at=ended, graded_at=graded)
    exam_passed.send(sender=Attempt, attempt_id=attempt.pk)
    entry = LedgerEntry.objects.get()
    assert (entry.year, entry.biz_date.isoformat()) == (2026, "2026-12-31")
    assert entry.posted_at == graded


def test_the_year_ends_at_midnight_in_shanghai(people: People, course: Any) -> None:
    midnight = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    make.complete_lecture(people.learner, make.lecture(course), at=midnight - timedelta(microseconds=1))
    make.complete_lecture(people.learner, make.lecture(course, minutes=40), at=midnight)
    assert queries.balance(people.learner, 2026) == 50
    assert queries.balance(people.learner, 2027) == 100
    dates = LedgerEntry.objects.order_by("mseq").values_list("year", "biz_date", "mseq")
    assert [(year, day.isoformat(), mseq) for year, day, mseq in dates] == [
        (2026, "2026-12-31", 1),
        (2027, "2027-01-01", 2),
    ]


def test_a_day_gives_ten_hours_and_every_refusal_is_on_record(people: People, course: Any) -> None:
    for _number in range(9):
        make.complete_lecture(people.learner, make.lecture(course, minutes=45))
    make.pass_exam(people.learner, make.exam(course))
    make.complete_lecture(people.learner, make.lecture(course, minutes=45))  # 9.5 so far
    make.complete_lecture(people.learner, make.lecture(course, minutes=45))
    assert make.entries(people.learner) == [100] * 9 + [50, 50]
    last = Decision.objects.order_by("-id").values_list("reason", "asked", "granted")[:2]
    assert list(last) == [("cap_reached", 100, 0), ("capped", 100, 50)]
    assert CapBucket.objects.get().used == 1000
    make.complete_lecture(people.learner, make.lecture(course, minutes=45), at=NOON + timedelta(hours=12))
    assert queries.balance(people.learner, 2026) == 1100


def test_an_organizations_own_rule_replaces_the_general_one_below_it(people: People, course: Any) -> None:
    services.publish_rule(
        actor=people.administrator,
        code="lecture-hours",
        trigger=Trigger.LECTURE_COMPLETED,
        organization=people.county,
        valid_from=NOON,
        spec={"kind": "fixed", "amount": 200},
        now=NOON,
    )
    lecture = make.lecture(course)
    make.complete_lecture(people.stranger, lecture)
    make.complete_lecture(people.learner, lecture)
    assert make.entries(people.stranger) == [50]
    assert make.entries(people.learner) == [200]
    decision = Decision.objects.get(granted=200)
    assert (decision.rule_version.seq, decision.cap_trace) == (2, [])


def test_a_rule_counts_from_its_beginning_and_to_its_end(people: People, course: Any) -> None:
    services.publish_rule(
        actor=people.administrator,
        code="lecture-hours",
        trigger=Trigger.LECTURE_COMPLETED,
        organization=None,
        valid_from=NOON + timedelta(days=1),
        valid_to=NOON + timedelta(days=2),
        spec={"kind": "fixed", "amount": 200},
        now=NOON,
    )
    for hours in (24, 0, 48, 47):
        make.complete_lecture(people.learner, make.lecture(course), at=NOON + timedelta(hours=hours))
    assert make.entries(people.learner) == [200, 50, 50, 200]


def test_a_new_version_does_not_pay_for_the_same_exam_again(people: People, course: Any) -> None:
    exam = make.exam(course)
    make.pass_exam(people.learner, exam)
    services.publish_rule(
        actor=people.administrator,
        code="exam-hours",
        trigger=Trigger.EXAM_PASSED,
        organization=None,
        valid_from=NOON + timedelta(days=1),
        spec={"kind": "fixed", "amount": 300},
        now=NOON,
    )
    make.pass_exam(people.learner, exam, at=NOON + timedelta(days=2), number=2)
    assert make.entries(people.learner) == [50]
    assert list(Decision.objects.order_by("id").values_list("reason", flat=True)) == ["ok", "duplicate"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"valid_from": NOON - timedelta(seconds=1)}, "rule_backwards"),
        ({"valid_to": NOON}, "rule_ends_early"),
        ({"spec": {"kind": "fixed", "amount": 0.5}}, "rule_spec"),
        ({"code": "exam-hours"}, "rule_code_taken"),
    ],
)
def test_a_rule_that_cannot_stand_is_refused(people: People, change: dict[str, Any], code: str) -> None:
    asked: dict[str, Any] = {
        "actor": people.administrator,
        "code": "lecture-hours",
        "trigger": Trigger.LECTURE_COMPLETED,
        "organization": None,
        "valid_from": NOON,
        "spec": {"kind": "fixed", "amount": 50},
        "now": NOON,
    }
    with pytest.raises(DomainError) as refused:
        services.publish_rule(**(asked | change))
    assert refused.value.code == code
    assert not AuditEntry.objects.filter(act="credits.publish_rule").exists()


def test_a_reversal_is_a_new_entry_for_the_same_year(people: People, course: Any) -> None:
    make.complete_lecture(people.learner, make.lecture(course))
    entry = LedgerEntry.objects.get()
    later = datetime(2027, 1, 10, tzinfo=UTC)
    reversal = services.reverse_entry(actor=people.organizer, entry=entry, reason=" 代学 ", now=later)
    assert (reversal.amount, reversal.year, reversal.biz_date.isoformat()) == (-50, 2026, "2027-01-10")
    assert (reversal.note, reversal.actor, reversal.prev_hash) == ("代学", people.organizer, entry.hash)
    assert queries.balance(people.learner, 2026) == 0
    assert queries.balance(people.learner, 2027) == 0
    assert CapBucket.objects.get().used == 50, "the day is over: its limit stays used"
    audit = AuditEntry.objects.get(act="credits.reverse")
    assert (audit.actor, audit.object_id, audit.facts) == (
        people.organizer,
        str(entry.pk),
        {"reason": "代学"},
    )


def test_a_reversal_on_the_same_day_frees_the_days_limit(people: People, course: Any) -> None:
    for _number in range(10):
        make.complete_lecture(people.learner, make.lecture(course, minutes=45))
    entry = LedgerEntry.objects.filter(member=people.learner).earliest("mseq")
    services.reverse_entry(actor=people.organizer, entry=entry, reason="误计", now=NOON + timedelta(hours=1))
    make.complete_lecture(people.learner, make.lecture(course, minutes=45), at=NOON + timedelta(hours=2))
    assert make.entries(people.learner) == [100] * 10 + [-100, 100]
    assert CapBucket.objects.get().used == 1000


def test_nothing_is_reversed_twice_nor_a_reversal_itself(people: People, course: Any) -> None:
    make.complete_lecture(people.learner, make.lecture(course))
    entry = LedgerEntry.objects.get()
    reversal = services.reverse_entry(actor=people.organizer, entry=entry, reason="误计", now=NOON)
    for wrong, reason, code in (
        (entry, "误计", "reversed_already"),
        (reversal, "误计", "reversal_of_reversal"),
        (entry, "  ", "reversal_reason"),
        (entry, "字" * 201, "reversal_reason"),
    ):
        with pytest.raises(DomainError) as refused:
            services.reverse_entry(actor=people.organizer, entry=wrong, reason=reason, now=NOON)
        assert refused.value.code == code
    assert make.entries(people.learner) == [50, -50]
    assert Balance.objects.get().total == 0


def test_what_was_taken_back_is_not_earned_again_by_another_attempt(people: People, course: Any) -> None:
    exam = make.exam(course)
    make.pass_exam(people.learner, exam)
    services.reverse_entry(actor=people.organizer, entry=LedgerEntry.objects.get(), reason="作弊", now=NOON)
    make.pass_exam(people.learner, exam, at=NOON + timedelta(days=1), number=2)
    assert make.entries(people.learner) == [50, -50]


def test_hours_of_a_course_are_those_of_its_lectures_and_exam(people: People, course: Any) -> None:
    other = make.course("other", people.county, people.instructor)
    make.complete_lecture(people.learner, make.lecture(course))
    make.complete_lecture(people.learner, make.lecture(other, minutes=60))
    make.pass_exam(people.learner, make.exam(course), at=NOON + timedelta(days=400))
    assert queries.course_hours(people.learner, course) == 100
    services.reverse_entry(actor=people.organizer, entry=LedgerEntry.objects.earliest("id"), reason="误计", now=NOON)
    assert queries.course_hours(people.learner, course) == 50
    assert queries.course_hours(people.learner, other) == 100
    assert queries.course_hours(people.stranger, course) == 0


def test_posting_takes_the_same_queries_however_long_the_account(
    people: People, course: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def post_one() -> None:
        progress = make.progress(people.learner, make.lecture(course, minutes=5))
        with django_assert_num_queries(14):
            lecture_completed.send(sender=LectureProgress, progress_id=progress.pk)

    make.complete_lecture(people.learner, make.lecture(course, minutes=5))
    post_one()
    for _number in range(12):
        make.complete_lecture(people.learner, make.lecture(course, minutes=5))
    post_one()


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_with_the_same_completion_post_one_entry() -> None:
    people = make_people()
    make.default_rules()
    course = make.course("theory", people.county, people.instructor)
    progress = make.progress(people.learner, make.lecture(course))
    fact = queries.lecture_fact(progress.pk)
    assert all_at_once([partial(services.post, fact=fact, now=NOON)] * 20) == []
    assert make.entries(people.learner) == [50]
    assert (LearningEvent.objects.count(), Decision.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_many_lectures_at_once_keep_the_days_limit_and_an_unbroken_chain() -> None:
    people = make_people()
    make.default_rules()
    course = make.course("theory", people.county, people.instructor)
    facts = [
        queries.lecture_fact(make.progress(people.learner, make.lecture(course, minutes=45)).pk) for _ in range(14)
    ]
    assert all_at_once([partial(services.post, fact=fact, now=NOON) for fact in facts]) == []
    assert make.entries(people.learner) == [100] * 10
    assert Decision.objects.filter(reason="cap_reached").count() == 4
    entries = list(LedgerEntry.objects.order_by("mseq"))
    assert [entry.mseq for entry in entries] == list(range(1, 11))
    assert [entry.prev_hash for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    assert Balance.objects.get().total == 1000


@pytest.mark.django_db(transaction=True)
def test_ten_reversals_of_one_entry_at_once_take_it_back_once() -> None:
    people = make_people()
    make.default_rules()
    course = make.course("theory", people.county, people.instructor)
    make.complete_lecture(people.learner, make.lecture(course))
    entry = LedgerEntry.objects.get()
    take_back = partial(services.reverse_entry, actor=people.organizer, entry=entry, reason="误计", now=NOON)
    errors = all_at_once([take_back] * 10)
    assert len(errors) == 9
    assert {error.code for error in errors if isinstance(error, Conflict)} == {"reversed_already"}
    assert all(isinstance(error, Conflict) for error in errors)
    assert make.entries(people.learner) == [50, -50]
