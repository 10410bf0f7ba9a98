"""Sets of media time: half-open intervals [from_ms, to_ms), sorted and never touching each other."""

from __future__ import annotations

from collections.abc import Iterable

Interval = tuple[int, int]
Intervals = list[Interval]


def union(*groups: Iterable[Interval]) -> Intervals:
    """All of `groups` together, in any order and overlapping as they like; empty intervals vanish."""
    merged: Intervals = []
    for start, end in sorted(part for group in groups for part in group if part[0] < part[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def length(intervals: Iterable[Interval]) -> int:
    """Milliseconds in disjoint `intervals`."""
    return sum(end - start for start, end in intervals)


def missing(intervals: Intervals, duration_ms: int) -> Intervals:
    """What a union leaves out of [0, duration_ms)."""
    gaps: Intervals = []
    position = 0
    for start, end in intervals:
        if start > position:
            gaps.append((position, min(start, duration_ms)))
        position = max(position, end)
    if position < duration_ms:
        gaps.append((position, duration_ms))
    return [gap for gap in gaps if gap[0] < gap[1]]
