"""Draw the slides of the demonstration films with Pillow and the project's own font.

Everything is drawn at twice the size and scaled down, which is Pillow's way to smooth edges.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = (1280, 720)
FONT = Path(__file__).resolve().parents[3] / "certificates" / "fonts" / "PartySchoolKai-Regular.ttf"

RED = (155, 27, 32)
WINE = (94, 14, 24)
GOLD = (217, 155, 43)
CREAM = (255, 250, 240)
PAPER = (252, 247, 238)
CARD = (250, 235, 207)
INK = (52, 38, 34)
FAINT = (190, 175, 160)

_SCALE = 2
_Point = tuple[float, float]
_Colour = tuple[int, ...]


class Sheet:
    """A canvas whose coordinates are those of the finished picture."""

    def __init__(self, background: _Colour) -> None:
        self.image = Image.new("RGB", (SIZE[0] * _SCALE, SIZE[1] * _SCALE), background)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def gradient(self, top: _Colour, bottom: _Colour) -> None:
        """Fill the sheet from one colour above to another below."""
        height = self.image.height
        for row in range(height):
            part = row / (height - 1)
            mixed = tuple(round(a + (b - a) * part) for a, b in zip(top, bottom, strict=True))
            self.draw.line([(0, row), (self.image.width, row)], fill=mixed)

    def box(self, left: float, top: float, right: float, bottom: float, fill: _Colour, radius: float = 0) -> None:
        """Draw a filled rectangle."""
        corners = [value * _SCALE for value in (left, top, right, bottom)]
        self.draw.rounded_rectangle(corners, radius * _SCALE, fill=fill)

    def disc(self, centre: _Point, radius: float, fill: _Colour) -> None:
        """Draw a filled circle."""
        self.draw.ellipse(self._around(centre, radius), fill=fill)

    def ring(self, centre: _Point, radius: float, colour: _Colour, width: float = 1.5) -> None:
        """Draw the outline of a circle."""
        self.draw.ellipse(self._around(centre, radius), outline=colour, width=round(width * _SCALE))

    def shape(self, points: list[_Point], fill: _Colour) -> None:
        """Draw a filled polygon."""
        self.draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=fill)

    def text(self, place: _Point, words: str, size: float, colour: _Colour, anchor: str = "ls") -> float:
        """Write one line of text and return its width; the anchors are Pillow's.

        Large type gets a thin outline of its own colour: the font has no bold face.
        """
        font = typeface(round(size * _SCALE))
        stroke = 2 if size >= 60 else 1 if size >= 40 else 0
        where = (place[0] * _SCALE, place[1] * _SCALE)
        self.draw.text(where, words, colour, font=font, anchor=anchor, stroke_width=stroke, stroke_fill=colour)
        return font.getlength(words) / _SCALE

    def finished(self) -> Image.Image:
        """Return the picture in its final size."""
        return self.image.resize(SIZE, Image.Resampling.LANCZOS)

    @staticmethod
    def _around(centre: _Point, radius: float) -> list[float]:
        x, y = centre
        return [value * _SCALE for value in (x - radius, y - radius, x + radius, y + radius)]


@cache
def typeface(size: int) -> ImageFont.FreeTypeFont:
    """Load the font in one size.

    Args:
        size: in pixels of the enlarged canvas.

    Returns:
        The typeface.

    Raises:
        OSError: the font file is missing.
    """
    return ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)


def title_slide(title: str, lecturer: str) -> Image.Image:
    """Draw the opening slide.

    Args:
        title: the film's Chinese title.
        lecturer: the lecturer's Chinese name.

    Returns:
        A picture of ``SIZE``.
    """
    sheet = Sheet(RED)
    sheet.gradient((118, 17, 25), (176, 42, 42))
    sun = (1010.0, 500.0)
    for step, radius in enumerate((190, 260, 340, 430, 530)):
        sheet.ring(sun, radius, (255, 227, 163, 105 - 18 * step))
    sheet.disc(sun, 124, (245, 200, 110))
    _hills(sheet)
    mark(sheet, (96, 80), 64, CREAM, (242, 193, 78))
    sheet.text((178, 127), "网上党校 · 微课", 34, (255, 232, 196))
    size = 92 if len(title) <= 9 else 72
    sheet.text((92, 330), title, size, CREAM)
    sheet.box(98, 378, 218, 384, (242, 193, 78), 3)
    sheet.text((96, 452), f"主讲：{lecturer}", 42, (255, 236, 208))
    sheet.text((96, 676), "教学演示影片，人物均为虚构", 24, (226, 170, 150))
    return sheet.finished()


def points_slide(film: str, heading: str, points: list[str], active: int, *, page: int, pages: int) -> Image.Image:
    """Draw a slide with a heading and numbered points.

    Args:
        film: the film's title, for the foot line.
        heading: the slide's heading.
        points: the points; what stands before a full-width colon is set off in red.
        active: index of the point being spoken of, -1 before the first one. Later points are shown faintly.
        page: number of this slide, from 1.
        pages: number of slides in the film.

    Returns:
        A picture of ``SIZE``.
    """
    sheet = Sheet(PAPER)
    for step, radius in enumerate((150, 230, 310, 400)):
        sheet.ring((1290, 700), radius, (*GOLD, 70 - 12 * step))
    sheet.box(0, 0, 26, 720, RED)
    sheet.box(26, 0, 31, 720, GOLD)
    sheet.text((92, 136), heading, 64, RED)
    sheet.box(96, 166, 196, 172, GOLD, 3)
    pitch = min(132, 420 / len(points))
    first = 206 + (430 - pitch * len(points)) / 2
    for index, point in enumerate(points):
        _point(sheet, first + pitch * (index + 0.5), index, point, active)
    mark(sheet, (92, 657), 38, RED, GOLD)
    sheet.text((144, 686), film, 25, (140, 116, 102))
    sheet.text((1210, 686), f"{page} / {pages}", 25, (140, 116, 102), anchor="rs")
    return sheet.finished()


def closing_slide(words: str) -> Image.Image:
    """Draw the last slide.

    Args:
        words: what shall be remembered; one or two lines.

    Returns:
        A picture of ``SIZE``.
    """
    sheet = Sheet(PAPER)
    for step, radius in enumerate((300, 390, 490, 600)):
        sheet.ring((640, 330), radius, (*GOLD, 66 - 12 * step))
    sheet.box(0, 0, 1280, 18, RED)
    sheet.box(0, 18, 1280, 22, GOLD)
    sheet.box(0, 698, 1280, 702, GOLD)
    sheet.box(0, 702, 1280, 720, RED)
    mark(sheet, (572, 96), 136, RED, GOLD)
    lines = words.split("\n")
    for row, line in enumerate(lines):
        sheet.text((640, 388 + 124 * row - 50 * (len(lines) - 2)), line, 92, RED, anchor="ms")
    sheet.text((640, 640), "网上党校 · 感谢观看", 32, (140, 116, 102), anchor="ms")
    return sheet.finished()


def mark(sheet: Sheet, corner: _Point, size: float, book: _Colour, sun: _Colour) -> None:
    """Draw the project's mark, an open book with a rising sun (``lms/static/img/logo.svg``).

    Args:
        sheet: where to draw.
        corner: its upper left corner.
        size: its width and height.
        book: the book's colour.
        sun: the sun's colour.
    """
    unit = size / 64

    def place(x: float, y: float) -> _Point:
        return corner[0] + x * unit, corner[1] + y * unit

    for angle in (26, 58, 90, 122, 154):
        across, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        ends = [place(32 + across * reach, 33 - up * reach) for reach in (16.5, 23)]
        side = (up * 1.6 * unit, across * 1.6 * unit)
        (x0, y0), (x1, y1) = ends
        dx, dy = side
        sheet.shape([(x0 - dx, y0 - dy), (x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy)], sun)
        for end in ends:
            sheet.disc(end, 1.6 * unit, sun)
    arc = [
        place(32 - 11.6 * math.cos(math.radians(step)), 35.4 - 11.6 * math.sin(math.radians(step)))
        for step in range(0, 181, 6)
    ]
    sheet.shape([*arc, place(32, 40.2)], sun)
    for flip in (1, -1):
        upper = _bezier((30.6, 43.6), (24.8, 38.9), (15.5, 37.3), (4.5, 38.4))
        lower = _bezier((4.5, 55.4), (15.5, 54.3), (24.8, 55.6), (30.6, 60))
        outline = [*upper, *lower]
        sheet.shape([place(x if flip == 1 else 64 - x, y) for x, y in outline], book)


def _point(sheet: Sheet, middle: float, index: int, point: str, active: int) -> None:
    """Draw one numbered point around the given height."""
    if index == active:
        sheet.box(84, middle - 44, 1196, middle + 44, CARD, 14)
        sheet.box(84, middle - 44, 92, middle + 44, GOLD, 4)
    spoken = index <= active
    sheet.disc((140, middle), 27, RED if spoken else FAINT)
    sheet.text((140, middle + 1), str(index + 1), 32, CREAM, anchor="mm")
    label, colon, rest = point.partition("：")
    left = 192.0
    if colon:
        left += sheet.text((left, middle + 17), label + colon, 48, RED if spoken else FAINT)
    sheet.text((left, middle + 17), rest or label, 48, INK if spoken else FAINT)


def _hills(sheet: Sheet) -> None:
    """Draw three ranges of hills along the lower edge."""
    ranges = (
        (548, 24, 300, 0.4, (140, 30, 36)),
        (596, 20, 230, 2.2, (116, 20, 30)),
        (646, 16, 270, 4.0, WINE),
    )
    for base, height, length, shift, colour in ranges:
        line = [(float(x), base - height * math.sin(x / length + shift)) for x in range(0, 1290, 10)]
        sheet.shape([(0, 720), *line, (1280, 720)], colour)


def _bezier(start: _Point, first: _Point, second: _Point, end: _Point) -> list[_Point]:
    """Return points along a cubic curve."""
    curve = []
    for step in range(13):
        t = step / 12
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        corners = (start, first, second, end)
        curve.append(
            (
                sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)),
                sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)),
            )
        )
    return curve
