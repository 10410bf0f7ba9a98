"""Periods of business dates: what each name means on a given day, and which own dates make no period."""

from __future__ import annotations

from datetime import date

import pytest

from lms.common.periods import Period, Slip, Span, own_span, span_of

NAMED = [period for period in Period if period not in (Period.ALL, Period.OWN)]


@pytest.mark.parametrize(
    ("period", "today", "span"),
    [
        (Period.THIS_MONTH, date(2026, 11, 21), Span(date(2026, 11, 1), date(2026, 11, 30))),
        (Period.THIS_MONTH, date(2028, 2, 29), Span(date(2028, 2, 1), date(2028, 2, 29))),
        (Period.THIS_MONTH, date(2026, 12, 31), Span(date(2026, 12, 1), date(2026, 12, 31))),
        (Period.LAST_MONTH, date(2026, 3, 31), Span(date(2026, 2, 1), date(2026, 2, 28))),
        (Period.LAST_MONTH, date(2026, 1, 1), Span(date(2025, 12, 1), date(2025, 12, 31))),
        (Period.THIS_QUARTER, date(2026, 1, 1), Span(date(2026, 1, 1), date(2026, 3, 31))),
        (Period.THIS_QUARTER, date(2026, 6, 30), Span(date(2026, 4, 1), date(2026, 6, 30))),
        (Period.THIS_QUARTER, date(2026, 12, 31), Span(date(2026, 10, 1), date(2026, 12, 31))),
        (Period.THIS_YEAR, date(2026, 7, 1), Span(date(2026, 1, 1), date(2026, 12, 31))),
        (Period.LAST_YEAR, date(2026, 1, 1), Span(date(2025, 1, 1), date(2025, 12, 31))),
        (Period.ALL, date(2026, 7, 1), Span()),
    ],
)
def test_a_named_period_is_whole_days_of_the_calendar(period: Period, today: date, span: Span) -> None:
    assert span_of(period, today) == span


@pytest.mark.parametrize("period", NAMED)
def test_no_named_period_ends_before_it_begins_on_any_day_of_four_years(period: Period) -> None:
    for ordinal in range(date(2025, 1, 1).toordinal(), date(2029, 1, 1).toordinal()):
        today = date.fromordinal(ordinal)
        span = span_of(period, today)
        assert span.from_on is not None
        assert span.to_on is not None
        assert span.from_on <= span.to_on
        assert span.contains(today) == (period not in (Period.LAST_MONTH, Period.LAST_YEAR))


def test_own_dates_have_no_days_of_their_own() -> None:
    with pytest.raises(ValueError, match="own dates"):
        span_of(Period.OWN, date(2026, 7, 1))


@pytest.mark.parametrize(
    ("from_on", "to_on", "found"),
    [
        (date(2026, 3, 1), date(2026, 3, 1), Span(date(2026, 3, 1), date(2026, 3, 1))),
        (date(2026, 3, 1), None, Span(date(2026, 3, 1), None)),
        (None, date(2026, 3, 1), Span(None, date(2026, 3, 1))),
        (None, None, Slip.NO_DATE),
        (date(2026, 3, 2), date(2026, 3, 1), Slip.BACKWARDS),
        (date(26, 3, 1), date(2026, 3, 1), Slip.TOO_EARLY),
        (None, date(202, 3, 1), Slip.TOO_EARLY),
    ],
)
def test_own_dates_are_a_span_or_a_slip(from_on: date | None, to_on: date | None, found: Span | Slip) -> None:
    assert own_span(from_on, to_on) == found


def test_both_ends_belong_to_a_span_and_an_open_end_has_no_bound() -> None:
    span = Span(date(2026, 3, 1), date(2026, 3, 31))
    assert [span.contains(date(2026, *day)) for day in ((2, 28), (3, 1), (3, 31), (4, 1))] == [False, True, True, False]
    assert Span(date(2026, 3, 1)).contains(date(9999, 12, 31))
    assert Span().contains(date(1, 1, 1))
