"""HLS playlists (RFC 8216): reading the ones ffmpeg wrote, writing the one it cannot write well.

ffmpeg's own master playlist names the cap of the bit rate instead of what was measured, and leaves codecs
out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from media_pipeline.rules.failures import FailureCode, MediaRefused

NAME = re.compile(r"[A-Za-z0-9_-]+\.(m4s|mp4)")
AUDIO_GROUP = "audio"


@dataclass(frozen=True)
class Segment:
    name: str
    seconds: Fraction


@dataclass(frozen=True)
class MediaPlaylist:
    """One rendition's list of segments, complete (with its end mark)."""

    init: str
    segments: tuple[Segment, ...]

    @property
    def duration_ms(self) -> int:
        return round(sum((segment.seconds for segment in self.segments), Fraction(0)) * 1000)

    @property
    def files(self) -> list[str]:
        return [self.init, *(segment.name for segment in self.segments)]


@dataclass(frozen=True)
class Stream:
    """One finished rendition, as the master playlist announces it. Sound alone has no width and height."""

    name: str
    width: int
    height: int
    codecs: str
    peak_bandwidth: int  # bits per second
    average_bandwidth: int
    duration_ms: int
    segments: int


def read_media_playlist(text: str) -> MediaPlaylist:
    """The playlist in `text`. Raises MediaRefused (damaged) when it is not a complete list of plain file
    names.
    """
    init, seconds, segments = "", None, []
    for line in text.splitlines():
        if line.startswith("#EXT-X-MAP:"):
            found = re.search(r'URI="([^"]*)"', line)
            init = found[1] if found else ""
        elif line.startswith("#EXTINF:"):
            seconds = Fraction(line.removeprefix("#EXTINF:").split(",")[0])
        elif line and not line.startswith("#"):
            if seconds is None or not NAME.fullmatch(line):
                raise MediaRefused(FailureCode.DAMAGED, f"unexpected line in a playlist: {line[:100]}")
            segments.append(Segment(line, seconds))
            seconds = None
    if not NAME.fullmatch(init) or not segments or "#EXT-X-ENDLIST" not in text:
        raise MediaRefused(FailureCode.DAMAGED, "the playlist is not complete")
    return MediaPlaylist(init, tuple(segments))


def bandwidths(playlist: MediaPlaylist, sizes: Sequence[int]) -> tuple[int, int]:
    """Peak and average bits per second, from the segments' sizes in bytes.

    Segments shorter than half the longest do not count for the peak: the last one may hold a single key frame
    (RFC 8216, 4.1 excludes them too).
    """
    longest = max(segment.seconds for segment in playlist.segments)
    peak = max(
        int(size * 8 / segment.seconds)
        for segment, size in zip(playlist.segments, sizes, strict=True)
        if segment.seconds * 2 >= longest and segment.seconds > 0
    )
    total = sum((segment.seconds for segment in playlist.segments), Fraction(0))
    average = int(sum(sizes) * 8 / total)
    return max(peak, average), average


def master_playlist(streams: Sequence[Stream], rate: Fraction | None) -> str:
    """The master playlist of one version: every picture size with the shared sound, or the sound alone."""
    pictures = [stream for stream in streams if stream.height]
    sound = next((stream for stream in streams if not stream.height), None)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound and pictures:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{AUDIO_GROUP}",NAME="{AUDIO_GROUP}",DEFAULT=YES,AUTOSELECT=YES,'
            f'CHANNELS="2",URI="{sound.name}/index.m3u8"'
        )
    for stream in pictures or [sound for sound in (sound,) if sound]:
        lines += [_announce(stream, sound if pictures else None, rate), f"{stream.name}/index.m3u8"]
    return "\n".join(lines) + "\n"


def _announce(stream: Stream, sound: Stream | None, rate: Fraction | None) -> str:
    together = [stream, sound] if sound else [stream]
    attributes = [
        f"BANDWIDTH={sum(one.peak_bandwidth for one in together)}",
        f"AVERAGE-BANDWIDTH={sum(one.average_bandwidth for one in together)}",
        f'CODECS="{",".join(one.codecs for one in together)}"',
    ]
    if stream.height:
        attributes.append(f"RESOLUTION={stream.width}x{stream.height}")
    if stream.height and rate:
        attributes.append(f"FRAME-RATE={float(rate):.3f}")
    if sound:
        attributes.append(f'AUDIO="{AUDIO_GROUP}"')
    return "#EXT-X-STREAM-INF:" + ",".join(attributes)


def read_codec(init: bytes) -> str:
    """The codec of an fMP4 init segment as RFC 6381 writes it: 'avc1.64001f', 'mp4a.40.2'.

    H.264: profile, constraints and level are bytes 1 to 3 of the avcC box (ISO/IEC 14496-15). AAC: the object
    type is the first five bits of the decoder's configuration in the esds box (ISO/IEC 14496-1). Raises
    MediaRefused (damaged) for anything else.
    """
    at = init.find(b"avcC")
    if at >= 0 and len(init) >= at + 8:
        return f"avc1.{init[at + 5 : at + 8].hex()}"
    at = init.find(b"esds")
    config = re.search(rb"\x05(?:\x80\x80\x80)?[\x02-\x40](.)", init[at + 8 :], re.DOTALL) if at >= 0 else None
    if config:
        return f"mp4a.40.{config[1][0] >> 3}"
    raise MediaRefused(FailureCode.DAMAGED, "the init segment names no codec")
