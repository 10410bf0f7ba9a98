"""The font slice for rare characters: it has what its list names, is small, and says whose it is."""

from __future__ import annotations

import re
from pathlib import Path

from fontTools.ttLib import TTFont

from lms.vendoring import make_rare_font as maker

CSS = Path(maker.DEFAULT_TARGET).parents[1] / "css"


def test_the_slice_has_every_character_of_its_list() -> None:
    glyphs = TTFont(maker.DEFAULT_TARGET).getBestCmap()
    listed = maker.listed_characters()
    assert sorted(character for character in listed if ord(character) not in glyphs) == []
    assert len(glyphs) == len(listed)
    assert {"䶮", "𬱖", "㛃", "㼆", "鿏"} <= listed


def test_the_list_has_the_standard_table_beyond_the_common_block() -> None:
    text = maker.CHARACTERS.read_text(encoding="utf-8")
    counts = [int(count) for count in re.findall(r"^# .*\((\d+)\)$", text, re.MULTILINE)]
    assert counts[0] == 276  # of the 8,105 characters of the table; 196 of them lie beyond the first plane
    assert sum(counts) == len(maker.listed_characters())
    assert not [character for character in maker.listed_characters() if 0x4E00 <= ord(character) <= 0x9FA5]


def test_the_slice_is_small_and_carries_a_name_of_its_own_and_its_licence() -> None:
    assert maker.DEFAULT_TARGET.stat().st_size < 300_000
    names = TTFont(maker.DEFAULT_TARGET)["name"]
    assert names.getDebugName(1) == maker.FAMILY
    assert "Adobe" in names.getDebugName(0)
    licence = maker.DEFAULT_TARGET.with_name("OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert maker.DEFAULT_TARGET.name in licence


def test_the_sheets_name_the_slice_after_the_systems_fonts() -> None:
    rule = (CSS / "reading.css").read_text(encoding="utf-8")
    assert f'font-family: "{maker.FAMILY}"' in rule
    assert f"fonts/{maker.DEFAULT_TARGET.name}" in rule
    spans = [
        range(int(first, 16), int(last, 16) + 1) for first, last in re.findall(r"U\+([0-9A-F]+)-([0-9A-F]+)", rule)
    ]
    assert not [
        character for character in maker.listed_characters() if not any(ord(character) in span for span in spans)
    ]
    lists = re.findall(r"--font-text: ([^;]+);", (CSS / "tokens.css").read_text(encoding="utf-8"))
    assert len(lists) == 2
    assert all(families.endswith(f'"{maker.FAMILY}", sans-serif') for families in lists)
