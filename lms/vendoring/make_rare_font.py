"""Cut the web font for rare characters from Debian's Noto Sans CJK SC.

Names such as 李𬱖 or 龚䶮 show an empty box on phones and offices' machines whose system font ends at U+9FA5. The slice
holds the characters of ``rare_characters.txt``; a browser fetches it only for a page that has one of them and only when
the system's fonts do not (unicode-range and the order of --font-text).

Maintainers run this by hand when the list changes; nothing at run time or in the tests needs it:

    apt-get install fonts-noto-cjk
    python -m lms.vendoring.make_rare_font

The licence (SIL OFL 1.1) stays with the slice: ``lms/static/fonts/OFL.txt``. The slice has a name of its own, so that
nobody takes it for the whole font.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

DEFAULT_SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
SOURCE_FAMILY = "Noto Sans CJK SC"
CHARACTERS = Path(__file__).with_name("rare_characters.txt")
DEFAULT_TARGET = Path(__file__).resolve().parents[1] / "static" / "fonts" / "party-school-rare.woff2"

FAMILY = "Party School Rare"
POSTSCRIPT_NAME = "PartySchoolRare-Regular"


def listed_characters(path: Path = CHARACTERS) -> frozenset[str]:
    """The characters of the list; lines that start with # say what follows."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset("".join(line.strip() for line in lines if not line.startswith("#")))


def open_face(source: Path, family: str = SOURCE_FAMILY) -> TTFont:
    """The face of a collection that carries the family's name.

    Raises:
        ValueError: the collection has no such face.
        OSError: the file cannot be read.
    """
    with TTCollection(source, lazy=True) as collection:
        count = len(collection.fonts)
    for number in range(count):
        face = TTFont(source, fontNumber=number, recalcTimestamp=False)  # the same source makes the same bytes
        if face["name"].getDebugName(1) == family:
            return face
    raise ValueError(f"{source} has no face named {family}")


def cut(source: Path, target: Path, characters: frozenset[str]) -> int:
    """Write the slice as WOFF2.

    Returns:
        The number of characters in it.

    Raises:
        ValueError: the source lacks a listed character, or the face itself.
        OSError: a file cannot be read or written.
    """
    face = open_face(source)
    available = set(face.getBestCmap())
    missing = sorted(character for character in characters if ord(character) not in available)
    if missing:
        raise ValueError(f"{source} lacks {' '.join(missing)}")
    options = subset.Options(
        layout_features=[],
        hinting=False,
        glyph_names=False,
        desubroutinize=True,
        name_IDs=["*"],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(character) for character in characters])
    subsetter.subset(face)
    _rename(face)
    face.flavor = "woff2"
    face.save(target)
    return len(characters)


def _rename(face: TTFont) -> None:
    """Give the slice its own name; copyright, trademark and licence records stay."""
    names = face["name"]
    version = names.getDebugName(5) or ""
    names.names = [record for record in names.names if record.nameID in (0, 7, 13, 14) and record.platformID == 3]
    own = {
        1: FAMILY,
        2: "Regular",
        3: f"{FAMILY}: slice of {SOURCE_FAMILY}, {version}",
        4: f"{FAMILY} Regular",
        5: version,
        6: POSTSCRIPT_NAME,
    }
    for name_id, text in own.items():
        names.setName(text, name_id, platformID=3, platEncID=1, langID=0x409)
    names.names.sort()
    top = face["CFF "].cff
    top.fontNames = [POSTSCRIPT_NAME]
    top[0].FullName, top[0].FamilyName = f"{FAMILY} Regular", FAMILY


def main() -> None:
    """Command line entrance."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--source", type=Path, default=DEFAULT_SOURCE)
    parser.add_argument("--target", type=Path, default=DEFAULT_TARGET)
    arguments = parser.parse_args()
    count = cut(arguments.source, arguments.target, listed_characters())
    print(f"{arguments.target.name}: {count} characters, {arguments.target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
