"""Who sat an exam, and how: for instructors and organizers, of the learners in their scope."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exams import access, queries, services
from exams.forms import ResultsFilter
from exams.models import Exam
from exams.templatetags.papers import points
from exams.views.charts import distribution
from lms.common import clock
from lms.common.charts.files import asked_file
from lms.common.tables import Column, Table, moment, written

STATES = {
    "passed": gettext_lazy("Passed"),
    "running": gettext_lazy("In progress"),
    "failed": gettext_lazy("Not passed"),
}


@never_cache
@require_GET
def exam_results(request: HttpRequest, exam_id: int) -> HttpResponseBase:
    """One line per learner, on the page or in a file. Reading it is put on record, because it names people."""
    member, exam, condition = access.exam_for_results(request, exam_id)
    form = ResultsFilter(request.GET)
    found = queries.list_results(exam, condition, **form.chosen())
    ties = ("member__organization__path", "member__learner_no")
    table = Table(request, "results", columns(exam), found, form=form, ties=ties, dress=_with_states)
    if table.wants_file:
        services.record_reading(actor=member, exam=exam, page=0, now=clock.now())
        day = clock.business_date(clock.now())
        return table.file(_("Results of %(exam)s as of %(day)s") % {"exam": exam.title, "day": day})
    figure = distribution(exam, condition, clock.now())
    if (chart_file := asked_file(request, figure)) is not None:
        services.record_reading(actor=member, exam=exam, page=0, now=clock.now())
        return chart_file
    services.record_reading(actor=member, exam=exam, page=table.page.number, now=clock.now())
    context = {
        "exam": exam,
        "table": table,
        "summary": queries.results_summary(exam, condition),
        "distribution": figure,
        "may_edit": access.may_make(member, exam),
    }
    return render(request, "exams/results.html", context)


def columns(exam: Exam) -> tuple[Column, ...]:
    """The columns of the results of `exam`."""

    def of(name: str) -> Any:
        return lambda row: row[name]

    return (
        Column(
            "name",
            gettext_lazy("Name"),
            value=of("member__full_name"),
            order=(written("member__full_name"),),
            heading=True,
            always=True,
        ),
        Column(
            "learner_no",
            gettext_lazy("Learner number"),
            value=of("member__learner_no"),
            order=(written("member__learner_no"),),
        ),
        Column(
            "organization",
            gettext_lazy("Organization"),
            value=of("member__organization__short_name"),
            order=("member__organization__path",),
        ),
        Column("best", gettext_lazy("Best score"), value=lambda row: points(row["best"]), order=("best",), number=True),
        Column("attempts", gettext_lazy("Attempts"), value=of("attempts"), order=("attempts",), number=True),
        Column("state", gettext_lazy("State"), value=lambda row: str(STATES[row["state"]])),
        Column(
            "last",
            gettext_lazy("Last handed in"),
            value=lambda row: moment(row["last"]),
            order=("last",),
            newest_first=True,
        ),
    )


def _with_states(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"state": queries.result_state(row)} for row in rows]
