"""How wide words will be. The server has no fonts, so this is an estimate that errs on the wide side."""

from __future__ import annotations

import unicodedata

# Widths in em. A Chinese character fills its square; Latin letters and digits of the fonts in tokens.css (PingFang,
# YaHei, Noto, Segoe, Helvetica) stay below these on average, measured with Pillow on Noto Sans CJK and Liberation Sans.
FULL = 1.0
HALF = 0.55
CAPITAL = 0.7
ELLIPSIS = "…"


def text_width(text: str) -> float:
    """The width of `text` in em: full-width characters 1, capitals 0.7, everything else 0.55, marks above 0."""
    return sum(_width(character) for character in text)


def _width(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cc", "Cf", "Mn", "Me"}:
        return 0.0
    # "A" (ambiguous: dashes, dots, quotes) is drawn full-width by a Chinese font.
    if unicodedata.east_asian_width(character) in {"W", "F", "A"}:
        return FULL
    return CAPITAL if character.isupper() or character in "@%&" else HALF


def shortened(text: str, room: float) -> str:
    """`text`, or as much of its beginning as fits into `room` em together with an ellipsis; '' if nothing does."""
    if text_width(text) <= room:
        return text
    left = room - text_width(ELLIPSIS)
    kept = ""
    for character in text:
        left -= _width(character)
        if left < 0:
            break
        kept += character
    return kept.rstrip() + ELLIPSIS if kept.strip() else ""


def folded(text: str, room: float, lines: int = 2) -> tuple[str, ...]:
    """`text` on at most `lines` lines of `room` em; the last one ends in an ellipsis when that is not enough.

    Chinese may break anywhere, other words at spaces where there are some.
    """
    rest = " ".join(text.split())
    out: list[str] = []
    while rest and len(out) < lines - 1 and text_width(rest) > room:
        end = _fitting(rest, room)
        if end == 0:
            break
        out.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    if rest:
        out.append(shortened(rest, room))
    return tuple(line for line in out if line)


def _fitting(text: str, room: float) -> int:
    """How many characters go on the first line: at a space or between Chinese characters if there is such a place."""
    used, end = 0.0, 0
    for index, character in enumerate(text):
        used += _width(character)
        if used > room:
            break
        end = index + 1
    for place in range(end, 0, -1):
        before, after = text[place - 1], text[place : place + 1]
        if not after or before == " " or after == " " or _width(before) == FULL or _width(after) == FULL:
            return place
    return end
