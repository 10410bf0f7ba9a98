"""The chart of the organizers' page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lms.common.charts import Chart, Kind, Mark, Series
from lms.common.clock import SHANGHAI, business_date
from lms.portal.queries import OrganizationLine


def hours_chart(lines: Sequence[OrganizationLine], now: datetime) -> Chart | None:
    """Hours per member of the organizations on the highest level that has several, against the average of the whole.

    `lines`: all of queries.overview, not what a filter has left. Every bar holds the organizations below it, so only
    one level is drawn: nobody is counted twice. None when there is nothing to compare.
    """
    tops = [line for line in lines if line.indent == 0]
    levels = ([one for one in lines if one.indent == level and one.members] for level in range(_depth(lines)))
    drawn = next((level for level in levels if len(level) > 1), None)
    if drawn is None:
        return None
    whole = tops[0] if len(tops) == 1 else None
    return Chart(
        key="hours",
        kind=Kind.BARS,
        title=_("Hours per member in %(year)d") % {"year": business_date(now).year},
        category=_("Organization"),
        labels=tuple(line.organization.name for line in drawn),
        series=(Series(_("Hours per member"), tuple(line.average_hours for line in drawn)),),
        unit=pgettext("unit", "hours"),
        places=2,
        additive=False,
        mark=Mark(whole.average_hours, _("Average of all")) if whole else None,
        note=_("With the organizations below each. As of %(time)s, Beijing time.")
        % {"time": f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"},
    )


def _depth(lines: Sequence[OrganizationLine]) -> int:
    return 1 + max((line.indent for line in lines), default=0)
