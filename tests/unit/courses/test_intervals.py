"""The laws of unions of played intervals, against a set of milliseconds as the oracle."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from courses.rules.intervals import Intervals, length, missing, union

interval = st.tuples(st.integers(0, 60), st.integers(0, 60))
intervals = st.lists(interval, max_size=12)


def milliseconds(parts: Intervals) -> set[int]:
    return {instant for start, end in parts for instant in range(start, end)}


@given(intervals, intervals)
def test_a_union_holds_exactly_what_its_parts_hold(first: Intervals, second: Intervals) -> None:
    assert milliseconds(union(first, second)) == milliseconds(first) | milliseconds(second)


@given(intervals)
def test_a_union_is_sorted_and_its_parts_never_touch(parts: Intervals) -> None:
    merged = union(parts)
    assert all(start < end for start, end in merged)
    assert all(before[1] < after[0] for before, after in pairwise(merged))
    assert length(merged) == len(milliseconds(parts))


@given(intervals, intervals, intervals)
def test_the_order_of_unions_does_not_matter(first: Intervals, second: Intervals, third: Intervals) -> None:
    assert union(first, second) == union(second, first)
    assert union(union(first, second), third) == union(first, union(second, third))
    assert union(first, first) == union(first)


@given(intervals, st.integers(0, 70))
def test_what_is_missing_and_what_is_there_make_up_the_film(parts: Intervals, duration_ms: int) -> None:
    merged = union(parts)
    gaps = missing(merged, duration_ms)
    film = set(range(duration_ms))
    assert milliseconds(gaps) == film - milliseconds(merged)
    assert gaps == union(gaps)
