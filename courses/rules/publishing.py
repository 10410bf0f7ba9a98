"""What a course needs before members see it, and under which address they find it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# Words of this room's own addresses (courses/urls.py): no course may be called so.
RESERVED_SLUGS = frozenset({"manage", "new", "lectures", "sessions"})
SLUG_LENGTH = 60
COVERS = tuple(f"img/cover-{number}.svg" for number in range(1, 5))


class Fault(StrEnum):
    """Why a course cannot be published."""

    NO_LECTURE = "no_lecture"
    NOT_PLAYABLE = "not_playable"  # the film of a lecture is still being processed, or its processing failed


@dataclass(frozen=True)
class Draft:
    """One lecture of a course that is to be published."""

    title: str
    playable: bool


def publishing_faults(lectures: Sequence[Draft]) -> list[tuple[Fault, str]]:
    """Every reason against publishing, each with the lecture's title ('' for the course as a whole)."""
    if not lectures:
        return [(Fault.NO_LECTURE, "")]
    return [(Fault.NOT_PLAYABLE, lecture.title) for lecture in lectures if not lecture.playable]


def readable_slug(title: str) -> str:
    """The Latin letters and digits of a title as a slug; '' when there are too few (Chinese titles)."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:SLUG_LENGTH].strip("-")
    return slug if len(re.sub(r"[^a-z]", "", slug)) >= 3 else ""
