"""The frame that charts are drawn in, and labels along its lower edge that keep clear of each other.

Across, everything is in per cent of the plot; up and down, in em of its text: so text never shrinks with the picture.
The server does not know how wide a plot will be, but what it is at least: charts.css shows what was laid out for the
tier that fits the screen and the size of text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from lms.common.charts.text import shortened, text_width

GAP = 0.6  # em between two labels
LINE = 1.3  # em from one line of text to the next
TOP = 1.8  # above the plot: room for the value on the highest column
PLOT = 12.0


class Tier(StrEnum):
    WIDE = "wide"
    PHONE = "phone"
    TINY = "tiny"  # a phone with the largest text


# The least width of a plot (with the names at the ends of lines) in em of its text, where charts.css shows the tier;
# measured in Chromium on the style guide, which has a menu beside it: 39.3 at 992 px, 11.7 at 320 px with the usual
# text, 4.0 at 320 px with text of 30.
LEAST = {Tier.WIDE: 38.0, Tier.PHONE: 11.0, Tier.TINY: 4.0}


@dataclass(frozen=True)
class Label:
    """Text below the plot at `x` per cent. `anchor` is SVG's: which end of the text stands there."""

    x: float
    anchor: str
    lines: tuple[str, ...]
    index: int

    def span(self, width: float) -> tuple[float, float]:
        """From where to where it reaches in a plot `width` em wide, in em."""
        at, own = self.x * width / 100, max(text_width(line) for line in self.lines)
        begin = {"start": at, "middle": at - own / 2, "end": at - own}[self.anchor]
        return begin, begin + own


def along(texts: Sequence[str], centres: Sequence[float], width: float) -> tuple[Label, ...]:
    """Labels at `centres` (per cent, rising) in a plot of `width` em: all, or every second, third, ... of them.

    The last one is always there: it is the newest. A label that would stick out of the plot is moved in.
    """
    count = len(texts)
    for stride in range(1, count + 1):
        chosen = [index for index in range(count) if (count - 1 - index) % stride == 0]
        labels = [_inside(texts[index], centres[index], width, index) for index in chosen]
        if all(labels) and _clear([label for label in labels if label], width):
            return tuple(label for label in labels if label)
    if not count:
        return ()
    last = _inside(shortened(texts[-1], width), centres[-1], width, count - 1)
    return (last,) if last else ()


def _inside(text: str, centre: float, width: float, index: int) -> Label | None:
    own = text_width(text)
    if not text or own > width:
        return None
    at = centre * width / 100
    if at - own / 2 < 0:
        return Label(0.0, "start", (text,), index)
    if at + own / 2 > width:
        return Label(100.0, "end", (text,), index)
    return Label(centre, "middle", (text,), index)


def _clear(labels: Sequence[Label], width: float) -> bool:
    spans = [label.span(width) for label in labels]
    return all(right[0] - left[1] >= GAP for left, right in pairwise(spans))


def spread(wanted: Sequence[float], low: float, high: float, gap: float = LINE) -> list[float]:
    """`wanted` heights moved apart to at least `gap`, in their order, between `low` and `high` (all in em).

    The gap shrinks when there are more of them than there is room for.
    """
    count = len(wanted)
    if count > 1:
        gap = min(gap, (high - low) / (count - 1))
    order = sorted(range(count), key=lambda index: (wanted[index], index))
    placed = [0.0] * count
    floor = low
    for index in order:
        placed[index] = max(min(wanted[index], high), floor)
        floor = placed[index] + gap
    ceiling = high
    for index in reversed(order):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return placed
