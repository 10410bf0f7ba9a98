"""What forms are made of beyond Django: native pickers, switches, a period, and how _field.html shows a field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.common import clock
from lms.common.periods import Period, Slip, Span, own_span, span_of

Words = str | Promise
AnyField = TypeVar("AnyField", bound=forms.Field)


def shown(field: AnyField, *, before: Words = "", after: Words = "", why: Words = "") -> AnyField:
    """Tell components/_field.html more about a field, and return the field.

    `before` and `after` stand in the frame of the control ("¥", "分"); `why` says why a disabled or read-only field
    cannot be changed.
    """
    for name, value in {"before": before, "after": after, "why": why}.items():
        setattr(field, name, value)
    return field


# The browser's own pickers, on purpose: phones turn them into wheels and calendars their owners know, screen readers
# and voice control know them, they speak the device's language and need no script. A calendar drawn by us would be
# worse at each of these. What they send is ISO 8601 whatever they show, so that is what they must be given.
class DateInput(forms.DateInput):
    """A day: <input type="date">."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """A day and a time of day, to the minute: <input type="datetime-local">."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class SwitchInput(forms.CheckboxInput):
    """A setting that is on or off. What takes effect only with a button further down is a checkbox instead."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"role": "switch", **(attrs or {})})


class _WithDescriptions(forms.widgets.ChoiceWidget):
    """`descriptions`: one line below each choice, by its value."""

    def __init__(self, *args: Any, descriptions: Mapping[str, Words] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.descriptions = dict(descriptions or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "description": self.descriptions.get(str(value), "")}


class RadioRows(_WithDescriptions, forms.RadioSelect):
    """One of a few, each on a row with a line that explains it."""


class CheckboxRows(_WithDescriptions, forms.CheckboxSelectMultiple):
    """Any of a few, each on a row with a line that explains it."""


class SearchField(forms.CharField):
    """Words that a list is searched for; usually a form's `q`."""

    def __init__(self, *, label: Any, placeholder: Words = "") -> None:  # label: Words, by another name in the stubs
        attrs = {"type": "search", "class": "form-control"} | ({"placeholder": placeholder} if placeholder else {})
        super().__init__(label=label, required=False, max_length=80, widget=forms.TextInput(attrs=attrs))


class StateField(forms.ChoiceField):
    """Which of several states a list shows; all of them at first. `states`: values with their words."""

    def __init__(self, states: Iterable[tuple[str, Words]]) -> None:
        choices = [("", _("All states")), *states]
        super().__init__(
            label=_("State"), required=False, choices=choices, widget=forms.Select(attrs={"class": "form-select"})
        )


class ListFilter(forms.Form):
    """Base of the filters of lists with a `q` and a `state`. Nonsense counts as nothing chosen."""

    def chosen(self) -> dict[str, Any]:
        """`text` and `state` for the query of the list; '' for what is not asked."""
        self.is_valid()
        return {"text": self.cleaned_data.get("q", ""), "state": self.cleaned_data.get("state", "")}


class YearField(forms.TypedChoiceField):
    """A year from a plain list, the newest first; cleaned to an int."""

    def __init__(self, *, first: int, last: int, **kwargs: Any) -> None:
        years = [(year, str(year)) for year in range(last, first - 1, -1)]
        super().__init__(choices=years, coerce=int, empty_value=None, **kwargs)


PERIODS: tuple[tuple[str, Words], ...] = (
    (Period.THIS_MONTH.value, _("This month")),
    (Period.LAST_MONTH.value, _("Last month")),
    (Period.THIS_QUARTER.value, _("This quarter")),
    (Period.THIS_YEAR.value, _("This year")),
    (Period.LAST_YEAR.value, _("Last year")),
    (Period.ALL.value, _("All time")),
    (Period.OWN.value, _("Own dates")),
)
SLIPS = {
    Slip.NO_DATE: _("Please choose the first day, the last day, or both."),
    Slip.BACKWARDS: _("The last day is before the first day. Please choose a later last day."),
    Slip.TOO_EARLY: _("Please enter the year with four digits, from 2000 on."),
}
NOT_A_DATE = _("This is not a date. Please enter it like 2026-03-15.")


