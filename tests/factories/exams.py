"""Courses with exams for tests: valid, minimal, nothing random in what is asserted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from courses.models import Category, Course, Enrolment
from exams import services
from exams.models import Attempt, Exam, ExamItem, QuestionBank, QuestionVersion
from exams.rules import QuestionType
from exams.services import AnswerChange
from lms.members.models import Member, Organization

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


def course(organization: Organization, instructor: Member, *, slug: str = "party-rules", **fields: Any) -> Course:
    """A published course without lectures."""
    category, _ = Category.objects.get_or_create(code="theory", defaults={"name": "理论学习"})
    defaults = {
        "title": "党章学习十讲",
        "state": Course.State.PUBLISHED,
        "published_at": NOON,
        "created_at": NOON,
    }
    return Course.objects.create(
        slug=slug,
        category=category,
        organization=organization,
        instructor=instructor,
        **(defaults | fields),
    )


def enrol(member: Member, course: Course, **fields: Any) -> Enrolment:
    return Enrolment.objects.create(member=member, course=course, enrolled_at=NOON, **fields)


def bank(organization: Organization, actor: Member, name: str = "题库") -> QuestionBank:
    return services.create_bank(actor=actor, organization=organization, name=name, now=NOON)


def single(bank: QuestionBank, actor: Member, stem: str = "单选题", **fields: Any) -> QuestionVersion:
    """A is right, out of A, B, C and D."""
    defaults: dict[str, Any] = {
        "options": ["甲", "乙", "丙", "丁"],
        "correct": [0],
        "explanation": f"{stem}的解析",
    }
    return services.add_question(
        actor=actor, bank=bank, type=QuestionType.SINGLE, stem=stem, now=NOON, **(defaults | fields)
    )


def multiple(bank: QuestionBank, actor: Member, stem: str = "多选题", **fields: Any) -> QuestionVersion:
    """A and C are right, out of A, B, C and D."""
    defaults: dict[str, Any] = {
        "options": ["东", "西", "南", "北"],
        "correct": [0, 2],
        "explanation": f"{stem}的解析",
    }
    return services.add_question(
        actor=actor, bank=bank, type=QuestionType.MULTIPLE, stem=stem, now=NOON, **(defaults | fields)
    )


def judge(bank: QuestionBank, actor: Member, stem: str = "判断题", **fields: Any) -> QuestionVersion:
    """B (错误) is right."""
    defaults: dict[str, Any] = {"options": [], "correct": [1], "explanation": f"{stem}的解析"}
    return services.add_question(
        actor=actor, bank=bank, type=QuestionType.JUDGE, stem=stem, now=NOON, **(defaults | fields)
    )


@dataclass(frozen=True)
class Hall:
    """A published exam of three questions.

    Slot 1 single (40), slot 2 multiple (40), slot 3 judge (20); 60 passes.
    """

    exam: Exam
    course: Course
    bank: QuestionBank
    learner: Member
    instructor: Member

    def start(self, now: datetime = NOON) -> Attempt:
        return services.start_attempt(member=self.learner, exam=self.exam, now=now)

    def save(self, attempt: Attempt, slot: int, chosen: Sequence[str], now: datetime = NOON) -> int:
        """Save one answer and return its number."""
        change = AnswerChange(uuid4(), slot, chosen)
        saved = services.save_answers(member=self.learner, attempt_id=attempt.pk, changes=[change], now=now)
        return saved[change.message_id]

    def submit(self, attempt: Attempt, now: datetime = NOON) -> Attempt:
        return services.submit_attempt(member=self.learner, attempt_id=attempt.pk, now=now)


RIGHT = {1: ["A"], 2: ["A", "C"], 3: ["B"]}


def hall(
    organization: Organization,
    instructor: Member,
    learner: Member,
    *,
    published: bool = True,
    **settings: Any,
) -> Hall:
    taught = course(organization, instructor)
    questions = bank(organization, instructor)
    exam = services.create_exam(
        actor=instructor,
        course=taught,
        title="结业考试",
        items=[
            (single(questions, instructor), 4000),
            (multiple(questions, instructor), 4000),
            (judge(questions, instructor), 2000),
        ],
        now=NOON,
        **settings,
    )
    if published:
        exam = services.publish_exam(actor=instructor, exam=exam, now=NOON)
    enrol(learner, taught)
    return Hall(exam, taught, questions, learner, instructor)


def many_items(hall: Hall, number: int) -> list[ExamItem]:
    """More single-choice questions on a draft's paper."""
    return [
        services.add_item(
            actor=hall.instructor,
            exam=hall.exam,
            version=single(hall.bank, hall.instructor, stem=f"补充题 {position}"),
            points=100,
            now=NOON,
        )
        for position in range(number)
    ]
