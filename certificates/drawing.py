"""The certificate as a PDF page: A4 landscape, one embedded font, the same bytes for the same payload.

The red mark is a square with the words 网上党校: it says where the certificate comes from and is no official seal
(those are round, and an electronic one needs a certificate authority).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from certificates.fonts import missing_characters, register_font
from certificates.rules import chinese_date, grouped_code

WIDTH, HEIGHT = landscape(A4)
MIDDLE = WIDTH / 2
PAPER, INK, QUIET = HexColor("#fffcf4"), HexColor("#2a2320"), HexColor("#6f625a")
RED, GOLD = HexColor("#9b1b22"), HexColor("#b8914a")
SEAL_RED = Color(0.76, 0.12, 0.13, alpha=0.88)
TEXT_LEFT, TEXT_WIDTH = 118.0, WIDTH - 236
QR_LEFT, QR_LOW, QR_SIDE = TEXT_LEFT, 84.0, 74.0
# Punctuation that may not begin a line (GB/T 15834): it stays with the character before it.
CLOSING = "，。、；：？！”’）〕》」』…·%"
OPENING = "“‘（〔《「『"
TOKEN = re.compile(r"[A-Za-z0-9.,:/+#&_-]+|\s+|.", re.DOTALL)


class MissingGlyphs(Exception):
    """The font has no shape for these characters; the certificate must not be made with boxes in it."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        super().__init__(" ".join(characters))
        self.characters = characters


def draw(payload: Mapping[str, Any], *, verify_code: str, verify_url: str) -> bytes:
    """The PDF of a certificate. Raises MissingGlyphs when a character of it cannot be shown."""
    font = register_font()
    texts = Texts.of(payload, verify_code)
    missing = missing_characters("".join(texts.all()))
    if missing:
        raise MissingGlyphs(missing)
    buffer = io.BytesIO()
    canvas = Canvas(
        buffer, pagesize=(WIDTH, HEIGHT), invariant=1, initialFontName=font, pageCompression=1, lang="zh-CN"
    )
    canvas.setTitle(f"{texts.title} {texts.number}")
    canvas.setAuthor(texts.issuer)
    canvas.setSubject(texts.subject)
    canvas.setCreator("")
    page = Page(canvas, font)
    page.frame()
    page.heading(texts)
    page.body(texts)
    page.signature(texts)
    page.code(texts, verify_url)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@dataclass(frozen=True)
class Texts:
    """Everything that is written on the page."""

    title: str
    number: str
    address: str
    body: str
    closing: str
    issuer: str
    dated: str
    facts: str
    note: str
    code: str
    subject: str
    seal: str = "网上党校"

    def all(self) -> Iterator[str]:
        yield from (self.title, self.number, self.address, self.body, self.closing, self.issuer)
        yield from (self.dated, self.facts, self.note, self.code, self.seal)

    @classmethod
    def of(cls, payload: Mapping[str, Any], verify_code: str) -> Texts:
        return cls(
            title="结业证书",
            number=f"编号：{payload['number']}",
            address=f"{payload['name']} {payload['salutation']}：",
            body=body(payload),
            closing="特发此证。",
            issuer=payload["issuer"],
            dated=chinese_date(date.fromisoformat(payload["issued_on"])),
            facts="  ".join(_facts(payload)),
            note="电子证书，扫码验证",
            code=f"验证码 {grouped_code(verify_code)}",
            subject=payload["course"]["title"],
        )


def body(payload: Mapping[str, Any]) -> str:
    """The sentence that the certificate is for (the form that party schools use)."""
    begun, ended = (chinese_date(date.fromisoformat(payload[key])) for key in ("started_on", "completed_on"))
    span = f"于{begun}" if begun == ended else f"于{begun}至{ended}"
    parts = [f"{span}参加{payload['issuer']}举办的《{payload['course']['title']}》网络专题培训"]
    hours = spoken_hours(payload["hours"])
    parts.append(f"修满规定的{hours}学时" if payload["hours"] > 0 else "完成规定的课程内容")
    if payload["exam"]:
        parts.append("考核合格")
    return "，".join([*parts, "准予结业。"])


