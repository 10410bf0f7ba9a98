"""Ranges of a distribution of scores, in whole per cent."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

FULL = 100


def score_edges(pass_line: int) -> tuple[int, ...]:
    """Where ranges of scores from 0 to 100 begin and end: every 10, or every 5 if the pass line needs it as an edge."""
    step = 5 if pass_line % 10 and not pass_line % 5 else 10
    return tuple(range(0, FULL + 1, step))


def range_labels(edges: tuple[int, ...]) -> tuple[str, ...]:
    """(0, 10, .., 100) -> ('0–9', .., '90–100'): the last range holds its upper end too."""
    last = len(edges) - 2
    return tuple(f"{begin}–{end if index == last else end - 1}" for index, (begin, end) in enumerate(pairwise(edges)))


def count_by_range(values: Iterable[int], edges: tuple[int, ...]) -> tuple[int, ...]:
    """How many of `values` lie in each range. Raises ValueError for one that lies in none."""
    counts = [0] * (len(edges) - 1)
    for value in values:
        if not edges[0] <= value <= edges[-1]:
            raise ValueError(f"{value} lies outside {edges[0]} to {edges[-1]}")
        counts[min(bisect_right(edges, value) - 1, len(counts) - 1)] += 1
    return tuple(counts)
