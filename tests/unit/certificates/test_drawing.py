"""The page itself: its bytes, its text, its square."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image

from certificates import drawing

CODE = "ABCDEFGHJKMNPQRSTUVW"
URL = f"https://school.example.cn/certificates/verify/{CODE}/"
DPI = 300

needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")


def payload(**changes: Any) -> dict[str, Any]:
    return {
        "number": "云岭结证字〔2026〕第000123号",
        "name": "李𬱖",
        "salutation": "同志",
        "learner_no": "302817744",
        "organizations": ["云岭省委党校", "青川县委"],
        "issuer": "云岭省委党校",
        "course": {"id": 1, "title": "党史十讲"},
        "hours": 150,
        "started_on": "2026-02-22",
        "completed_on": "2026-03-01",
        "issued_on": "2026-03-01",
        "exam": {"title": "结业测试", "score": 8550, "max_score": 10_000},
    } | changes


def draw(**changes: Any) -> bytes:
    return drawing.draw(payload(**changes), verify_code=CODE, verify_url=URL)


def text_of(content: bytes, folder: Path) -> str:
    file = folder / "certificate.pdf"
    file.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_the_same_payload_gives_the_same_bytes() -> None:
    assert hashlib.sha256(draw()).hexdigest() == hashlib.sha256(draw()).hexdigest()
    assert draw(hours=175) != draw()


def test_one_font_is_embedded_and_nothing_else_is_needed() -> None:
    content = draw()
    assert content.startswith(b"%PDF-1.4")
    assert content.count(b"/FontFile2") >= 1
    assert b"Helvetica" not in content
    assert len(content) < 80_000


@needs_poppler
def test_the_text_can_be_read_and_searched(tmp_path: Path) -> None:
    text = text_of(draw(), tmp_path)
    for part in (
        "结业证书",
        "编号：云岭结证字〔2026〕第000123号",
        "李𬱖 同志：",
        "于2026年2月22日至2026年3月1日参加云岭省委党校举办的",
        "修满规定的1.5学时，考核合格，准予",
        "特发此证。",
        "电子证书，扫码验证",
        "验证码 ABCDE-FGHJK-MNPQR-STUVW",
        "考试成绩 85.5 分（满分 100 分）",
        "2026年3月1日",
    ):
        assert part in text, part
    assert "党史十讲" in text.replace("\n", "").replace(" ", "")


def test_a_course_of_one_day_without_exam_and_hours_reads_well() -> None:
    sentence = drawing.body(payload(hours=0, exam=None, started_on="2026-03-01"))
    assert sentence == "于2026年3月1日参加云岭省委党校举办的《党史十讲》网络专题培训，完成规定的课程内容，准予结业。"


@pytest.mark.parametrize(("hundredths", "spoken"), [(25, "0.25"), (50, "0.5"), (100, "1"), (1050, "10.5")])
def test_hours_are_written_without_idle_zeros(hundredths: int, spoken: str) -> None:
    assert drawing.spoken_hours(hundredths) == spoken


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"name": "李🐉"}, ("🐉",)),
        ({"course": {"id": 1, "title": "第一课\u0301"}}, ("\u0301",)),
        ({"issuer": "党校\n"}, ("\n",)),
    ],
)
def test_a_character_without_a_shape_is_refused_and_not_boxed(
    changes: dict[str, Any], missing: tuple[str, ...]
) -> None:
    with pytest.raises(drawing.MissingGlyphs) as refused:
        draw(**changes)
    assert refused.value.characters == missing


def lines_of(title: str) -> tuple[float, list[str]]:
    from reportlab.pdfgen.canvas import Canvas

    from certificates.fonts import register_font

    font = register_font()
    page = drawing.Page(Canvas("/dev/null", initialFontName=font), font)
    text = drawing.body(payload(course={"id": 1, "title": title}))
    size, lines = page._paragraph(text)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert page.width(line, size) <= drawing.TEXT_WIDTH + 0.1
        assert line[0] not in drawing.CLOSING
        assert line[-1] not in drawing.OPENING
    return size, lines


def test_long_titles_make_small_letters_and_never_leave_the_margins() -> None:
    assert lines_of("党史十讲")[0] >= 19
    size, lines = lines_of(
        "乡村振兴中的党支部：产业、人才、文化、生态与组织五个方面的实践与思考（Rural Revitalization）"
    )
    assert (size, len(lines)) == (17.0, 3)
    size, lines = lines_of("党" * 120)
    assert size >= 12
    assert len(lines) <= 6


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="poppler is not installed")
def test_the_square_shows_the_verification_address_module_by_module(tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(draw())
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", str(file), str(tmp_path / "page")], check=True)
    with Image.open(next(tmp_path.glob("page*.pgm"))) as image:
        picture = image.convert("L")
    matrix = [list(row) for row in segno.make(URL, error="m", boost_error=False).matrix]
    module = drawing.QR_SIDE / len(matrix)
    for row, cells in enumerate(matrix):
        for column, dark in enumerate(cells):
            x = drawing.QR_LEFT + (column + 0.5) * module
            y = drawing.HEIGHT - (drawing.QR_LOW + drawing.QR_SIDE - (row + 0.5) * module)
            shade = picture.getpixel((round(x * DPI / 72), round(y * DPI / 72)))
            assert (shade < 128) == bool(dark), (row, column)
