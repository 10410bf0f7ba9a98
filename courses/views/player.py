"""Watching a lecture."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses import access, queries, services
from courses.models import Lecture, LectureProgress, WatchBatch, WatchPolicy
from lms.common import clock
from lms.members import access as member_access
from lms.members.models import Member
from media_pipeline import services as media_services

RATES = (750, 1000, 1250, 1500, 2000)  # permille of the normal speed, as far as the policy lets them count
SOME_SESSION = "00000000-0000-0000-0000-000000000000"


@require_safe
def lecture(request: HttpRequest, lecture_id: int) -> HttpResponse:
    """The player. For somebody to whom the course is not open it is a preview: nothing counts."""
    member = member_access.member_of(request)
    lecture = access.lecture_for_view(member, lecture_id)
    course = lecture.chapter.course
    now = clock.now()
    counts = member.organization_id is not None and access.may_learn(member, course)
    overview = queries.course_overview(member, course)
    context: dict[str, Any] = {
        "lecture": lecture,
        "course": course,
        "overview": overview,
        "counts": counts,
        "next_lecture": _following(overview, lecture),
        "joins": counts and overview.enrolment is None,
    }
    if lecture.is_playable:
        progress = queries.progress_of(member, lecture)
        policy = services.policy_in_force(organization=member.organization, now=now)
        playback = media_services.playback_urls(asset=lecture.asset, viewer=member, now=now)
        context |= {
            "playback": playback,
            "progress": progress,
            "needed_ms": queries.needed_ms(policy, lecture.asset.duration_ms or 0),
            "rates": [f"{rate / 1000:g}" for rate in RATES if rate <= max(policy.max_rate_permille, 1000)],
            "player": _player(member, lecture, progress, policy, counts) | {"playlistUrl": playback.playlist_url},
        }
    response = render(request, "courses/lecture.html", context)
    response["Cache-Control"] = "no-store"  # what was watched, and addresses that are good for a while only
    return response


def _following(overview: queries.CourseOverview, lecture: Lecture) -> Lecture | None:
    """The lecture after this one."""
    order = [item.lecture for item in overview.tally.lectures]
    place = [item.pk for item in order].index(lecture.pk)
    return order[place + 1] if place + 1 < len(order) else None


def _player(
    member: Member, lecture: Lecture, progress: LectureProgress | None, policy: WatchPolicy, counts: bool
) -> dict[str, Any]:
    """What player.js needs to know."""
    duration = lecture.asset.duration_ms or 0
    return {
        "counts": counts,
        "member": member.learner_no,
        "playbackUrl": reverse("courses:playback", args=[lecture.pk]),
        "startUrl": reverse("courses:session-start", args=[lecture.pk]),
        "batchesUrl": reverse("courses:watch-batches", args=[SOME_SESSION]),
        "someSession": SOME_SESSION,
        "durationMs": duration,
        "neededMs": queries.needed_ms(policy, duration),
        "maxRatePermille": policy.max_rate_permille,
        "coverage": progress.coverage if progress else [],
        "coveredMs": progress.covered_ms if progress else 0,
        "positionMs": progress.position_ms if progress else 0,
        "completed": progress is not None and progress.completed_at is not None,
        "words": _words(),
    }


def _words() -> dict[str, Any]:
    """What player.js says, in the page's language; {time} and the like are filled in there."""
    return {
        "counted": _("{covered} counted, {needed} needed"),
        "missing": _("Watch another {missing}, and this lecture is completed."),
        "completed": _("This lecture is completed."),
        "strip": _("{covered} of {duration} watched"),
        "part": _("Play the missing part from {start} to {end}"),
        "refused": _("{time} not counted: {reason}"),
        "resumed": _("Continued at {time}, where you left off."),
        "offline": _("No connection. What you watch is kept here and reported as soon as it is back."),
        "loggedOut": _("You have been logged out. Log in again in another window, then go on here: nothing is lost."),
        "rate": _("Up to {rate} times the normal speed counts; the speed has been set to that."),
        "gapsDone": _("Nothing is missing any more."),
        "reasons": {value: str(label) for value, label in WatchBatch.Reason.choices},
    }
