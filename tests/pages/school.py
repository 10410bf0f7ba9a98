"""Fills the demo school so that every page has something to show, and tells what is there.

Run in the environment of a site that has the demo school: `python -m tests.pages.school` prints the facts as JSON.
Everything goes through the rooms' services. Again: changes nothing that is there already.
"""

from __future__ import annotations

import json
import time
from datetime import datetime
from uuid import uuid5

import django


def main() -> None:
    django.setup()
    from lms.common import clock

    print(json.dumps(fill(clock.now())))


def fill(now: datetime) -> dict[str, str]:
    """What pages.py names in its arguments, all as text."""
    from courses.models import Course, Lecture
    from exams.models import Attempt, Exam
    from lms.members.models import Member, Organization
    from tests.pages.people import PEOPLE

    people = {part: Member.objects.get(learner_no=number) for part, number in PEOPLE.items() if number}
    course = Course.objects.get(slug="branch-meetings")
    lecture = Lecture.objects.filter(chapter__course=course).select_related("asset").first()
    exam = Exam.objects.get(course=course)
    assert lecture is not None
    scored = Attempt.objects.filter(exam=exam, state="scored")
    return {
        "fresh": str(int(now.timestamp())),
        "course": course.slug,
        "course_without_exam": "charter-primer",
        "draft": draft(people["instructor"], lecture.asset, now),
        "lecture": str(lecture.pk),
        "exam": str(exam.pk),
        "question": str(exam.items.order_by("slot").first().pk),
        "running_attempt": running_attempt(people["candidate"], exam, now),
        "passed_attempt": str(scored.get(member=people["learner"]).pk),
        "failed_attempt": str(scored.filter(member=people["candidate"]).first().pk),
        "organization": str(Organization.objects.get(code="wangxi").pk),
        "underway_no": people["underway"].learner_no,
        "film": str(lecture.asset_id),
        "failed_film": failed_film(people["instructor"], now),
        "server_error": server_error(),
        **certificates(people["learner"], people["administrator"], now),
    }


def draft(teacher, film, now: datetime) -> str:
    """A course that is being written, with an exam that is; names as long as names get."""
    from courses import services
    from courses.models import Category, Course
    from exams import services as exam_services

    slug = "pages-draft"
    if Course.objects.filter(slug=slug).exists():
        return slug
    course = services.create_course(
        actor=teacher,
        organization=teacher.organization,
        category=Category.objects.order_by("position").first(),
        slug=slug,
        title="新时代基层党组织书记和党务工作者能力提升专题培训：从支部建设到乡村治理的二十个实际问题",
        summary="面向村、社区党组织书记和党务工作者。" * 12,
        lecturer_name="欧阳松柏、买买提·阿不都热合曼",
        cover="img/cover-4.svg",
        is_required=False,
        now=now,
    )
    chapter = services.add_chapter(actor=teacher, course=course, title="第一章　怎样开好一次支部党员大会", now=now)
    services.add_lecture(actor=teacher, chapter=chapter, title="会前：议题、通知和材料", asset=film, now=now)
    services.add_chapter(actor=teacher, course=course, title="第二章　还没有讲座的一章", now=now)
    exam = exam_services.create_exam(
        actor=teacher,
        course=course,
        title="结业测试（草稿）",
        items=[],
        duration_seconds=3600,
        attempts_allowed=2,
        pass_permille=600,
        now=now,
    )
    exam_services.add_question_to_paper(
        actor=teacher,
        exam=exam,
        type="single",
        points=500,
        now=now,
        stem="支部党员大会的通知最迟应当在什么时候发出？",
        options=["会前一天", "会前三天", "会前一周", "没有规定，由支部委员会根据议题的多少和党员居住的远近决定"],
        correct=[1],
        explanation="先让大家有时间看材料。",
    )
    return slug


def running_attempt(member, exam, now: datetime) -> str:
    """An exam that is being sat, the first questions answered."""
    from exams import queries, services

    attempt = services.start_attempt(member=member, exam=exam, now=now)
    for item in queries.paper_with_keys(exam)[:4]:
        change = services.AnswerChange(
            message_id=uuid5(attempt.pk, str(item.slot)), slot=item.slot, chosen=[item.version.options[0]["key"]]
        )
        services.save_answers(member=member, attempt_id=attempt.pk, changes=[change], now=now)
    return str(attempt.pk)


def failed_film(teacher, now: datetime) -> str:
    """A film that is none, and has been refused."""
    from lms.common import clock
    from lms.demo import school
    from media_pipeline import services
    from media_pipeline.models import MediaAsset

    asset = MediaAsset.objects.filter(original_name="no-film.mp4").first() or services.receive_upload(
        actor=teacher,
        organization=teacher.organization,
        title="录了一半就断电的讲座",
        filename="no-film.mp4",
        chunks=[b"this is not a film, whatever it is called"],
        now=now,
    )
    for _ in range(100):  # here, or in the site's own worker if that is quicker
        asset.refresh_from_db()
        if asset.state == MediaAsset.State.FAILED:
            return str(asset.pk)
        if unit := school.runnable(asset).first():
            services.run_unit(unit_id=unit.pk, worker="pages", clock=clock.now)
        time.sleep(0.2)
    raise SystemExit(f"the broken film is {asset.state}")


def certificates(learner, administrator, now: datetime) -> dict[str, str]:
    """The learner's certificate of the course with an exam, its file made; and another one, revoked."""
    from certificates import services
    from certificates.models import Certificate

    kept = Certificate.objects.get(member=learner, course__slug="branch-meetings")
    services.render(certificate_id=kept.pk, now=now)
    other = Certificate.objects.get(member=learner, course__slug="charter-primer")
    if not other.is_revoked:
        reason = "学时统计有误，更正后重新发证。"
        services.revoke(actor=administrator, certificate=other, reason=reason, now=now)
    return {"certificate": kept.serial, "code": kept.verify_code, "revoked_code": other.verify_code}


def server_error() -> str:
    """What is sent when a view fails."""
    from django.test import RequestFactory
    from django.urls import get_resolver
    from django.utils import translation

    with translation.override("zh-hans"):
        answer = get_resolver().resolve_error_handler(500)(RequestFactory().get("/"))
    return answer.content.decode()


if __name__ == "__main__":
    main()
