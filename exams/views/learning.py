"""The learner's way: the exam's rules, the paper, handing in, the result."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from exams import access, forms, queries, rules, services, wording
from exams.models import Attempt
from exams.rules import AttemptState
from exams.templatetags.papers import points
from lms.common import clock


@never_cache
@require_GET
def exam_detail(request: HttpRequest, exam_id: int) -> HttpResponse:
    member, exam = access.exam_for_view(request, exam_id)
    now = clock.now()
    standing = queries.standing(member, exam)
    if standing.open is not None and _closed_by_now(standing.open):
        standing = queries.standing(member, exam)
    full_score = queries.total_points(exam)
    context = {
        "exam": exam,
        "standing": standing,
        "reasons": wording.sentences(standing.eligibility.reasons),
        "question_count": exam.items.count(),
        "total_points": full_score,
        "pass_score": rules.pass_score(full_score, exam.pass_permille),
        "policy": wording.POLICY_SENTENCES[exam.scoring_policy],
        "would_end_at": rules.deadlines(now, exam.duration_seconds, exam.grace_seconds)[0],
        "events": [_event(one) for one in standing.attempts],
    }
    return render(request, "exams/detail.html", context)


def _event(one: Attempt) -> dict[str, str]:
    """One attempt, for components/_timeline.html."""
    facts = {"number": one.number, "score": points(one.score), "max": points(one.max_score)}
    scored = one.state == AttemptState.SCORED
    started = timezone.localtime(one.started_at)
    return {
        "title": (_("Attempt %(number)s: %(score)s of %(max)s") if scored else _("Attempt %(number)s")) % facts,
        "url": reverse("exams:result" if scored else "exams:attempt", args=[one.pk]),
        "when": formats.date_format(started, "SHORT_DATETIME_FORMAT"),
        "machine": started.isoformat(),
        "text": _("In progress") if not scored else _("Passed") if one.passed else _("Not passed"),
        "state": "waiting" if not scored else "done" if one.passed else "failed",
    }


@require_POST
def start(request: HttpRequest, exam_id: int) -> HttpResponse:
    member, exam = access.exam_for_view(request, exam_id)
    started = services.start_attempt(member=member, exam=exam, now=clock.now())
    return redirect("exams:attempt", started.pk)


@never_cache
@require_GET
def attempt(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The paper, as long as it can be answered; afterwards its result."""
    _member, current = access.attempt_for_member(request, attempt_id)
    if _closed_by_now(current):
        return redirect("exams:result", current.pk)
    paper = queries.paper(current)
    context = {
        "attempt": current,
        "paper": paper,
        "answered_count": len(paper.questions) - len(paper.unanswered),
        "times": queries.times(current, clock.now()),
    }
    return render(request, "exams/paper.html", context)


@require_POST
def submit(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Take the plain form. Without a confirmation the answers are kept and the next page asks for it."""
    member, current = access.attempt_for_member(request, attempt_id)
    form = forms.paper_form(request.POST)
    current = services.hand_in(
        member=member,
        attempt_id=current.pk,
        answers=form.answers,
        seen_seq=form.seen_seq,
        confirmed=form.confirmed,
        now=clock.now(),
    )
    scored = current.state == AttemptState.SCORED
    return redirect("exams:result" if scored else "exams:confirm", current.pk)


@never_cache
@require_GET
def confirm(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The last look before handing in: which questions have no answer."""
    _member, current = access.attempt_for_member(request, attempt_id)
    if _closed_by_now(current):
        return redirect("exams:result", current.pk)
    context = {
        "attempt": current,
        "paper": queries.paper(current),
        "times": queries.times(current, clock.now()),
    }
    return render(request, "exams/confirm.html", context)


@never_cache
@require_GET
def result(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    member, current = access.attempt_for_member(request, attempt_id)
    if not _closed_by_now(current):
        return redirect("exams:attempt", current.pk)
    standing = queries.standing(member, current.exam)
    shows_key = rules.shows_key(
        passed=standing.passed, attempts_left=standing.attempts_left, attempt_open=standing.open is not None
    )
    context = {
        "attempt": current,
        "exam": current.exam,
        "standing": standing,
        "review": queries.review(current, shows_key=shows_key),
        "pass_score": rules.pass_score(current.max_score or 0, current.exam.pass_permille),
    }
    return render(request, "exams/result.html", context)


def _closed_by_now(current: Attempt) -> bool:
    """Whether the attempt is over; one whose time has run out is closed here and not left to the sweeper."""
    if current.state == AttemptState.IN_PROGRESS:
        now = clock.now()
        if rules.takes_answers(current.hard_deadline_at, now):
            return False
        services.close_expired_attempt(attempt_id=current.pk, now=now)
        current.refresh_from_db()
    return True
