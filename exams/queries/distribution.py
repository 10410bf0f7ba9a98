"""How the scores of an exam are spread."""

from __future__ import annotations

from django.db.models import Max, Q

from exams.models import Attempt, Exam


def best_shares(exam: Exam, condition: Q) -> list[int]:
    """The best score of everybody (of `condition` on Attempt) who has one, in per cent of the full score, rounded down.

    Rounded down, so that 59.9 does not look like a pass at 60.
    """
    best = (
        Attempt.objects.filter(condition, exam=exam, score__isnull=False, max_score__gt=0)
        .order_by()
        .values_list("member_id")
        .annotate(best=Max("score"), full=Max("max_score"))
    )
    return [best_score * 100 // full for _member, best_score, full in best]
