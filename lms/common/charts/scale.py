"""Axes that people can read: steps of 1, 2 or 5, beginning at nought."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """An axis from 0 to `top` with a line every `step`; `top` is a multiple of `step`. Units are those of the data."""

    step: int
    top: int

    @property
    def ticks(self) -> tuple[int, ...]:
        return tuple(range(0, self.top + 1, self.step))

    def share(self, value: int) -> float:
        """How far up `value` is, from 0 to 1."""
        return value / self.top


def nice_scale(maximum: int, *, most: int = 5, empty: int = 1) -> Scale:
    """The finest scale of 1-2-5 steps that reaches `maximum` in at most `most` steps.

    `empty` is the top when there is nothing to show (maximum 0). Raises ValueError for negative numbers.
    """
    if maximum < 0:
        raise ValueError(f"a scale begins at 0, so {maximum} has no place on it")
    if maximum == 0:
        return Scale(step=empty, top=empty)
    decade = 1
    while True:
        for factor in (1, 2, 5):
            step = factor * decade
            steps = -(-maximum // step)
            if steps <= most:
                return Scale(step=step, top=steps * step)
        decade *= 10
