"""The sheets keep to the design language: readable by day and by night, one scale of type, no colours of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from lms.portal.styleguide import palette

ROOT = Path(settings.BASE_DIR)
LMS = ROOT / "lms"
SHEETS = sorted(
    sheet
    for room in ("lms", "courses", "media_pipeline", "exams", "credits", "certificates")
    for sheet in (ROOT / room).rglob("*.css")
    if "vendor" not in sheet.parts
)
DAY, NIGHT = palette.colours()

GROUNDS = ("surface", "surface-raised", "ground", "ground-deep")
TEXT_PAIRS = [
    *((text, ground) for text in ("heading", "ink", "ink-mid", "ink-soft") for ground in (*GROUNDS, "line-soft")),
    *((f"{kin}-text", ground) for kin in ("brand", "gold", "good", "info", "bad") for ground in GROUNDS),
    *((f"{kin}-text", f"{kin}-soft") for kin in ("brand", "gold", "good", "info", "bad")),
    *((text, f"{kin}-soft") for text in ("ink", "ink-soft") for kin in ("brand", "gold", "good", "info", "bad")),
    ("brand-text-strong", "surface"), ("brand-text-strong", "brand-soft"), ("brand-text-strong", "gold-line"),
    ("brand-text-strong", "ground-deep"), ("ink", "brand-tint"),
    ("on-brand", "brand"), ("on-brand", "brand-strong"), ("on-brand", "brand-deep"),
    ("on-gold", "gold"), ("on-gold", "gold-strong"),
    ("on-state", "good"), ("on-state", "good-strong"), ("on-state", "good-deep"), ("on-state", "info"),
    ("on-state", "bad"), ("on-state", "bad-strong"), ("on-state", "bad-deep"),
    ("on-header", "header-from"), ("on-header", "header-to"), ("on-header-soft", "header-from"),
    ("on-header-soft", "header-to"), ("on-header", "picture"), ("on-header-soft", "picture"), ("gold", "picture"),
    ("on-header", "film"), ("on-header-soft", "film"), ("gold", "header-from"), ("gold", "header-to"),
    ("surface", "ink"),
]  # fmt: skip
# Edges of controls, drawn things that mean something, the focus.
MARKS = ("brand-mark", "gold-mark", "good-mark", "info-mark", "bad-mark", "line-strong", "focus")
MARK_PAIRS = [
    *((mark, ground) for mark in MARKS for ground in GROUNDS),
    *((f"{kin}-mark", f"{kin}-soft") for kin in ("brand", "gold", "good", "info", "bad")),
    *((mark, "line") for mark in ("brand-mark", "good-mark", "bad-mark")),  # meters
    ("gold-mark", "line-soft"), ("brand-mark", "brand-tint"), ("gold", "header-from"), ("gold", "header-to"),
    *((f"series-{number}", ground) for number in range(1, 7) for ground in ("surface", "ground")),
]  # fmt: skip
# What stands on red, gold or a picture looks the same at any hour.
SAME_BY_NIGHT = {"on-brand", "on-gold", "on-state", "on-header", "on-header-soft", "picture", "film"}

# A sheet may have a colour of its own where nothing else would do.
OWN_COLOURS = {
    "tokens.css": "the colours themselves",
    "dark.css": "the colours themselves",
    "print.css": "paper is white and ink is black",
}
# Sizes outside the scale.
OWN_SIZES = {
    "elder.css": "the size of the root, and floors in px that the rule for elderly readers asks for",
    "print.css": "points",
}
COLOUR = re.compile(
    r"(?<![\w-])#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|(?<![\w-])(?:white|black|red|gray|grey)(?![\w-])"
)


def rules(sheet: Path) -> str:
    """The sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.S)


def test_contrast_is_measured_as_wcag_says() -> None:
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert palette.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert palette.contrast("#a4161a", "#a4161a") == 1


@pytest.mark.parametrize("hour", ["day", "night"])
def test_text_can_be_read_and_marks_can_be_seen(hour: str) -> None:
    colours = DAY if hour == "day" else NIGHT
    weak = [
        f"{front} on {ground}: {palette.contrast(colours[front], colours[ground]):.2f}, needs {least}"
        for least, pairs in ((4.5, TEXT_PAIRS), (3.0, MARK_PAIRS))
        for front, ground in pairs
        if palette.contrast(colours[front], colours[ground]) < least
    ]
    assert weak == []


