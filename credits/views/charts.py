"""The charts of a member's statement."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from credits.queries import Statement
from lms.common.charts import Chart, Kind, Mark, Series
from lms.common.clock import SHANGHAI, business_date


def progress(statement: Statement) -> Chart | None:
    """The year's hours by where they come from, against what is owed; None for somebody who owes nothing."""
    if not statement.target:
        return None
    return Chart(
        key="progress",
        kind=Kind.PROGRESS,
        title=_("Hours of %(year)d and the target") % {"year": statement.year},
        category=_("Member"),
        labels=(statement.member.full_name,),
        series=tuple(Series(source.label, (source.total,)) for source in statement.by_source),
        unit=pgettext("unit", "hours"),
        places=2,
        stacked=True,
        mark=Mark(statement.target, _("Year's target")),
    )


def months(statement: Statement, now: datetime) -> Chart:
    """What every month has added, up to the present one."""
    today = business_date(now)
    last = today.month if statement.year == today.year else 12
    first_days = [date(statement.year, month, 1) for month in range(1, last + 1)]
    return Chart(
        key="months",
        kind=Kind.COLUMNS,
        title=_("Hours of %(year)d by month") % {"year": statement.year},
        category=_("Month"),
        labels=tuple(date_format(day, pgettext("date format", "M")) for day in first_days),
        series=(Series(_("Hours"), tuple(statement.by_month[:last])),),
        unit=pgettext("unit", "hours"),
        places=2,
        steps=True,
        note=_("By the day of learning, without what was taken back. As of %(time)s, Beijing time.")
        % {"time": f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"},
    )