class PeriodWidget(forms.MultiWidget):
    """The choice and two days; in the address `period`, `period_from`, `period_to`."""

    use_fieldset = True

    def __init__(self, choices: Iterable[tuple[str, Words]] = PERIODS) -> None:
        parts: dict[str, forms.Widget | type[forms.Widget]] = {
            "": forms.RadioSelect(choices=list(choices)),
            "from": DateInput(),
            "to": DateInput(),
        }
        super().__init__(parts)

    def decompress(self, value: Any) -> list[Any]:
        return _parts_of(value)


def _parts_of(value: Any) -> list[Any]:
    """Choice, first and last day of what a period field holds: what was typed, a named period, or a Span."""
    if isinstance(value, Span):
        return [Period.OWN, value.from_on, value.to_on]
    if isinstance(value, list | tuple):
        return [*value, None, None, None][:3]
    return [value, None, None]


class PeriodBoundField(forms.BoundField):
    """What _period.html asks for, so that it need not take a MultiWidget apart."""

    field: PeriodField

    def _parts(self) -> list[Any]:
        return _parts_of(self.value())

    @property
    def chosen(self) -> str:
        """The period that is marked: what was asked for, or the one shown at first."""
        asked = self._parts()[0]
        return str(asked) if asked in self.options_named else str(self.field.shown_at_first)

    @property
    def options_named(self) -> dict[str, Words]:
        return dict(self.field.choices)

    @property
    def from_text(self) -> str:
        return self._day(1)

    @property
    def to_text(self) -> str:
        return self._day(2)

    def _day(self, position: int) -> str:
        value = self._parts()[position]
        return value.isoformat() if isinstance(value, date) else str(value or "")

    @property
    def own_is_offered(self) -> bool:
        return Period.OWN in self.options_named


class PeriodField(forms.MultiValueField):
    """A period that yields a Span of business dates (Asia/Shanghai), inclusive.

    `initial` is the period shown and meant when none is asked for. `offered` leaves out what makes no sense there.
    `today` is for tests and for forms shown as of another day; by default the business date of the moment.
    """

    widget = PeriodWidget

    def __init__(
        self,
        *,
        offered: Iterable[Period] = tuple(Period),
        initial: Period = Period.THIS_YEAR,
        today: date | None = None,
        **kwargs: Any,
    ) -> None:
        wanted = set(offered)
        self.choices = [(value, words) for value, words in PERIODS if Period(value) in wanted]
        self.shown_at_first = initial
        self.today = today
        day: dict[str, Any] = {"error_messages": {"invalid": NOT_A_DATE}, "required": False}
        fields = (
            forms.ChoiceField(choices=self.choices, required=False),
            forms.DateField(**day),
            forms.DateField(**day),
        )
        kwargs.setdefault("label", _("Time span"))
        super().__init__(
            fields,
            require_all_fields=False,
            required=False,
            initial=initial,
            widget=PeriodWidget(self.choices),
            **kwargs,
        )

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> PeriodBoundField:
        return PeriodBoundField(form, self, field_name)

    def clean(self, value: Any) -> Span:
        """Days typed for another choice than own dates are left aside: they may be half of an earlier thought."""
        chosen, from_on, to_on = _parts_of(value)
        days = [from_on, to_on] if chosen == Period.OWN else [None, None]
        cleaned: Span = super().clean([chosen, *days])
        return cleaned

    def compress(self, data_list: list[Any]) -> Span:
        """The period in days. Raises ValidationError for own dates that make no period."""
        chosen, from_on, to_on = _parts_of(data_list)
        if chosen != Period.OWN:
            return span_of(Period(chosen), self._today()) if chosen else self._default()
        found = own_span(from_on, to_on)
        if isinstance(found, Slip):
            raise forms.ValidationError(SLIPS[found], code=found.value)
        return found

    def _today(self) -> date:
        return self.today or clock.business_date(clock.now())

    def _default(self) -> Span:
        return span_of(self.shown_at_first, self._today())


class PeriodForm(forms.Form):
    """A GET form of nothing but a period: PeriodForm(request.GET).chosen()."""

    period = PeriodField()

    def chosen(self) -> Span:
        """The days asked for; for a slip, or when nothing was asked, the period shown at first."""
        field = self.fields["period"]
        assert isinstance(field, PeriodField)
        span: Span = self.cleaned_data["period"] if self.is_valid() else field.clean(None)
        return span
