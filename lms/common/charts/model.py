"""What a chart shows. Plain Python: how it is drawn stands in the modules beside, its words in wording.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
MOST_SERIES = 6  # as many colours as tokens.css has, and more than six nobody tells apart
MOST_BARS = 20  # names one below the other; the rest is in the table


class Kind(StrEnum):
    BARS = "bars"  # one below the other: for names
    COLUMNS = "columns"  # side by side: for steps of time, or a few short names; on a phone drawn as bars
    LINE = "line"
    DISTRIBUTION = "distribution"  # how many people in each range, with the pass line
    PROGRESS = "progress"  # one bar against a target


class ChartError(ValueError):
    """Data that cannot be drawn honestly; the text says what is wrong with it."""


@dataclass(frozen=True)
class Series:
    """One row of numbers. `None` is a number that is not known, which is not 0.

    From index `forecast_from` on the numbers are expected, not measured (lines only).
    """

    name: str
    values: tuple[int | None, ...]
    forecast_from: int | None = None

    def is_forecast(self, index: int) -> bool:
        return self.forecast_from is not None and index >= self.forecast_from


@dataclass(frozen=True)
class Mark:
    """A line across the chart: a target on the axis of values, or the pass line of a distribution."""

    value: int
    name: str


@dataclass(frozen=True)
class Chart:
    """One chart, its table and its file.

    Values are whole numbers with `places` decimals in them (learning hours: 2, people: 0) and never negative.

    key: names the chart in its page: ids, and the address of its file (`?chart=<key>`)
    category: what the labels are ("Month"), the head of the table's first column
    unit: what the values are ("hours", "people", "%"), may be empty
    stacked: several series on top of each other instead of side by side
    steps: the labels are steps of time or the like, so some may go unlabelled where it is narrow
    edges: of a distribution, one more than labels: where its ranges begin and end
    mark: a target, or the pass line
    additive: the values may be summed up (hours may, averages and per cents may not)
    message: one or two sentences that say what there is to see; without them wording.py finds some
    note: where the numbers come from and as of when; stands in the file too

    Raises ChartError for data that cannot be drawn.
    """

    key: str
    kind: Kind
    title: str
    category: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    places: int = 0
    stacked: bool = False
    steps: bool = False
    edges: tuple[int, ...] = ()
    mark: Mark | None = None
    additive: bool = True
    message: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not KEY.fullmatch(self.key):
            raise ChartError(f"a chart's key is small letters, digits and dashes, not {self.key!r}")
        if not 1 <= len(self.series) <= MOST_SERIES:
            raise ChartError(f"a chart has 1 to {MOST_SERIES} series, not {len(self.series)}")
        for series in self.series:
            self._check(series)
        if self.mark is not None and self.mark.value < 0:
            raise ChartError(f"{self.key}: the mark {self.mark.name!r} is negative: {self.mark.value}")
        self._check_kind()

    def _check(self, series: Series) -> None:
        if len(series.values) != len(self.labels):
            raise ChartError(f"{self.key}: {series.name!r} has {len(series.values)} values, {len(self.labels)} labels")
        for label, value in zip(self.labels, series.values, strict=True):
            if value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool):
                raise ChartError(f"{self.key}: {series.name!r}, {label!r}: values are whole numbers, not {value!r}")
            if value < 0:
                raise ChartError(f"{self.key}: {series.name!r}, {label!r}: {value} is negative; bars begin at 0")
        if series.forecast_from is not None and self.kind is not Kind.LINE:
            raise ChartError(f"{self.key}: only a line can show a forecast")

    def _check_kind(self) -> None:
        if self.stacked and self.kind not in (Kind.BARS, Kind.COLUMNS, Kind.PROGRESS):
            raise ChartError(f"{self.key}: only bars and columns can be stacked")
        if self.kind is Kind.DISTRIBUTION:
            wanted = len(self.labels) + 1 if self.labels else 0
            if len(self.series) != 1 or len(self.edges) != wanted or list(self.edges) != sorted(set(self.edges)):
                raise ChartError(f"{self.key}: a distribution has one series and rising edges around its labels")
            if self.mark and self.edges and not self.edges[0] <= self.mark.value <= self.edges[-1]:
                raise ChartError(f"{self.key}: the mark {self.mark.value} lies outside the ranges")
        if self.kind is Kind.PROGRESS and (len(self.labels) != 1 or self.mark is None or self.mark.value == 0):
            raise ChartError(f"{self.key}: progress is one label and a target above 0")

    @property
    def is_empty(self) -> bool:
        """Nothing is known. Noughts are known, so a chart of noughts is drawn."""
        return all(value is None for series in self.series for value in series.values)

    @property
    def has_forecast(self) -> bool:
        return any(series.is_forecast(len(self.labels) - 1) for series in self.series if self.labels)

    def names(self, index: int, series: int) -> str:
        """What one number is: its label, and its series if there are several."""
        label = self.labels[index]
        return f"{label} · {self.series[series].name}" if len(self.series) > 1 else label

    def heights(self) -> tuple[int, ...]:
        """What each label reaches: the sum of its series when stacked, else the greatest of them."""
        columns = ([series.values[index] or 0 for series in self.series] for index in range(len(self.labels)))
        return tuple(sum(values) if self.stacked else max(values) for values in columns)

    def maximum(self) -> int:
        """The greatest number on the axis of values, a target included."""
        target = self.mark.value if self.mark and self.kind is not Kind.DISTRIBUTION else 0
        return max((*self.heights(), target))