def spoken_hours(hundredths: int) -> str:
    """150 -> '1.5', 100 -> '1', 25 -> '0.25'."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def _facts(payload: Mapping[str, Any]) -> Iterator[str]:
    yield f"学号 {payload['learner_no']}"
    if exam := payload["exam"]:
        yield f"考试成绩 {spoken_hours(exam['score'])} 分（满分 {spoken_hours(exam['max_score'])} 分）"


class Page:
    """Draws the parts of one page."""

    def __init__(self, canvas: Canvas, font: str) -> None:
        self.canvas = canvas
        self.font = font

    def width(self, text: str, size: float) -> float:
        return float(stringWidth(text, self.font, size))

    def fitting(self, text: str, size: float, room: float) -> float:
        """The size, `size` at most, in which `text` is not wider than `room`."""
        return min(size, size * room / max(self.width(text, size), 1.0))

    def centred(self, x: float, y: float, text: str, size: float, *, spacing: float = 0.0) -> None:
        self.canvas.setFont(self.font, size)
        full = self.width(text, size) + spacing * (len(text) - 1)
        self.canvas.drawString(x - full / 2, y, text, charSpace=spacing)

    def frame(self) -> None:
        """Paper, a strong red border, a fine gold one inside, and in each corner a cut-in ornament."""
        canvas = self.canvas
        canvas.setFillColor(PAPER)
        canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
        canvas.setStrokeColor(RED)
        canvas.setLineWidth(5)
        canvas.rect(26, 26, WIDTH - 52, HEIGHT - 52)
        canvas.setStrokeColor(GOLD)
        canvas.setLineWidth(0.9)
        canvas.rect(33.5, 33.5, WIDTH - 67, HEIGHT - 67)
        self._inner_border(44.0, 30.0)
        for x, y, across, up in (
            (44, 44, 1, 1),
            (WIDTH - 44, 44, -1, 1),
            (44, HEIGHT - 44, 1, -1),
            (WIDTH - 44, HEIGHT - 44, -1, -1),
        ):
            self._corner(float(x), float(y), across, up)

    def _inner_border(self, margin: float, notch: float) -> None:
        """A gold line that steps around the corners."""
        left, right, low, high = margin, WIDTH - margin, margin, HEIGHT - margin
        self.canvas.setLineWidth(1.4)
        path = self.canvas.beginPath()
        path.moveTo(left + notch, low)
        for x, y in (
            (right - notch, low),
            (right - notch, low + notch),
            (right, low + notch),
            (right, high - notch),
            (right - notch, high - notch),
            (right - notch, high),
            (left + notch, high),
            (left + notch, high - notch),
            (left, high - notch),
            (left, low + notch),
            (left + notch, low + notch),
        ):
            path.lineTo(x, y)
        path.close()
        self.canvas.drawPath(path)

    def _corner(self, x: float, y: float, across: int, up: int) -> None:
        """A meander in the corner that the gold line steps around."""
        canvas = self.canvas
        canvas.saveState()
        canvas.translate(x, y)
        canvas.scale(across, up)
        canvas.setStrokeColor(GOLD)
        canvas.setLineWidth(1.4)
        path = canvas.beginPath()
        path.moveTo(24, 0)
        for point in ((0, 0), (0, 24), (18, 24), (18, 6), (6, 6), (6, 18), (12, 18), (12, 12)):
            path.lineTo(*point)
        canvas.drawPath(path)
        canvas.restoreState()

    def heading(self, texts: Texts) -> None:
        self.canvas.setFillColor(RED)
        self.centred(MIDDLE, HEIGHT - 142, texts.title, 58, spacing=20)
        self._rule(HEIGHT - 168)
        self.canvas.setFillColor(QUIET)
        self.centred(MIDDLE, HEIGHT - 192, texts.number, self.fitting(texts.number, 12.5, TEXT_WIDTH))

    def _rule(self, y: float) -> None:
        """A gold line with a diamond in its middle."""
        canvas = self.canvas
        canvas.setStrokeColor(GOLD)
        canvas.setFillColor(GOLD)
        canvas.setLineWidth(0.9)
        canvas.line(MIDDLE - 150, y, MIDDLE - 14, y)
        canvas.line(MIDDLE + 14, y, MIDDLE + 150, y)
        for shift, half in ((0.0, 5.0), (-11.0, 2.2), (11.0, 2.2)):
            path = canvas.beginPath()
            path.moveTo(MIDDLE + shift - half, y)
            path.lineTo(MIDDLE + shift, y + half)
            path.lineTo(MIDDLE + shift + half, y)
            path.lineTo(MIDDLE + shift, y - half)
            path.close()
            canvas.drawPath(path, stroke=0, fill=1)

    def body(self, texts: Texts) -> None:
        """To whom, for what. Long titles make the letters smaller, never the margins."""
        canvas = self.canvas
        canvas.setFillColor(INK)
        size = self.fitting(texts.address, 25, TEXT_WIDTH)
        canvas.setFont(self.font, size)
        canvas.drawString(TEXT_LEFT, HEIGHT - 244, texts.address)
        size, lines = self._paragraph(texts.body)
        canvas.setFont(self.font, size)
        leading = size * (2.05 if len(lines) <= 2 else 1.85)
        y = HEIGHT - 244 - max(leading, 44)
        for number, line in enumerate(lines):
            canvas.drawString(TEXT_LEFT + (2 * size if number == 0 else 0), y, line)
            y -= leading
        canvas.drawString(TEXT_LEFT + 2 * size, y, texts.closing)

    def _paragraph(self, text: str) -> tuple[float, list[str]]:
        """The largest size in which the text keeps to its lines, and the lines; the first is two characters
        in.
        """
        for size, most in ((21.0, 2), (19.5, 2), (20.0, 3), (18.5, 3), (17.0, 4), (14.0, 5), (12.0, 6)):
            lines = list(self.wrapped(text, size))
            if len(lines) <= most:
                return size, lines
        size = 10.5
        return size, list(self.wrapped(text, size))

    def wrapped(self, text: str, size: float) -> Iterator[str]:
        """Lines of Chinese text: words of other scripts stay whole, punctuation keeps its side of the break."""
        line, room = "", TEXT_WIDTH - 2 * size
        for token in _unbreakable(text):
            if line and self.width(line + token, size) > room:
                yield line.rstrip()
                line, room = "", TEXT_WIDTH
                token = token.lstrip()
            line += token
        if line:
            yield line

    def signature(self, texts: Texts) -> None:
        """Who says it and when, and touching both the mark."""
        canvas = self.canvas
        right, room = WIDTH - TEXT_LEFT - 58, 285.0
        size = self.fitting(texts.issuer, 20, room)
        middle = right - max(self.width(texts.issuer, size), 140.0) / 2
        canvas.setFillColor(INK)
        self.centred(middle, 128, texts.issuer, size)
        self.centred(middle, 96, texts.dated, 17)
        self._seal(right + 26, 112, texts.seal)

    def _seal(self, x: float, y: float, words: str) -> None:
        """A square mark with its four characters in two columns, read from the right as on name seals."""
        canvas, half = self.canvas, 35.0
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(-4)
        canvas.setStrokeColor(SEAL_RED)
        canvas.setFillColor(SEAL_RED)
        canvas.setLineWidth(3.2)
        canvas.roundRect(-half, -half, 2 * half, 2 * half, 7)
        canvas.setLineWidth(0.8)
        canvas.roundRect(-half + 4.5, -half + 4.5, 2 * half - 9, 2 * half - 9, 4)
        for character, (column, row) in zip(words, ((1, 1), (1, 0), (0, 1), (0, 0)), strict=True):
            self.centred(-14.0 + 28 * column, -24.0 + 27 * row, character, 27)
        canvas.restoreState()

    def code(self, texts: Texts, verify_url: str) -> None:
        """The square that a phone reads, and what a person needs to look the certificate up."""
        side, x, y = QR_SIDE, QR_LEFT, QR_LOW
        matrix = [list(row) for row in segno.make(verify_url, error="m", boost_error=False).matrix]
        self._modules(matrix, x, y, side)
        canvas = self.canvas
        canvas.setFillColor(INK)
        canvas.setFont(self.font, 12)
        canvas.drawString(x + side + 14, y + 56, texts.note)
        canvas.setFillColor(QUIET)
        canvas.setFont(self.font, 9.5)
        canvas.drawString(x + side + 14, y + 36, texts.code)
        for number, fact in enumerate(texts.facts.split("  ")):
            canvas.drawString(x + side + 14, y + 20 - 15 * number, fact)

    def _modules(self, matrix: list[list[int]], x: float, y: float, side: float) -> None:
        """The dark modules, one rectangle for each run in a row, on white."""
        canvas = self.canvas
        canvas.setFillColor(HexColor("#ffffff"))
        canvas.rect(x - 6, y - 6, side + 12, side + 12, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#000000"))
        module = side / len(matrix)
        path = canvas.beginPath()
        for row, cells in enumerate(matrix):
            text = "".join("1" if cell else "0" for cell in cells)
            for run in re.finditer("1+", text):
                path.rect(x + run.start() * module, y + side - (row + 1) * module, len(run[0]) * module, module)
        canvas.drawPath(path, stroke=0, fill=1)


def _unbreakable(text: str) -> Iterator[str]:
    """Pieces that stay on one line: words, and characters with the punctuation that belongs to them."""
    piece = ""
    for token in TOKEN.findall(text):
        if piece and not (token in CLOSING or piece[-1] in OPENING):
            yield piece
            piece = ""
        piece += token
    if piece:
        yield piece
