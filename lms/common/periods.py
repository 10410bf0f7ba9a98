"""Periods of business dates that lists, statistics and exports are asked for: this month, last year, own dates.

Pure: today is told, nothing is read. A span is inclusive on both ends, as people say it ("from 1 to 31 March").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

EARLIEST = date(2000, 1, 1)  # a year typed with two or three digits is a slip, not a wish


class Period(StrEnum):
    """What can be chosen. The words are part of addresses that people keep: they stay."""

    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    THIS_QUARTER = "this-quarter"
    THIS_YEAR = "this-year"
    LAST_YEAR = "last-year"
    ALL = "all"
    OWN = "own"


class Slip(StrEnum):
    """What can be wrong with own dates."""

    NO_DATE = "no_date"  # neither first nor last day
    BACKWARDS = "backwards"  # the last day is before the first
    TOO_EARLY = "too_early"  # before EARLIEST


@dataclass(frozen=True)
class Span:
    """The days from `from_on` to `to_on`, both included; None leaves that end open."""

    from_on: date | None = None
    to_on: date | None = None

    def contains(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day <= self.to_on)


def span_of(period: Period, today: date) -> Span:
    """The days of a named period as seen on `today` (a business date).

    The present month, quarter and year reach to their last day, not to today: what is dated ahead belongs to them.
    Raises ValueError for OWN, which has no days of its own.
    """
    if period is Period.ALL:
        return Span()
    if period is Period.THIS_MONTH:
        return Span(today.replace(day=1), _month_end(today))
    if period is Period.LAST_MONTH:
        end = today.replace(day=1) - timedelta(days=1)
        return Span(end.replace(day=1), end)
    if period is Period.THIS_QUARTER:
        begin = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        return Span(begin, _month_end(begin.replace(month=begin.month + 2)))
    if period in (Period.THIS_YEAR, Period.LAST_YEAR):
        year = today.year - (period is Period.LAST_YEAR)
        return Span(date(year, 1, 1), date(year, 12, 31))
    raise ValueError("own dates have no days until somebody names them")


def _month_end(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - timedelta(days=1)


def own_span(from_on: date | None, to_on: date | None) -> Span | Slip:
    """The days somebody named, or what is wrong with them. One end may be left open, not both."""
    if from_on is None and to_on is None:
        return Slip.NO_DATE
    if from_on and to_on and to_on < from_on:
        return Slip.BACKWARDS
    if any(day is not None and day < EARLIEST for day in (from_on, to_on)):
        return Slip.TOO_EARLY
    return Span(from_on, to_on)
