"""The colours as the sheets have them, and how well one can be read on another."""

from __future__ import annotations

import re
from pathlib import Path

SHEETS = Path(__file__).parents[2] / "static/css"
_TOKEN = re.compile(r"^\s*--([a-z0-9-]+):\s*(#[0-9a-f]{6});", re.MULTILINE)


def colours() -> tuple[dict[str, str], dict[str, str]]:
    """The colours by day and by night: name without dashes -> '#rrggbb'."""
    day = dict(_TOKEN.findall((SHEETS / "tokens.css").read_text(encoding="utf-8")))
    night = dict(_TOKEN.findall((SHEETS / "dark.css").read_text(encoding="utf-8")))
    return day, day | night


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two '#rrggbb' colours: 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
