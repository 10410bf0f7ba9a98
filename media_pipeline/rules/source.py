"""What was found in an uploaded file: ffprobe's answer as plain, checked values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from media_pipeline.rules.failures import FailureCode, MediaRefused
from media_pipeline.rules.states import MediaKind

ENCRYPTED_TAGS = {"encv", "enca", "drmi", "drms", "encs"}
INTERLACED = {"tt", "bb", "tb", "bt"}
HIGH_DYNAMIC_RANGE = {"smpte2084", "arib-std-b67"}


@dataclass(frozen=True)
class Picture:
    """The film's picture: `width` and `height` as a viewer sees them, upright and with square pixels."""

    index: int
    codec: str
    coded_width: int
    coded_height: int
    width: int
    height: int
    rotation: int
    rate: str  # frames per second as a fraction, '30000/1001'
    interlaced: bool
    hdr: bool
    duration_ms: int | None


@dataclass(frozen=True)
class Sound:
    index: int
    codec: str
    channels: int
    sample_rate: int
    duration_ms: int | None


@dataclass(frozen=True)
class Chapter:
    start_ms: int
    end_ms: int
    title: str


@dataclass(frozen=True)
class Source:
    """One uploaded film or recording. `duration_ms` is None when the file does not say it."""

    container: str
    duration_ms: int | None
    picture: Picture | None
    sound: Sound | None
    cover_index: int | None  # an attached picture, as recordings carry it
    chapters: tuple[Chapter, ...]

    @property
    def kind(self) -> MediaKind:
        return MediaKind.VIDEO if self.picture else MediaKind.AUDIO

    def as_facts(self) -> dict[str, Any]:
        """JSON values from which `from_facts` makes an equal Source."""
        return asdict(self)

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Source:
        return cls(
            container=facts["container"],
            duration_ms=facts["duration_ms"],
            picture=Picture(**facts["picture"]) if facts["picture"] else None,
            sound=Sound(**facts["sound"]) if facts["sound"] else None,
            cover_index=facts["cover_index"],
            chapters=tuple(Chapter(**chapter) for chapter in facts["chapters"]),
        )


def read_probe(document: dict[str, Any]) -> Source:
    """The Source in ffprobe's JSON (-show_streams -show_format -show_chapters, and a few packets).

    Raises MediaRefused: protected for encrypted streams, no_streams when there is neither picture nor sound.
    """
    streams = [stream for stream in document.get("streams", []) if isinstance(stream, dict)]
    if any(_is_encrypted(stream) for stream in streams) or _has_encrypted_packets(document):
        raise MediaRefused(FailureCode.PROTECTED)
    picture = next((p for p in map(_picture, _of_type(streams, "video", cover=False)) if p), None)
    sound = _best_sound(_of_type(streams, "audio", cover=False))
    if picture is None and sound is None:
        raise MediaRefused(FailureCode.NO_STREAMS, ", ".join(str(s.get("codec_type")) for s in streams))
    container = document.get("format", {})
    return Source(
        container=str(container.get("format_name", "")),
        duration_ms=_milliseconds(container.get("duration")),
        picture=picture,
        sound=sound,
        cover_index=next((int(s["index"]) for s in _of_type(streams, "video", cover=True)), None),
        chapters=tuple(map(_chapter, document.get("chapters", [])[:500])),
    )


def _is_encrypted(stream: dict[str, Any]) -> bool:
    return stream.get("codec_tag_string") in ENCRYPTED_TAGS or "enc_key_id" in stream.get("tags", {})


def _has_encrypted_packets(document: dict[str, Any]) -> bool:
    """In an MP4 ffprobe names the codec under the encryption, and only the packets tell."""
    return any(
        str(data.get("side_data_type", "")).startswith("Encryption")
        for packet in document.get("packets", [])
        for data in packet.get("side_data_list", [])
    )


def _of_type(streams: Iterable[dict[str, Any]], kind: str, *, cover: bool) -> list[dict[str, Any]]:
    return [
        stream
        for stream in streams
        if stream.get("codec_type") == kind
        and stream.get("codec_name", "unknown") != "unknown"
        and bool(stream.get("disposition", {}).get("attached_pic")) is cover
    ]


def _picture(stream: dict[str, Any]) -> Picture | None:
    width, height = int(stream.get("width", 0)), int(stream.get("height", 0))
    if width <= 0 or height <= 0:
        return None
    pixel = _number(str(stream.get("sample_aspect_ratio", "1:1")).replace(":", "/")) or Fraction(1)
    if not Fraction(1, 8) <= pixel <= 8:
        pixel = Fraction(1)  # no camera makes such pixels: the header is nonsense
    rotation = next(
        (int(float(data["rotation"])) % 360 for data in stream.get("side_data_list", []) if "rotation" in data),
        0,
    )
    shown = (max(round(width * pixel), 1), height)
    if rotation in {90, 270}:
        shown = (shown[1], shown[0])
    rate = _number(stream.get("avg_frame_rate")) or _number(stream.get("r_frame_rate")) or Fraction(25)
    return Picture(
        index=int(stream["index"]),
        codec=str(stream["codec_name"]),
        coded_width=width,
        coded_height=height,
        width=shown[0],
        height=shown[1],
        rotation=rotation,
        rate=f"{rate.numerator}/{rate.denominator}",
        interlaced=stream.get("field_order") in INTERLACED,
        hdr=stream.get("color_transfer") in HIGH_DYNAMIC_RANGE,
        duration_ms=_stream_duration(stream),
    )


def _best_sound(streams: list[dict[str, Any]]) -> Sound | None:
    """The stream marked as default, else the first."""
    heard = [s for s in streams if int(s.get("channels", 0)) > 0]
    chosen = next((s for s in heard if s.get("disposition", {}).get("default")), heard[0] if heard else None)
    if chosen is None:
        return None
    return Sound(
        index=int(chosen["index"]),
        codec=str(chosen["codec_name"]),
        channels=int(chosen["channels"]),
        sample_rate=int(chosen.get("sample_rate", 0)),
        duration_ms=_stream_duration(chosen),
    )


def _chapter(chapter: dict[str, Any]) -> Chapter:
    return Chapter(
        start_ms=_milliseconds(chapter.get("start_time")) or 0,
        end_ms=_milliseconds(chapter.get("end_time")) or 0,
        title=str(chapter.get("tags", {}).get("title", "")).replace("\x00", "")[:200],
    )


def _stream_duration(stream: dict[str, Any]) -> int | None:
    """From the stream itself, or from Matroska's DURATION tag ('00:00:05.000000000')."""
    found = _milliseconds(stream.get("duration"))
    if found is not None:
        return found
    tags = {key.upper(): value for key, value in stream.get("tags", {}).items()}
    parts = [_number(part) for part in str(tags.get("DURATION", "")).split(":")]
    if len(parts) != 3 or None in parts:
        return None
    hours, minutes, seconds = (part or Fraction(0) for part in parts)
    return round((hours * 3600 + minutes * 60 + seconds) * 1000)


def _milliseconds(text: Any) -> int | None:
    """Seconds written as decimals, in milliseconds; None when absent, unreadable or not above zero."""
    value = _number(text)
    return round(value * 1000) if value else None


# Bounded, because tags are written by whoever made the file, and Fraction('1e999999999') would never end.
_NUMBER = re.compile(r"\d{1,10}(\.\d{1,12})?|\d{1,10}/\d{1,10}")


def _number(text: Any) -> Fraction | None:
    """A decimal or a fraction, not negative; None when it is not one."""
    if not _NUMBER.fullmatch(str(text)) or str(text).endswith("/0"):
        return None
    return Fraction(str(text))
