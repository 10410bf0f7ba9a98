"""Who sat an exam, and how: for instructors and organizers, of the learners in their scope."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exams import access, queries, services
from lms.common import clock
from lms.common.pagination import page_of


@never_cache
@require_GET
def exam_results(request: HttpRequest, exam_id: int) -> HttpResponse:
    """One line per learner. Reading it is put on record, because it names people."""
    member, exam, condition = access.exam_for_results(request, exam_id)
    page = page_of(request, queries.list_results(exam, condition))
    services.record_reading(actor=member, exam=exam, page=page.number, now=clock.now())
    context = {"exam": exam, "page": page, "summary": queries.results_summary(exam, condition)}
    return render(request, "exams/results.html", context)
