"""Cut the project's Chinese font from LXGW WenKai Regular.

Maintainers run this by hand when the source font changes; nothing at run time or in the tests needs it:

    apt-get install fonts-lxgw-wenkai
    python -m certificates.fonts.make_font

Why this font: reportlab embeds TrueType outlines only (Noto CJK has postscript outlines and is refused), and
names need characters such as 䶮 and 𬱖. LXGW WenKai covers all 8,105 characters of 通用规范汉字表, 196 of
which lie beyond the BMP.

Why another name: the font's licence (SIL OFL 1.1, clause 3) reserves "LXGW" and "霞鹜" for unmodified
versions. A subset is a modified version, so it must carry a name of its own; the copyright notice and the
licence stay with it (``OFL.txt``).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

DEFAULT_SOURCE = Path("/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf")
DEFAULT_TARGET = Path(__file__).with_name("PartySchoolKai-Regular.ttf")

FAMILY = "Party School Kai"
POSTSCRIPT_NAME = "PartySchoolKai-Regular"

#: Inclusive code point ranges to keep, as far as the source has them.
RANGES: tuple[tuple[int, int], ...] = (
    (0x0020, 0x024F),  # Latin with its supplements: digits, pinyin letters, names in other scripts
    (0x02B0, 0x02FF),  # spacing tone marks
    (0x0391, 0x03C9),  # Greek letters
    (0x2000, 0x206F),  # general punctuation: dashes, quotes, ellipsis
    (0x20A0, 0x20CF),  # currency signs
    (0x2100, 0x22FF),  # letterlike signs, roman numerals, arrows, mathematics
    (0x2460, 0x24FF),  # circled numbers
    (0x25A0, 0x26FF),  # geometric shapes and signs, among them boxes and ticks
    (0x3000, 0x303F),  # CJK punctuation, and 〇
    (0x3200, 0x33FF),  # enclosed and squared CJK
    (0x3400, 0x4DBF),  # Extension A
    (0x4E00, 0x9FFF),  # the URO
    (0xF900, 0xFAFF),  # compatibility ideographs: twelve of them are characters in their own right
    (0xFE10, 0xFE4F),  # vertical and compatibility forms
    (0xFF00, 0xFFEF),  # full-width forms
    (0x20000, 0x3FFFF),  # every ideograph beyond the BMP
)

#: reportlab reads these tables and no others; layout, vertical metrics and hinting go.
KEPT_TABLES = frozenset({"GlyphOrder", "OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"})


def wanted_codepoints(available: set[int]) -> set[int]:
    """Choose the characters to keep.

    Args:
        available: code points that the source font maps to a glyph.

    Returns:
        Those of them that fall into ``RANGES``.
    """
    return {code for code in available if any(first <= code <= last for first, last in RANGES)}


def cut(source: Path, target: Path) -> int:
    """Write the subset font.

    Args:
        source: the complete TrueType font.
        target: the file to write; an existing one is replaced.

    Returns:
        The number of characters in the subset.

    Raises:
        ValueError: the source has no TrueType outlines, so reportlab could not use the result.
        OSError: a file cannot be read or written.
    """
    font = TTFont(source, recalcTimestamp=False)  # the same source makes the same bytes
    if "glyf" not in font:
        raise ValueError(f"{source} has no TrueType outlines")
    kept = wanted_codepoints(set(font.getBestCmap()))
    options = subset.Options(
        layout_features=[],
        hinting=False,
        glyph_names=False,
        legacy_cmap=False,
        name_IDs=["*"],
        name_languages=["*"],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=kept)
    subsetter.subset(font)
    for tag in list(font.keys()):
        if tag not in KEPT_TABLES:
            del font[tag]
    _rename(font)
    font.save(target)
    return len(kept)


def _rename(font: TTFont) -> None:
    """Replace the reserved names; keep copyright, trademark, designer and licence records."""
    names = font["name"]
    version = names.getDebugName(5) or ""
    names.names = [record for record in names.names if record.nameID in (0, 7, 9, 13, 14) and record.platformID == 3]
    own = {
        1: FAMILY,
        2: "Regular",
        3: f"{FAMILY}: subset of {version}",
        4: f"{FAMILY} Regular",
        5: version,
        6: POSTSCRIPT_NAME,
    }
    for name_id, text in own.items():
        names.setName(text, name_id, platformID=3, platEncID=1, langID=0x409)
    names.names.sort()


def main() -> None:
    """Command line entrance."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--source", type=Path, default=DEFAULT_SOURCE)
    parser.add_argument("--target", type=Path, default=DEFAULT_TARGET)
    arguments = parser.parse_args()
    count = cut(arguments.source, arguments.target)
    print(f"{arguments.target.name}: {count} characters, {arguments.target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
