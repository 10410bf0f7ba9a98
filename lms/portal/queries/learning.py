"""A member's own standing: what is still owed, what has been earned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from certificates import queries as certificate_queries
from certificates.models import Certificate
from courses import queries as course_queries
from courses.models import Course
from courses.queries import CourseOverview, EnrolmentProgress, LectureOverview
from credits import queries as credit_queries
from exams import queries as exam_queries
from exams.models import Attempt, Exam
from exams.queries import Standing
from lms.common.clock import business_date
from lms.members.models import Member

CATALOG_TASTE = 4  # new courses shown on the first page
MOST_REQUIRED = 20
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class NextStep:
    """The one thing to do next. Which of the other fields are there depends on `kind`."""

    kind: Literal["paper", "lecture", "exam", "course", "catalog"]
    attempt: Attempt | None = None  # paper
    row: EnrolmentProgress | None = None  # lecture
    lecture: LectureOverview | None = None  # lecture
    exam: Exam | None = None  # exam
    course: Course | None = None  # course


@dataclass(frozen=True)
class Owed:
    """What is owed beside the next step, in the order of a list."""

    exams: list[Exam]
    courses: list[EnrolmentProgress]
    required: list[Course]

    @property
    def count(self) -> int:
        return len(self.exams) + len(self.courses) + len(self.required)


@dataclass(frozen=True)
class Learning:
    """One member's learning at an instant; hours in hundredths. `target` is None where nothing is owed."""

    year: int
    today: date
    owed: list[EnrolmentProgress]
    completed: list[EnrolmentProgress]
    required: list[Course]  # required courses that are open to them and not begun
    exams_to_sit: list[Exam]
    running: list[Attempt]  # papers whose time is running
    hours: int
    target: int | None
    certificate_count: int
    new_courses: list[Course]

    @property
    def missing_hours(self) -> int:
        """What is still missing to the year's target; 0 when it is met or there is none."""
        return max(0, (self.target or 0) - self.hours)

    @property
    def days_left(self) -> int:
        """Days of the learning year that are left, today included."""
        return (date(self.year, 12, 31) - self.today).days + 1

    @property
    def next_step(self) -> NextStep:
        """What runs out first comes first: a paper whose time runs, then the course watched last, an exam that waits,
        a required course that has not been begun."""
        if self.running:
            return NextStep("paper", attempt=self.running[0])
        rows = [row for row in self.owed if row.next_lecture]
        if rows:
            row = max(rows, key=_watched_at)
            lecture = next(item for item in row.tally.lectures if item.lecture == row.next_lecture)
            return NextStep("lecture", row=row, lecture=lecture)
        if self.exams_to_sit:
            return NextStep("exam", exam=self.exams_to_sit[0])
        if self.required:
            return NextStep("course", course=self.required[0])
        return NextStep("catalog")

    @property
    def owed_beside(self) -> Owed:
        """What is owed, without what `next_step` names already."""
        step = self.next_step
        paper_exam = step.attempt.exam if step.attempt else None
        return Owed(
            exams=[exam for exam in self.exams_to_sit if exam not in (step.exam, paper_exam)],
            courses=[row for row in self.owed if row is not step.row],
            required=[course for course in self.required if course != step.course],
        )


def _watched_at(row: EnrolmentProgress) -> datetime:
    """When something of the course was watched last."""
    return max((item.updated_at for item in row.tally.lectures if item.updated_at), default=LONG_AGO)


def learning(member: Member, now: datetime) -> Learning:
    """What `member` owes and has. The number of queries does not grow with the number of courses."""
    today = business_date(now)
    year = today.year
    enrolments = course_queries.list_enrolments(member)
    enrolled = [row.course.pk for row in enrolments]
    new = course_queries.catalog(member).exclude(pk__in=enrolled)
    return Learning(
        year=year,
        today=today,
        owed=sorted((row for row in enrolments if row.tally.owed), key=lambda row: not row.course.is_required),
        completed=[row for row in enrolments if not row.tally.owed],
        required=list(new.filter(course_queries.open_to(member), is_required=True)[:MOST_REQUIRED]),
        exams_to_sit=exam_queries.list_exams_to_pass(member),
        running=exam_queries.list_running(member, now),
        hours=credit_queries.balance(member, year),
        target=credit_queries.year_target(member, year, now),
        certificate_count=certificate_queries.count_valid(member),
        new_courses=list(new.filter(is_required=False)[:CATALOG_TASTE]),
    )


@dataclass(frozen=True)
class CourseSteps:
    """The way through one course for one member: watch, pass the exam (if there is one), take the certificate."""

    overview: CourseOverview
    exam: Exam | None
    standing: Standing | None
    certificate: Certificate | None
    reasons: list[str]  # why there is no certificate yet
    hours: int  # hundredths earned with this course


def course_steps(member: Member, course: Course) -> CourseSteps:
    """Where `member` stands with `course`."""
    exam = exam_queries.exam_of_course(course)
    eligibility = certificate_queries.eligibility(member, course)
    return CourseSteps(
        overview=course_queries.course_overview(member, course),
        exam=exam,
        standing=exam_queries.standing(member, exam) if exam else None,
        certificate=certificate_queries.certificate_of(member, course),
        reasons=eligibility.reasons,
        hours=credit_queries.course_hours(member, course),
    )
