"""The Chinese font: every name can be printed, and what is printed can be found again."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from certificates import fonts
from certificates.fonts import tounicode

RARE = "䶮𬱖㛃"
COMMON = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "中共党员网上党校证书学时积分合格颁发结业成绩单核发日期编号姓名单位支部委员会街道村"
    "，。、；：？！“”‘’（）《》—…·〇％＋－０１２３ABCxyz0123456789āáǎàüǚ②㈠√→"
)


@pytest.fixture
def pdftotext() -> str:
    """The path of poppler's ``pdftotext``. Where CI has no such program, that is a fault of CI and not a
    reason to skip."""
    program = shutil.which("pdftotext")
    if program:
        return program
    reason = "pdftotext is not installed (Debian: poppler-utils)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def one_page(lines: list[str]) -> bytes:
    """Draw the lines on one page in the Chinese font and return the PDF."""
    name = fonts.register_font()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, initialFontName=name, invariant=1)
    canvas.setFont(name, 9)
    for row, line in enumerate(lines):
        canvas.drawString(30, 800 - 12 * row, line)
    canvas.save()
    return buffer.getvalue()


def read_back(program: str, pdf: bytes, folder: Path) -> list[str]:
    """Extract the text lines of a PDF."""
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    command = [program, "-enc", "UTF-8", "-nopgbrk", str(path), "-"]
    text = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    return [line for line in text.splitlines() if line]


def test_font_registers_once_per_process() -> None:
    name = fonts.register_font()
    face = pdfmetrics.getFont(name)
    assert fonts.register_font() == name
    assert pdfmetrics.getFont(name) is face
    assert isinstance(face, tounicode.SearchableTTFont)


@pytest.mark.parametrize("text", [RARE, COMMON])
def test_font_has_glyphs(text: str) -> None:
    glyphs = pdfmetrics.getFont(fonts.register_font()).face.charToGlyph
    assert [character for character in text if not glyphs.get(ord(character))] == []
    assert fonts.missing_characters(text) == ()


def test_font_covers_every_unified_ideograph_of_the_first_block() -> None:
    assert fonts.missing_characters("".join(map(chr, range(0x4E00, 0x9FFF + 1)))) == ()


def test_missing_characters_are_named_once_and_in_order() -> None:
    assert fonts.missing_characters("李\U0003ffff甲\ue000\U0003ffff") == ("\U0003ffff", "\ue000")


def test_font_carries_a_name_of_its_own_and_its_licence() -> None:
    face = pdfmetrics.getFont(fonts.register_font()).face
    assert face.name == b"PartySchoolKai-Regular"  # the licence reserves the source font's name
    licence = fonts.FONT_PATH.with_name("OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Names" in licence


def test_characters_beyond_the_bmp_become_surrogate_pairs() -> None:
    assert tounicode.utf16_hex(ord("李")) == "674E"
    assert tounicode.utf16_hex(ord("𬱖")) == "D873DC56"
    with pytest.raises(UnicodeEncodeError):
        tounicode.utf16_hex(0xD873)


def test_map_blocks_hold_at_most_a_hundred_entries() -> None:
    cmap = tounicode.to_unicode_cmap("X", range(0x4E00, 0x4E00 + 256))
    assert [line for line in cmap.splitlines() if line.endswith("beginbfchar")] == [
        "100 beginbfchar",
        "100 beginbfchar",
        "56 beginbfchar",
    ]
    assert "<FF> <4EFF>" in cmap
    with pytest.raises(ValueError, match="at most 256"):
        tounicode.to_unicode_cmap("X", range(257))


def test_names_can_be_read_back(pdftotext: str, tmp_path: Path) -> None:
    lines = ["李𬱖", "龚䶮 姜㛃 Chloé Lǚ 10.25", "学时：二十五"]
    assert read_back(pdftotext, one_page(lines), tmp_path) == lines


def test_text_over_several_font_subsets_can_be_read_back(pdftotext: str, tmp_path: Path) -> None:
    glyphs = sorted(pdfmetrics.getFont(fonts.register_font()).face.charToGlyph)
    rare = [chr(code) for code in glyphs if code >= 0x20000][:600]
    lines = ["".join(rare[start : start + 40]) for start in range(0, len(rare), 40)]
    assert read_back(pdftotext, one_page(lines), tmp_path) == lines


def test_the_same_text_makes_the_same_bytes() -> None:
    assert one_page(["李𬱖"]) == one_page(["李𬱖"])