def test_every_colour_has_its_night_value() -> None:
    night = dict(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", rules(LMS / "static/css/dark.css")))
    day = dict(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", rules(LMS / "static/css/tokens.css")))
    coloured = {
        name
        for name, value in day.items()
        if COLOUR.search(value) and not name.startswith(("bs-", "picture-", "film-", "header-press"))
    }
    assert coloured - night.keys() == SAME_BY_NIGHT
    assert night.keys() <= day.keys() | {"bs-form-select-bg-img"}


def test_bootstrap_is_given_the_same_colours_as_the_school() -> None:
    """Its utilities mix colours from three numbers, which cannot be taken from a custom property of the school."""
    text = rules(LMS / "static/css/tokens.css")
    school = dict(re.findall(r"--(bs-[a-z-]+): var\(--([a-z-]+)\);", text))
    for name, triple in re.findall(r"--(bs-[a-z-]+)-rgb: ([0-9, ]+);", text):
        assert "#" + "".join(f"{int(part):02x}" for part in triple.split(",")) == DAY[school[name]], name
    # By night the same utilities colour text more often than grounds: they get the -text of each kin.
    by_night = school | {f"bs-{kin}": name for kin, name in {
        "primary": "brand-text", "success": "good-text", "info": "info-text", "danger": "bad-text",
    }.items()}  # fmt: skip
    for name, triple in re.findall(r"--(bs-[a-z-]+)-rgb: ([0-9, ]+);", rules(LMS / "static/css/dark.css")):
        assert "#" + "".join(f"{int(part):02x}" for part in triple.split(",")) == NIGHT[by_night[name]], name


def test_the_sheets_use_only_names_that_are_defined() -> None:
    assert len(SHEETS) > 10
    bootstrap = next((LMS / "static/vendor").glob("bootstrap-*/bootstrap.min.css")).read_text(encoding="utf-8")
    defined = set(re.findall(r"--([a-z0-9-]+):", "".join(map(rules, SHEETS)) + bootstrap))
    scripts = "".join(
        script.read_text(encoding="utf-8") for script in ROOT.glob("*/static/**/*.js") if "vendor" not in script.parts
    )
    defined |= set(re.findall(r'setProperty\("--([a-z0-9-]+)"', scripts))
    unknown = {
        f"{sheet.name}: --{name}"
        for sheet in SHEETS
        for name in re.findall(r"var\(--([a-z0-9-]+)", rules(sheet))
        if name not in defined
    }
    assert unknown == set()


def test_only_the_sheets_of_colours_have_colours_of_their_own() -> None:
    own = [
        f"{sheet.name}: {value.strip()}"
        for sheet in SHEETS
        if sheet.name not in OWN_COLOURS
        for value in re.findall(r":\s*([^;{}]+)[;}]", re.sub(r'url\("[^"]*"\)', "", rules(sheet)))
        if COLOUR.search(value)
    ]
    assert own == []


def test_no_text_has_a_size_outside_the_scale() -> None:
    """But for the root, which all others follow, and what is smaller than the text it stands in."""
    odd = [
        f"{sheet.name}: {selector.strip()} {size}"
        for sheet in SHEETS
        if sheet.name not in OWN_SIZES
        for selector, block in re.findall(r"([^{}]+)\{([^{}]*)\}", rules(sheet))
        for size in re.findall(r"(?<![\w-])font(?:-size)?:\s*([^;}]+)", block)
        if selector.strip() != "html" and not re.search(r"\b(sub|sup)$", selector.strip())
        if not re.fullmatch(r"var\(--text-[a-z0-9]+\)|inherit|1em|0", size.strip())
    ]
    assert odd == []


def test_pictures_of_the_sheets_exist() -> None:
    for sheet in SHEETS:
        for target in re.findall(r'url\("([^"]+)"\)', rules(sheet)):
            assert target.startswith("data:") or (sheet.parent / target).resolve().is_file(), f"{sheet.name}: {target}"


def test_browsers_of_2021_understand_the_sheets() -> None:
    """Chromium 88 drops a whole rule for a selector it does not know, and everything inside an unknown @ block."""
    modern = re.compile(r"@layer|@container|:has\(|color-mix\(|\boklch\(|@scope|(?<![\w-])&|@starting-style")
    assert [sheet.name for sheet in SHEETS if modern.search(rules(sheet))] == []


def test_the_written_figures_are_the_measured_ones() -> None:
    rows = re.findall(
        r"^\| [^|]+ \| `([a-z0-9-]+)` on `([a-z0-9-]+)` \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$",
        (ROOT / "docs/design.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(rows) > 10
    for front, ground, by_day, by_night, least in rows:
        assert f"{palette.contrast(DAY[front], DAY[ground]):.1f}" == by_day, (front, ground)
        assert f"{palette.contrast(NIGHT[front], NIGHT[ground]):.1f}" == by_night, (front, ground)
        assert min(float(by_day), float(by_night)) >= float(least)


def test_the_written_sizes_are_those_of_the_sheet() -> None:
    written = dict(
        re.findall(r"^\| `--(text-[a-z0-9]+)` \| ([\d.]+) \|", (ROOT / "docs/design.md").read_text(), re.MULTILINE)
    )
    assert written == dict(re.findall(r"--(text-[a-z0-9]+): ([\d.]+)rem;", rules(LMS / "static/css/tokens.css")))
