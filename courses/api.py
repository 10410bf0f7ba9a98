"""What the player sends: JSON in, JSON out. Errors become JSON in lms.common.middleware."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses import access, queries, services
from courses.services import Acknowledgement, Batch
from lms.common import clock
from lms.common.errors import DomainError, TooLarge
from lms.members import access as member_access
from media_pipeline import services as media_services

MAX_BODY_BYTES = 256 * 1024


@require_safe
def playback(request: HttpRequest, lecture_id: int) -> JsonResponse:
    """A fresh address of the film, for a page that has been open longer than the last one was good for."""
    member = member_access.member_of(request)
    lecture = access.lecture_for_view(member, lecture_id)
    urls = media_services.playback_urls(asset=lecture.asset, viewer=member, now=clock.now())
    response = JsonResponse({"playlist_url": urls.playlist_url})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def session_start(request: HttpRequest, lecture_id: int) -> JsonResponse:
    """A new play session: its id, and what was watched so far."""
    member = member_access.learner_of(request)
    lecture = access.lecture_for_view(member, lecture_id)
    session = services.start_session(member=member, lecture=lecture, now=clock.now())
    progress = queries.progress_of(member, lecture)
    assert progress is not None  # made together with the session
    return JsonResponse(
        {
            "session": str(session.pk),
            "max_rate_permille": session.policy.max_rate_permille,
            "coverage": progress.coverage,
            "covered_ms": progress.covered_ms,
            "needed_ms": queries.needed_ms(session.policy, progress.duration_ms),
            "duration_ms": progress.duration_ms,
            "position_ms": progress.position_ms,
            "lecture_completed": progress.completed_at is not None,
        },
        status=201,
    )


@require_POST
def watch_batches(request: HttpRequest, session_id: UUID) -> JsonResponse:
    """What was played: {"batches": [{"seq": 1, "segments": [[0, 10000]]}], "position_ms": 10000}."""
    member = member_access.learner_of(request)
    body = _body(request)
    acknowledgement = services.record_batches(
        member=member,
        session_id=session_id,
        batches=[_batch(item) for item in _list(body.get("batches"))],
        position_ms=_integer(body.get("position_ms", 0)),
        now=clock.now(),
    )
    return JsonResponse(_answer(acknowledgement))


def _answer(acknowledgement: Acknowledgement) -> dict[str, Any]:
    return {
        "last_seq": acknowledgement.last_seq,
        "results": [
            {
                "seq": result.seq,
                "accepted_ms": result.accepted_ms,
                "rejected_ms": result.rejected_ms,
                "refused": result.refused,
            }
            for result in acknowledgement.results
        ],
        "superseded": acknowledgement.superseded,
        "coverage": acknowledgement.coverage,
        "covered_ms": acknowledgement.covered_ms,
        "needed_ms": acknowledgement.needed_ms,
        "duration_ms": acknowledgement.duration_ms,
        "position_ms": acknowledgement.position_ms,
        "lecture_completed": acknowledgement.lecture_completed,
        "course_completed": acknowledgement.course_completed,
    }


# --- reading what a stranger may have written --------------------------------------------------------------


def _senseless() -> DomainError:
    return DomainError("body_senseless", _("The request is not what this address expects."))


def _body(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise _senseless()
    if len(request.body) > MAX_BODY_BYTES:
        raise TooLarge("body_too_large", _("The request is too large."), most=MAX_BODY_BYTES)
    try:
        body = json.loads(request.body)
    # Not JSON, not UTF-8, a number with too many digits; brackets in brackets in brackets.
    except (ValueError, RecursionError) as error:
        raise _senseless() from error
    if not isinstance(body, dict):
        raise _senseless()
    return body


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _senseless()
    return value


def _integer(value: Any) -> int:
    """A whole number of a size that every database takes. Python calls True an int too."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**31:
        raise _senseless()
    return value


def _batch(item: Any) -> Batch:
    if not isinstance(item, dict):
        raise _senseless()
    return Batch(_integer(item.get("seq")), tuple(_segment(part) for part in _list(item.get("segments"))))


def _segment(part: Any) -> tuple[int, int]:
    start, end = (_integer(bound) for bound in _pair(part))
    return start, end


def _pair(part: Any) -> list[Any]:
    bounds = _list(part)
    if len(bounds) != 2:
        raise _senseless()
    return bounds
