"""The Chinese font of certificates and PDF score tables.

``PartySchoolKai-Regular.ttf`` holds every character of 通用规范汉字表 (and some 16,000 more), so that a name
is either printed right or refused, never printed with a box. ``make_font.py`` says where it comes from,
``OFL.txt`` under which licence.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics

from certificates.fonts.tounicode import SearchableTTFont

FONT_NAME = "PartySchoolKai"
FONT_PATH = Path(__file__).with_name("PartySchoolKai-Regular.ttf")


@cache
def _face() -> SearchableTTFont:
    """Load and register the font; reading 14 MB is worth doing once per process."""
    font = SearchableTTFont(FONT_NAME, str(FONT_PATH))
    pdfmetrics.registerFont(font)
    return font


def register_font() -> str:
    """Make the Chinese font known to reportlab, once per process.

    Returns:
        The name to give to ``Canvas.setFont``, to ``initialFontName`` or to a paragraph style. It stands for
        bold and italic too, since there is only this one face.

    Raises:
        reportlab.pdfbase.ttfonts.TTFError: the font file is missing or damaged.
    """
    return str(_face().fontName)


def missing_characters(text: str) -> tuple[str, ...]:
    """Say which characters of a text the font cannot show; reportlab would print boxes and not complain.

    Args:
        text: what shall be printed, for instance a member's name.

    Returns:
        The characters without a glyph, each once, in order of appearance; empty when the text can be printed.
        Line breaks count as missing, since reportlab would print them as boxes as well.

    Raises:
        reportlab.pdfbase.ttfonts.TTFError: the font file is missing or damaged.
    """
    glyphs = _face().face.charToGlyph
    return tuple(dict.fromkeys(character for character in text if ord(character) not in glyphs))
