"""The shape of what people ask of the ledger: a year, and until when it was known."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credits.queries import ScoreRow
from lms.common.clock import SHANGHAI, business_date
from lms.common.form_fields import SearchField

FIRST_YEAR = 2000  # the default rules begin here


class YearForm(forms.Form):
    """A learning year, by default the present one."""

    year = forms.IntegerField(required=False, min_value=FIRST_YEAR, label=gettext_lazy("Year"))

    def __init__(self, data: Any, *, now: datetime) -> None:
        super().__init__(data)
        self.now = now
        self.this_year = business_date(now).year
        field = self.fields["year"]
        assert isinstance(field, forms.IntegerField)
        field.widget.attrs |= {
            "class": "form-control",
            "inputmode": "numeric",
            "placeholder": str(self.this_year),
            "min": FIRST_YEAR,
            "max": self.this_year,
        }

    def clean_year(self) -> int:
        year = self.cleaned_data.get("year") or self.this_year
        if year > self.this_year:
            raise ValidationError(_("This year has not begun yet."))
        return int(year)


class PeriodForm(YearForm):
    """A year and an instant: what was posted after it is left out. Without one, the present counts."""

    as_of = forms.CharField(required=False, max_length=40, label=gettext_lazy("As of (empty: now)"))

    def __init__(self, data: Any, *, now: datetime) -> None:
        super().__init__(data, now=now)
        self.fields["as_of"].widget = forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": "1", "class": "form-control"}
        )

    def clean_as_of(self) -> datetime:
        """An instant in Shanghai unless it names its zone; a date alone means the end of that day."""
        text = self.cleaned_data.get("as_of", "").strip()
        if not text:
            return self.now
        instant = _read_instant(text, self.now)
        if instant is None:
            raise ValidationError(_("Give the time as 2026-03-01 or 2026-03-01T18:00."))
        if instant > self.now:
            raise ValidationError(_("This time has not come yet."))
        return instant


class ScoreTableForm(PeriodForm):
    """A period, and whom of the table to show."""

    PERIOD = ("year", "as_of")

    q = SearchField(label=gettext_lazy("Name, learner number or organization"))
    met = forms.ChoiceField(
        label=gettext_lazy("Annual target"),
        required=False,
        choices=[
            ("", gettext_lazy("Everybody")),
            ("no", gettext_lazy("Target not met")),
            ("yes", gettext_lazy("Target met")),
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def wants(self, row: ScoreRow) -> bool:
        """Whether a row of the table is one of those asked for."""
        met = {"yes": True, "no": False}.get(self.cleaned_data.get("met", ""))
        said = f"{row.full_name} {row.learner_no} {row.organization}".casefold()
        words = self.cleaned_data.get("q", "").casefold().split()
        return (met is None or row.met is met) and all(word in said for word in words)


def _read_instant(text: str, now: datetime) -> datetime | None:
    try:
        instant = parse_datetime(text) if len(text) > len("2026-03-01") else _end_of(parse_date(text), now)
        return instant.replace(tzinfo=SHANGHAI) if instant and instant.tzinfo is None else instant
    except (ValueError, OverflowError):  # well formed, but no such day
        return None


def _end_of(day: date | None, now: datetime) -> datetime | None:
    if day is None:
        return None
    return now if day == business_date(now) else datetime.combine(day, time.max, tzinfo=SHANGHAI)
