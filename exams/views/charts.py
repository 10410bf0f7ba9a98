"""The chart of an exam's results."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from exams.models import Exam
from exams.queries.distribution import best_shares
from lms.common.charts import Chart, Kind, Mark, Series, count_by_range, range_labels, score_edges
from lms.common.clock import SHANGHAI


def distribution(exam: Exam, condition: Q, now: datetime) -> Chart | None:
    """How many learners (of `condition` on Attempt) scored how much, and the pass line; None before the first score."""
    shares = best_shares(exam, condition)
    if not shares:
        return None
    line = pass_line(exam.pass_permille)
    edges = score_edges(line)
    return Chart(
        key="distribution",
        kind=Kind.DISTRIBUTION,
        title=_("Distribution of scores"),
        category=_("Score in per cent"),
        labels=range_labels(edges),
        series=(Series(_("Learners"), count_by_range(shares, edges)),),
        unit=pgettext("unit", "people"),
        edges=edges,
        mark=Mark(line, _("Pass line")),
        note=_("The best attempt of each learner counts. As of %(time)s, Beijing time.")
        % {"time": f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"},
    )


def pass_line(permille: int) -> int:
    """The pass line in whole per cent, for drawing.

    A line that is not whole (65.5%) must not fall on the edge of a range: shares are whole, so the ranges on both sides
    of it would claim to know who has passed.
    """
    line, rest = divmod(permille, 10)
    return line + 1 if rest and line % 5 == 0 else line
