"""Taking a course, and having completed it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from courses import access, events
from courses.models import Course, Enrolment, Lecture, LectureProgress
from courses.rules import EnrolmentState
from lms.common.errors import NotPermitted
from lms.members import services as member_services
from lms.members.models import Member


@transaction.atomic
def enrol(*, member: Member, course: Course, now: datetime) -> Enrolment:
    """Enrol `member` in a course that is open to them; who is enrolled already stays so, who dropped it is
    back.

    Raises NotPermitted for a course that is not published, or not by the member's organization or one above
    it.
    """
    if not access.may_learn(member, course):
        raise NotPermitted("course_not_open", _("This course is not open to you."))
    enrolment, created = Enrolment.objects.get_or_create(
        member=member, course=course, defaults={"enrolled_at": now, "state": EnrolmentState.ACTIVE.value}
    )
    if not created and enrolment.state == EnrolmentState.DROPPED:
        Enrolment.objects.filter(pk=enrolment.pk, state=EnrolmentState.DROPPED.value).update(
            state=EnrolmentState.ACTIVE.value
        )
        complete_if_done(enrolment=enrolment, now=now)
        enrolment.refresh_from_db()
    return enrolment


@transaction.atomic
def complete_if_done(*, enrolment: Enrolment, now: datetime) -> bool:
    """Complete an active enrolment whose lectures are all completed. Returns whether this call did it."""
    lectures = Lecture.objects.filter(chapter__course=enrolment.course_id).count()
    completed = LectureProgress.objects.filter(
        member=enrolment.member_id, lecture__chapter__course=enrolment.course_id, completed_at__isnull=False
    ).count()
    if not lectures or completed < lectures:
        return False
    won = Enrolment.objects.filter(pk=enrolment.pk, state=EnrolmentState.ACTIVE.value).update(
        state=EnrolmentState.COMPLETED.value, completed_at=now
    )
    if won:
        member_services.notify(
            member=enrolment.member,
            key=f"courses.completed:{enrolment.pk}",
            message=gettext_noop("You have completed all lectures of the course “%(title)s”."),
            facts={"title": enrolment.course.title},
            url=reverse("courses:course-detail", args=[enrolment.course.slug]),
            now=now,
        )
        events.course_completed.send(sender=Enrolment, enrolment_id=enrolment.pk)
    return bool(won)
