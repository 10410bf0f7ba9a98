"""What the paper's page sends while somebody answers: JSON in, JSON out."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from exams import access, queries, services
from exams.services import AnswerChange
from lms.common import clock
from lms.common.errors import DomainError

MOST_CHANGES = 50  # in one message


@never_cache
@require_POST
def answers(request: HttpRequest, attempt_id: UUID) -> JsonResponse:
    """Store changed answers: {"changes": [{"message_id": UUID, "slot": 3, "chosen": ["A"]}, ..]}.

    Answers {"saved": {message_id: number}} with the clock. An empty list of changes only asks for the clock.
    """
    member, attempt = access.attempt_for_member(request, attempt_id)
    changes = changes_of(request.body)
    now = clock.now()
    saved = services.save_answers(member=member, attempt_id=attempt.pk, changes=changes, now=now) if changes else {}
    body = {"saved": {str(message_id): seq for message_id, seq in saved.items()}}
    return JsonResponse(body | queries.times(attempt, clock.now()))


def changes_of(body: bytes) -> list[AnswerChange]:
    """Read the changes. Raises DomainError when the message is not what this site's pages send."""
    try:
        changes = [_change(entry) for entry in json.loads(body)["changes"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DomainError("bad_message", _("This message could not be read.")) from None
    if len(changes) > MOST_CHANGES:
        raise DomainError("bad_message", _("This message carries too many answers."))
    return changes


def _change(entry: dict[str, Any]) -> AnswerChange:
    slot, chosen = entry["slot"], entry["chosen"]
    if type(slot) is not int or not 0 < slot < 32768:
        raise ValueError("slot")
    if type(chosen) is not list or not all(type(key) is str for key in chosen):
        raise TypeError("chosen")
    return AnswerChange(UUID(entry["message_id"]), slot, chosen)
