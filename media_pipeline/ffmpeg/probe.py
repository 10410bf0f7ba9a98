"""What is in this file? Asked of ffprobe, in the sandbox."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from media_pipeline.ffmpeg import process, sandbox
from media_pipeline.rules.failures import FailureCode, MediaRefused, classify
from media_pipeline.rules.plan import MAX_PIXELS, duration_tolerance
from media_pipeline.rules.source import Source, read_probe

# Real containers only. Playlists (HLS, DASH, ffconcat) and image sequences are not among them: they would
# make ffmpeg open other files than the one that was uploaded, whatever that file is called.
FORMATS = "mov,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,mp3,wav,aac,flac"
READING = ("-protocol_whitelist", "file", "-format_whitelist", FORMATS)
LIMITS = sandbox.Limits(wall_seconds=60)
TAIL_MS = 10_000


def probe(path: Path, *, tick: Callable[[], None]) -> Source:
    """What `path` holds. Raises MediaRefused (not_media, incomplete, no_streams, protected), MachineBusy."""
    cell = sandbox.Cell(path)
    # A few packets too: in an MP4 only they tell that it is encrypted.
    asked = ["-show_streams", "-show_format", "-show_chapters", "-show_packets", "-read_intervals", "%+#16"]
    answer = _ffprobe(cell, ["-max_pixels", str(MAX_PIXELS), *asked, "-of", "json"], tick)
    try:
        document: dict[str, Any] = json.loads(answer)
    except ValueError as error:
        raise MediaRefused(FailureCode.NOT_MEDIA, str(error)) from error
    return read_probe(document)


def measure_duration(path: Path, source: Source, *, tick: Callable[[], None]) -> int:
    """How long the film really is, in ms: every packet is read, nothing decoded. For files whose header does
    not say.

    Raises MediaRefused (incomplete) when there is not a single packet, or MachineBusy.
    """
    cell = sandbox.Cell(path)
    last = 0

    def note(line: str) -> None:
        nonlocal last
        name, _, value = line.partition("=")
        if name == "out_time_us" and value.strip().lstrip("-").isdigit():
            last = max(last, int(value) // 1000)

    program = [sandbox.executable(settings.FFMPEG), "-nostdin", "-hide_banner", "-v", "error", *READING]
    program += ["-i", cell.source_url]
    for stream in (source.picture, source.sound):
        if stream is not None:
            program += ["-map", f"0:{stream.index}"]
    program += ["-c", "copy", "-progress", "pipe:1", "-f", "null", "-"]
    finished = process.run(program, cell=cell, limits=sandbox.Limits(wall_seconds=1800), tick=tick, on_line=note)
    if finished.returncode:
        raise classify(finished.returncode, finished.stderr, otherwise=FailureCode.DAMAGED)
    if not last:
        raise MediaRefused(FailureCode.INCOMPLETE, finished.stderr)
    return last


def require_end(path: Path, source: Source, *, tick: Callable[[], None]) -> None:
    """Look whether the end that an MP4's index promises is really there: an upload may have been cut off.

    Other containers have no such index; what is missing there shows after transcoding.
    Raises MediaRefused (incomplete).
    """
    stream = source.picture or source.sound
    promised_ms = stream.duration_ms if stream is not None else None
    if stream is None or not promised_ms or "mp4" not in source.container:
        return
    last_ms = 0

    def note(line: str) -> None:
        nonlocal last_ms
        if re.fullmatch(r"\d{1,9}\.\d{1,9}", line.strip()):
            last_ms = max(last_ms, int(float(line) * 1000))

    # It begins at the key frame before; with slides that can be far away, so the lines are not kept.
    end = [
        "-read_intervals",
        f"{max(promised_ms - TAIL_MS, 0) / 1000:.3f}%",
        "-show_entries",
        "packet=pts_time",
    ]
    options = ["-select_streams", str(stream.index), *end, "-of", "csv=p=0"]
    _ffprobe(sandbox.Cell(path), options, tick, on_line=note)
    if last_ms < promised_ms - duration_tolerance(promised_ms):
        raise MediaRefused(FailureCode.INCOMPLETE, f"it ends at {last_ms} ms of {promised_ms}")


def _ffprobe(
    cell: sandbox.Cell,
    options: list[str],
    tick: Callable[[], None],
    on_line: Callable[[str], None] | None = None,
) -> str:
    program = [sandbox.executable(settings.FFPROBE), "-v", "error", *READING, *options, cell.source_url]
    finished = process.run(program, cell=cell, limits=LIMITS, tick=tick, on_line=on_line)
    if finished.returncode:
        raise classify(finished.returncode, finished.stderr, otherwise=FailureCode.NOT_MEDIA)
    return finished.stdout
