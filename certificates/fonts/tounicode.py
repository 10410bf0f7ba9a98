"""Make text in certificates searchable: a correct ToUnicode map for characters beyond the BMP.

A PDF page shows glyph numbers; the font's ToUnicode map says which characters they stand for. Search, copy,
screen readers and ``pdftotext`` read that map, not the shapes. The PDF specification (ISO 32000-1, section
9.10.3) wants its values in UTF-16BE, so a character beyond the BMP needs a surrogate pair. reportlab (5.1.0
still, ``makeToUnicodeCMap``) writes the bare code point: for 𬱖 it says ``<2CC56>``, five digits that readers
break into other characters. The page looks right, yet the holder's name cannot be found in it. The same
function puts up to 256 entries in one block, where the specification allows 100.

``SearchableTTFont`` lets reportlab make the font objects and then replaces the content of the maps; reportlab
itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.pdfbase.ttfonts import TTFont

#: The largest number of entries in one ``beginbfchar`` block (ISO 32000-1, section 9.7.5.4; Adobe Technical
#: Note 5014).
BLOCK = 100


def utf16_hex(codepoint: int) -> str:
    """Write one character as a ToUnicode value.

    Args:
        codepoint: a Unicode scalar value.

    Returns:
        Its UTF-16BE bytes as upper-case hexadecimal: four digits, or eight beyond the BMP.

    Raises:
        UnicodeEncodeError: the number is a surrogate and no character.
        ValueError: the number lies outside Unicode.
    """
    return chr(codepoint).encode("utf-16-be").hex().upper()


def to_unicode_cmap(font_name: str, codepoints: Sequence[int]) -> str:
    """Build the ToUnicode map of one font subset.

    Args:
        font_name: the subset's PostScript name, for instance ``AAAAAA+PartySchoolKai-Regular``.
        codepoints: the character of each glyph number, in order; at most 256. Zero marks a number without a
            character.

    Returns:
        The map as PostScript text, ready for a PDF stream.

    Raises:
        ValueError: more than 256 characters, or a number that is no Unicode character.
    """
    if len(codepoints) > 256:
        raise ValueError(f"a font subset holds at most 256 characters, not {len(codepoints)}")
    entries = [f"<{number:02X}> <{utf16_hex(codepoint)}>" for number, codepoint in enumerate(codepoints)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo",
        "<< /Registry (Adobe)",
        "/Ordering (UCS)",
        "/Supplement 0",
        ">> def",
        f"/CMapName /{font_name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for start in range(0, len(entries), BLOCK):
        block = entries[start : start + BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


class SearchableTTFont(TTFont):
    """A TrueType font whose text can be searched and copied, whatever plane its characters are from."""

    def addObjects(self, doc: Any) -> None:
        """Add the font's objects to a finished document, then correct their ToUnicode maps.

        Args:
            doc: the ``PDFDocument`` being written.

        Raises:
            RuntimeError: reportlab no longer lays out its font objects in the way known here; the correction
                must be revised.
        """
        state = self.state.get(doc)  # reportlab forgets it when it has added the objects
        super().addObjects(doc)
        if state is None:
            return
        fonts = doc.idToObject["BasicFonts"].dict
        for number, codepoints in enumerate(state.subsets):
            font = fonts[f"{state.internalName}+{number}"]
            stream = doc.idToObject.get(f"toUnicodeCMap:{font.BaseFont}")
            if stream is None:
                raise RuntimeError("reportlab stored the ToUnicode map under another name")
            stream.content = to_unicode_cmap(font.BaseFont, codepoints)
