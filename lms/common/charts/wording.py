"""What a chart says in one or two sentences: for people who listen, and for people who do not want to read bars."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from lms.common.charts.model import Chart, Kind
from lms.common.charts.numbers import compact, written
from lms.common.charts.table import Table, table_of

Named = tuple[str, int | None]  # what a number is, and the number


def with_unit(chart: Chart, value: int) -> str:
    """'12.5 hours', '60%'."""
    space = "" if chart.unit.startswith("%") or not chart.unit else " "
    return f"{written(value, chart.places)}{space}{chart.unit}"


def at_the_bar(chart: Chart, value: int) -> str:
    """The number as it stands at its mark: short, in the form of the language."""
    return compact(value, chart.places, get_language() or "zh-hans")


def table(chart: Chart) -> Table:
    """The numbers as the page shows them."""
    return table_of(chart, lambda value: written(value, chart.places), "–", pgettext("chart", "Total"))


def message(chart: Chart) -> str:
    """The main thing `chart` shows; its own message, if it has one."""
    if chart.is_empty:
        return _("There are no figures yet.")
    if chart.message:
        return chart.message
    if chart.kind is Kind.PROGRESS:
        return _progress(chart)
    if chart.kind is Kind.DISTRIBUTION:
        return _distribution(chart)
    if chart.kind is Kind.LINE:
        return _line(chart) if len(chart.series) == 1 else _lines(chart)
    if len(chart.series) == 1:
        return _extremes(chart, list(zip(chart.labels, chart.series[0].values, strict=True)))
    if chart.stacked:
        return _extremes(chart, list(zip(chart.labels, chart.heights(), strict=True)))
    every = [(chart.names(i, n), one.values[i]) for i in range(len(chart.labels)) for n, one in enumerate(chart.series)]
    return _extremes(chart, every)


def left_out(chart: Chart, drawn: int, rest: int, rest_sum: int) -> str:
    """What became of the names that are not drawn; '' when all are."""
    if not rest:
        return ""
    if chart.additive:
        return _("Drawn are the %(drawn)d largest. The other %(rest)d come to %(sum)s; they are in the table.") % {
            "drawn": drawn,
            "rest": rest,
            "sum": with_unit(chart, rest_sum),
        }
    return _("Drawn are the %(drawn)d largest. The other %(rest)d are in the table.") % {"drawn": drawn, "rest": rest}


def _extremes(chart: Chart, numbers: Sequence[Named]) -> str:
    known = [value for _name, value in numbers if value is not None]
    if not known:
        return _("There are no figures yet.")
    most, least = max(known), min(known)
    if len(known) == 1:
        return _("%(label)s: %(value)s.") % {"label": _names(numbers, most), "value": with_unit(chart, most)}
    if most == least:
        return _("All the same: %(value)s.") % {"value": with_unit(chart, most)}
    return _("Highest: %(highest)s, %(most)s. Lowest: %(lowest)s, %(least)s.") % {
        "highest": _names(numbers, most),
        "most": with_unit(chart, most),
        "lowest": _names(numbers, least),
        "least": with_unit(chart, least),
    }


def _names(numbers: Sequence[Named], wanted: int) -> str:
    names = [name for name, value in numbers if value == wanted]
    if len(names) == 1:
        return names[0]
    return _("%(label)s and others (%(n)d in all)") % {"label": names[0], "n": len(names)}


def _line(chart: Chart) -> str:
    series = chart.series[0]
    measured = [(chart.labels[i], None if series.is_forecast(i) else value) for i, value in enumerate(series.values)]
    points = [(label, value) for label, value in measured if value is not None]
    words = [_extremes(chart, measured)]
    if points and points[-1][1] < max(value for _label, value in points):
        words.append(
            _("Last: %(label)s, %(value)s.") % {"label": points[-1][0], "value": with_unit(chart, points[-1][1])}
        )
    expected = series.values[-1]
    if expected is not None and series.is_forecast(len(series.values) - 1):
        facts = {"label": chart.labels[-1], "value": with_unit(chart, expected)}
        words.append(_("Expected for %(label)s: %(value)s.") % facts)
    return _sentences(words)


def _lines(chart: Chart) -> str:
    """Several lines: how they stand at the last label at which anything is known."""
    last = max(i for i in range(len(chart.labels)) if any(one.values[i] is not None for one in chart.series))
    words = _extremes(chart, [(one.name, one.values[last]) for one in chart.series])
    return f"{chart.labels[last]}{_(': ')}{words}"


def _sentences(words: Sequence[str]) -> str:
    """One after the other: Chinese sentences end in a full-width stop and take no space."""
    return ("" if (get_language() or "").startswith("zh") else " ").join(words)


def _distribution(chart: Chart) -> str:
    counts = [value or 0 for value in chart.series[0].values]
    total, most = sum(counts), max(counts)
    words = [
        _("%(total)s in all; most often %(range)s: %(most)s.")
        % {
            "total": with_unit(chart, total),
            "range": _names(list(zip(chart.labels, counts, strict=True)), most),
            "most": with_unit(chart, most),
        }
    ]
    if chart.mark and chart.mark.value in chart.edges[:-1]:
        reached = sum(count for edge, count in zip(chart.edges, counts, strict=False) if edge >= chart.mark.value)
        facts = {"reached": with_unit(chart, reached), "mark": chart.mark.name, "value": chart.mark.value}
        words.append(_("%(mark)s %(value)d: reached by %(reached)s.") % facts)
    return _sentences(words)


def _progress(chart: Chart) -> str:
    assert chart.mark is not None
    done, target = chart.heights()[0], chart.mark.value
    facts = {"done": with_unit(chart, done), "target": with_unit(chart, target)}
    if done >= target:
        return _("%(done)s. The target of %(target)s is met.") % facts
    return _("%(done)s of %(target)s; %(missing)s to go.") % (facts | {"missing": with_unit(chart, target - done)})
