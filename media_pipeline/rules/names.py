"""What to make of a file name that a stranger sent."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

LONGEST = 255


def clean_file_name(name: str) -> str:
    """The last part of a path of any system, without control characters; at most 255 characters.

    It is only ever shown: files in the storage carry names made by the server.
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(character for character in last if unicodedata.category(character)[0] != "C")
    return plain.strip()[-LONGEST:]


def title_of(name: str) -> str:
    """A title for a film that has only a file name: '第一讲.mp4' -> '第一讲'."""
    return PurePosixPath(name).stem.strip() if name else ""
