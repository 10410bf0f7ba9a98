"""What is made of a source: which sizes, at which frame rate, cut where. Pure arithmetic, so that it can be
argued about.

Sources: trials with 90-minute lectures and slides (the figures stand beside the numbers); Apple's HLS
authoring specification for sizes and profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from media_pipeline.rules.failures import FailureCode, MediaRefused
from media_pipeline.rules.source import Picture, Source

SEGMENT_SECONDS = 4  # on slides the distance of key frames decides the size: 4 s instead of 2 s saves 30 % (measured)
RUNGS = (1080, 720, 480, 360)
MOST_RENDITIONS = 3
MAX_PIXELS = 40_000_000  # of one picture; a 750 KB file can hold a picture that takes a gigabyte to decode
MAX_SIDE = 8192
MAX_RATE = 30  # a lecture gains nothing from 50 or 60 pictures a second

# Cap of the bit rate in kbit/s for the shorter side of the picture; x264's crf 23 mostly stays far below.
CAPS = ((1080, 3000), (720, 1600), (480, 800), (360, 450), (0, 300))
AUDIO_KBITS = 96
STANDARD_RATES = (
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
)


@dataclass(frozen=True)
class RenditionPlan:
    """One picture size. `name` is also the folder of its files."""

    name: str
    width: int
    height: int
    max_kbits: int


@dataclass(frozen=True)
class Plan:
    """What to make. Without a picture `renditions` is empty and `rate` None."""

    duration_ms: int
    rate: Fraction | None
    renditions: tuple[RenditionPlan, ...]
    has_sound: bool
    deinterlace: bool
    tone_map: bool

    @property
    def group_of_pictures(self) -> int:
        """Pictures from one key frame to the next: a segment's worth."""
        return round(self.rate * SEGMENT_SECONDS) if self.rate else 0

    @property
    def segment_seconds(self) -> Fraction:
        """Exact length of a segment: 4 s, or 4.004 s where the rate is 30000/1001."""
        return self.group_of_pictures / self.rate if self.rate else Fraction(SEGMENT_SECONDS)

    @property
    def max_bytes(self) -> int:
        """More than all files of this plan will ever take: for the free disk to be checked before."""
        kbits = sum(rendition.max_kbits for rendition in self.renditions) + AUDIO_KBITS * self.has_sound
        return kbits * 125 * (self.duration_ms // 1000 + 10) * 11 // 10


def check(source: Source, *, duration_ms: int, max_seconds: int) -> None:
    """Raises MediaRefused when the source is longer or larger than this site takes."""
    if duration_ms > max_seconds * 1000:
        raise MediaRefused(FailureCode.TOO_LONG, f"{duration_ms} ms")
    picture = source.picture
    if picture is None:
        return
    sides = (picture.coded_width, picture.coded_height, picture.width, picture.height)
    if max(sides) > MAX_SIDE or picture.coded_width * picture.coded_height > MAX_PIXELS:
        raise MediaRefused(FailureCode.TOO_MANY_PIXELS, f"{picture.coded_width}x{picture.coded_height}")


def make_plan(source: Source, *, duration_ms: int, top: int = RUNGS[0]) -> Plan:
    """The plan for a source that `check` has let pass; no picture size above `top` lines (one of RUNGS)."""
    picture = source.picture
    return Plan(
        duration_ms=duration_ms,
        rate=output_rate(Fraction(picture.rate)) if picture else None,
        renditions=ladder(picture, top) if picture else (),
        has_sound=source.sound is not None,
        deinterlace=picture is not None and picture.interlaced,
        tone_map=picture is not None and picture.hdr,
    )


def output_rate(rate: Fraction) -> Fraction:
    """The constant frame rate of all renditions, for a source whose average rate is `rate`.

    Halved until it is not above 30; snapped to a standard rate within 1 %; a lower rate (screen recordings at
    5 to 15) is kept, on a grid of quarters, so that a segment of 4 s holds a whole number of pictures.
    """
    while rate > MAX_RATE * Fraction(101, 100):
        rate /= 2
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - rate))
    if abs(nearest - rate) <= nearest / 100:
        return nearest
    return max(Fraction(round(rate * SEGMENT_SECONDS), SEGMENT_SECONDS), Fraction(1))


def ladder(picture: Picture, top: int = RUNGS[0]) -> tuple[RenditionPlan, ...]:
    """Up to three sizes, the largest first, none larger than the source or `top`; a small source gives one, its
    own size.

    Sizes are named after the shorter side, so that a portrait film gets the same names. A source up to 5 %
    below a rung (1072 lines) keeps its own size under the rung's name.
    """
    shorter = min(picture.width, picture.height)
    rungs = [rung for rung in RUNGS if rung <= top and shorter * 100 >= rung * 95][:MOST_RENDITIONS]
    return tuple(_rendition(picture, min(rung, shorter), f"{rung}p") for rung in rungs) or (
        _rendition(picture, shorter, f"{shorter}p"),
    )


def _rendition(picture: Picture, shorter: int, name: str) -> RenditionPlan:
    """`picture` scaled so that its shorter side is `shorter`, both sides even (4:2:0 needs it) and at least
    2.
    """
    scale = Fraction(shorter, min(picture.width, picture.height))
    width, height = (
        max(min(round(side * scale / 2) * 2, side // 2 * 2), 2) for side in (picture.width, picture.height)
    )
    cap = next(kbits for rung, kbits in CAPS if shorter * 100 >= rung * 95)
    return RenditionPlan(name=name, width=width, height=height, max_kbits=cap)


def wall_seconds(source: Source, duration_ms: int) -> int:
    """How long transcoding may take at most: 30 times real time at 1080 lines, more for larger pictures.

    Measured: 1.5 CPU seconds for a second of 1080p30; a slow, busy machine stays below 30.
    """
    pixels = source.picture.coded_width * source.picture.coded_height if source.picture else 0
    return 300 + duration_ms // 1000 * 30 * max(1, -(-pixels // 2_073_600))


def duration_tolerance(duration_ms: int) -> int:
    """By how much, in ms, a rendition may be shorter than its source: 2 s, or 2 % where that is more.

    Real files differ a little: edit lists, variable frame rates, a last packet cut off.
    """
    return max(2000, duration_ms // 50)
