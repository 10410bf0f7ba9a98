"""A little of the school's past: who watched what and who sat the exam, told to the services with the times given.

Without it an organizer's first look would be at empty tables. Every second and every hour goes through the same rules
as a real member's: nothing here writes to a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid5

from django.db import transaction

from courses import services as course_services
from courses.models import Course, Enrolment, Lecture
from courses.services import Batch
from exams import queries as exam_queries
from exams import services as exam_services
from lms.common.clock import SHANGHAI
from lms.demo import courses as catalog
from lms.demo.people import LEARNERS
from lms.members.models import Member

REPORT_EVERY_MS = 10_000


@dataclass(frozen=True)
class Study:
    """`learner_no` watched `permille` of the course's film, then answered all questions but `wrong` (None: none)."""

    learner_no: str
    course: str
    days_ago: int
    permille: int
    wrong: int | None = None


def plan() -> tuple[Study, ...]:
    """Every third learner has finished the first course, others are under way, some have not begun.

    The account whose login is printed (the first) is left alone: its owner is to begin afresh.
    """
    numbers = [person.learner_no for person in LEARNERS[1:]]
    finished = [Study(number, catalog.EXAM_COURSE, 30 - i, 1000, wrong=i % 4) for i, number in enumerate(numbers[::3])]
    failed = [Study(number, catalog.EXAM_COURSE, 12, 1000, wrong=6) for number in numbers[1:7:3]]
    under_way = [Study(number, catalog.EXAM_COURSE, 5, 400 + 50 * i) for i, number in enumerate(numbers[7::6])]
    also = [Study(number, "charter-primer", 20, 1000) for number in numbers[::4]]
    return (*finished, *failed, *under_way, *also)


def load(*, now: datetime) -> int:
    """Tell the story to the services, as far as it has not been told; returns how many studies were added."""
    members = {member.learner_no: member for member in Member.objects.filter(is_demo=True)}
    courses = {course.slug: course for course in Course.objects.select_related("organization")}
    told = set(Enrolment.objects.values_list("member__learner_no", "course__slug"))
    added = 0
    for study in plan():
        if (study.learner_no, study.course) in told:
            continue
        day = now.astimezone(SHANGHAI) - timedelta(days=study.days_ago)
        beginning = day.replace(hour=19, minute=30, second=0, microsecond=0)
        tell(study, members[study.learner_no], courses[study.course], beginning)
        added += 1
    return added


@transaction.atomic
def tell(study: Study, member: Member, course: Course, beginning: datetime) -> None:
    """One study, whole or not at all: a sweeper that sees an exam of the past still open would close it."""
    course_services.enrol(member=member, course=course, now=beginning)
    instant = beginning
    for lecture in Lecture.objects.filter(chapter__course=course).select_related("asset"):
        instant = watch(member, lecture, study.permille, instant)
    if study.wrong is not None:
        sit(member, course, study.wrong, instant + timedelta(minutes=2))


def watch(member: Member, lecture: Lecture, permille: int, beginning: datetime) -> datetime:
    """Watch from the start at normal speed, reporting every ten seconds; returns the instant of the end."""
    end_ms = (lecture.asset.duration_ms or 0) * permille // 1000
    session = course_services.start_session(member=member, lecture=lecture, now=beginning)
    for seq, start_ms in enumerate(range(0, end_ms, REPORT_EVERY_MS), start=1):
        until_ms = min(start_ms + REPORT_EVERY_MS, end_ms)
        course_services.record_batches(
            member=member,
            session_id=session.pk,
            batches=[Batch(seq=seq, segments=((start_ms, until_ms),))],
            position_ms=until_ms,
            now=beginning + timedelta(milliseconds=until_ms),
        )
    return beginning + timedelta(milliseconds=end_ms)


def sit(member: Member, course: Course, wrong: int, beginning: datetime) -> None:
    """Sit the course's exam, answering every question rightly but the first `wrong` ones, half a minute each."""
    exam = exam_queries.exam_of_course(course)
    assert exam is not None, "the exam is loaded before the history"
    attempt = exam_services.start_attempt(member=member, exam=exam, now=beginning)
    instant = beginning
    for item in exam_queries.paper_with_keys(exam):
        instant += timedelta(seconds=30)
        right = item.version.answer_key.correct
        others = [option["key"] for option in item.version.options if option["key"] not in right]
        change = exam_services.AnswerChange(
            message_id=uuid5(attempt.pk, str(item.slot)),
            slot=item.slot,
            chosen=others[:1] if item.slot <= wrong else right,
        )
        exam_services.save_answers(member=member, attempt_id=attempt.pk, changes=[change], now=instant)
    exam_services.submit_attempt(member=member, attempt_id=attempt.pk, now=instant + timedelta(seconds=20))
