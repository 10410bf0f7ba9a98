"""Four short lecture films of the project's own, for the demonstration data and for trying the media
pipeline.

The texts stand in ``lectures.json``; ``make_films.py`` draws, speaks and encodes them. Nothing at run time
needs it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Film:
    """One film with what a course catalogue says about it; ``captions`` is a WebVTT file in Chinese."""

    slug: str
    title_zh: str
    title_en: str
    lecturer: str
    path: Path
    duration_seconds: int
    lecturer_en: str
    summary_zh: str
    summary_en: str
    captions: Path


def _read(folder: Path) -> tuple[Film, ...]:
    """Join the lecture texts with the durations that ``make_films.py`` recorded."""
    lectures: list[dict[str, Any]] = json.loads((folder / "lectures.json").read_text(encoding="utf-8"))["films"]
    seconds: dict[str, int] = json.loads((folder / "durations.json").read_text(encoding="utf-8"))
    return tuple(
        Film(
            slug=lecture["slug"],
            title_zh=lecture["title_zh"],
            title_en=lecture["title_en"],
            lecturer=lecture["lecturer_zh"],
            path=folder / f"{lecture['slug']}.mp4",
            duration_seconds=seconds[lecture["slug"]],
            lecturer_en=lecture["lecturer_en"],
            summary_zh=lecture["summary_zh"],
            summary_en=lecture["summary_en"],
            captions=folder / f"{lecture['slug']}.vtt",
        )
        for lecture in lectures
    )


#: The films in the order of ``lectures.json``.
FILMS = _read(Path(__file__).resolve().parent)
