"""One decode, all renditions: the ffmpeg graph of a plan, its run, and the look at what came out."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
from django.conf import settings

from media_pipeline.ffmpeg import process, sandbox
from media_pipeline.ffmpeg.probe import FORMATS
from media_pipeline.rules.failures import FailureCode, MachineBusy, MediaRefused, classify
from media_pipeline.rules.plan import AUDIO_KBITS, MAX_PIXELS, Plan, duration_tolerance, wall_seconds
from media_pipeline.rules.playlists import (
    Stream,
    bandwidths,
    read_codec,
    read_media_playlist,
)
from media_pipeline.rules.source import Source

PLAYLIST = "index.m3u8"
SOUND = "audio"
THREADS = min(os.cpu_count() or 1, 8)  # more only cost address space
POSTER_WIDTH = 1280

# Brings HDR (PQ, HLG) into the range of ordinary screens; without it faces look grey.
TONE_MAP = (
    ("zscale", {"t": "linear", "npl": 100}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}),
    ("zscale", {"t": "bt709", "m": "bt709", "r": "tv"}),
)


def transcode(
    path: Path,
    output: Path,
    *,
    source: Source,
    plan: Plan,
    tick: Callable[[], None],
    on_progress: Callable[[int], None],
) -> list[Stream]:
    """Write all renditions of `path` below `output` (one folder each) and return what they measure.

    `on_progress` is told permille. Raises MediaRefused (damaged, incomplete), MachineBusy, and whatever
    `tick` raises.
    """
    cell = sandbox.Cell(path, output)
    for name in [*(rendition.name for rendition in plan.renditions), *([SOUND] if plan.has_sound else [])]:
        (output / name).mkdir()
    limits = sandbox.Limits(wall_seconds=wall_seconds(source, plan.duration_ms), file_bytes=1 << 30)

    def note(line: str) -> None:
        name, _, value = line.partition("=")
        if name == "out_time_us" and value.strip().isdigit():
            on_progress(min(int(value) // max(plan.duration_ms, 1), 1000))

    finished = process.run(command(cell, source, plan), cell=cell, limits=limits, tick=tick, on_line=note)
    if finished.returncode:
        raise classify(finished.returncode, finished.stderr, otherwise=FailureCode.DAMAGED)
    return inspect(output, source=source, plan=plan)


def command(cell: sandbox.Cell, source: Source, plan: Plan) -> list[str]:
    """The argv of one ffmpeg that decodes once and writes every rendition and the sound they share."""
    opened = _open(cell, threads=THREADS)
    streams: list[Any] = []
    if source.picture is not None:
        streams += _pictures(opened[str(source.picture.index)], plan)
    if source.sound is not None:
        # Gaps are filled and a late start padded, so that sound and picture share one clock from zero.
        streams.append(opened[str(source.sound.index)].filter("aresample", 48000, **{"async": 1, "first_pts": 0}))
    # A little less than a segment, lest rounding miss a key frame; it only steers where the sound is cut.
    length = f"{float(plan.segment_seconds) - 0.00001:.5f}"
    options: dict[str, Any] = {
        "f": "hls",
        "hls_time": length,
        "hls_playlist_type": "vod",
        "hls_segment_type": "fmp4",
        "hls_flags": "independent_segments",
        # Without cmaf the streams are shifted against each other by edit lists, which players ignore.
        "hls_segment_options": "movflags=+cmaf",
        "hls_fmp4_init_filename": "init.mp4",
        "hls_segment_filename": f"{cell.output_path}/%v/seg_%05d.m4s",
        "var_stream_map": " ".join(_variants(plan)),
        "map_metadata": -1,
        "map_chapters": -1,
        "sn": None,
        "dn": None,
        **(_video_options(plan) if plan.renditions else {}),
        **(_audio_options() if plan.has_sound else {}),
    }
    node = ffmpeg.output(*streams, f"{cell.output_path}/%v/{PLAYLIST}", **options)
    node = node.global_args("-nostdin", "-hide_banner", "-v", "error", "-progress", "pipe:1")
    argv: list[str] = node.compile(cmd=sandbox.executable(settings.FFMPEG), overwrite_output=True)
    return argv


def _open(cell: sandbox.Cell, **options: Any) -> Any:
    return ffmpeg.input(
        cell.source_url,
        protocol_whitelist="file",
        format_whitelist=FORMATS,
        max_pixels=MAX_PIXELS,
        **options,
    )


def _pictures(picture: Any, plan: Plan) -> list[Any]:
    assert plan.rate is not None
    if plan.deinterlace:
        picture = picture.filter("bwdif", deint="interlaced")
    picture = _toned(picture, plan)
    picture = picture.filter("fps", fps=str(plan.rate), start_time=0)
    split = picture.filter_multi_output("split", len(plan.renditions))
    return [
        _scaled(split[number], rendition.width, rendition.height) for number, rendition in enumerate(plan.renditions)
    ]


def _toned(picture: Any, plan: Plan) -> Any:
    for name, arguments in TONE_MAP if plan.tone_map else ():
        picture = picture.filter(name, **arguments)
    return picture


def _scaled(picture: Any, width: int, height: int) -> Any:
    scaled = picture.filter("scale", width, height, flags="bicubic").filter("setsar", "1")
    return scaled.filter("format", "yuv420p")


def _variants(plan: Plan) -> list[str]:
    group = ",agroup:sound" if plan.has_sound and plan.renditions else ""
    pictures = [f"v:{number}{group},name:{one.name}" for number, one in enumerate(plan.renditions)]
    return pictures + ([f"a:0{group},name:{SOUND}"] if plan.has_sound else [])


def _video_options(plan: Plan) -> dict[str, Any]:
    options: dict[str, Any] = {
        "c:v": "libx264",
        "preset": "veryfast",
        "profile:v": "high",
        "g": plan.group_of_pictures,
        "keyint_min": plan.group_of_pictures,
        "sc_threshold": 0,  # key frames only on the grid that all renditions share
        "crf": 23,
        "threads": THREADS,
    }
    for number, rendition in enumerate(plan.renditions):
        options[f"maxrate:v:{number}"] = f"{rendition.max_kbits}k"
        options[f"bufsize:v:{number}"] = f"{rendition.max_kbits * 2}k"
    return options


def _audio_options() -> dict[str, Any]:
    return {"c:a": "aac", "b:a": f"{AUDIO_KBITS}k", "ar": 48000, "ac": 2}


def inspect(output: Path, *, source: Source, plan: Plan) -> list[Stream]:
    """Measure every rendition below `output` and hold it against the plan and the source.

    Raises MediaRefused: incomplete when less came out than the source promised, damaged when the renditions
    do not fit each other; MachineBusy (storage) when a file is missing.
    """
    sizes = {rendition.name: (rendition.width, rendition.height) for rendition in plan.renditions}
    if plan.has_sound:
        sizes[SOUND] = (0, 0)
    streams = [_measure(output / name, width, height) for name, (width, height) in sizes.items()]
    pictures = [stream for stream in streams if stream.height]
    if len({stream.segments for stream in pictures}) > 1:
        raise MediaRefused(FailureCode.DAMAGED, f"different numbers of segments: {pictures}")
    promised = [
        (pictures, source.picture.duration_ms if source.picture else None),
        (
            [stream for stream in streams if not stream.height],
            source.sound.duration_ms if source.sound else None,
        ),
        # The longest of them all against the file's own word: a stream's length is often not told.
        ([max(streams, key=lambda stream: stream.duration_ms)], plan.duration_ms),
    ]
    for made, expected_ms in promised:
        for stream in made:
            if expected_ms and stream.duration_ms < expected_ms - duration_tolerance(expected_ms):
                detail = f"{stream.name}: {stream.duration_ms} ms of {expected_ms}"
                raise MediaRefused(FailureCode.INCOMPLETE, detail)
    return streams


def _measure(folder: Path, width: int, height: int) -> Stream:
    try:
        playlist = read_media_playlist((folder / PLAYLIST).read_text(encoding="utf-8"))
        peak, average = bandwidths(playlist, [(folder / segment.name).stat().st_size for segment in playlist.segments])
        codecs = read_codec((folder / playlist.init).read_bytes())
    except FileNotFoundError as error:
        raise MachineBusy("storage", f"{error.filename} is missing") from error
    return Stream(
        name=folder.name,
        width=width,
        height=height,
        codecs=codecs,
        peak_bandwidth=peak,
        average_bandwidth=average,
        duration_ms=playlist.duration_ms,
        segments=len(playlist.segments),
    )


def poster(path: Path, output: Path, *, source: Source, plan: Plan, tick: Callable[[], None]) -> bool:
    """Write `poster.jpg` into `output`: a picture from a tenth of the film, or the recording's attached
    cover.

    False when the source has none to give; a film of which no single picture can be read has none either.
    """
    index = source.picture.index if source.picture else source.cover_index
    if index is None:
        return False
    starts = (Fraction(plan.duration_ms, 10_000), Fraction(0)) if source.picture else (Fraction(0),)
    for start in starts:
        cell = sandbox.Cell(path, output)
        program = _poster_command(cell, index, source, plan, start)
        limits = sandbox.Limits(wall_seconds=120, file_bytes=16 << 20)
        process.run(program, cell=cell, limits=limits, tick=tick)
        made = output / "poster.jpg"
        if made.is_file() and made.stat().st_size:
            return True
    return False


def _poster_command(cell: sandbox.Cell, index: int, source: Source, plan: Plan, start: Fraction) -> list[str]:
    opened = _open(cell, **({"ss": f"{float(start):.3f}"} if start else {}))
    picture = opened[str(index)]
    if source.picture is not None:
        largest = plan.renditions[0]
        picture = _toned(picture, plan).filter("thumbnail", 24)
        picture = picture.filter("scale", largest.width, largest.height).filter("setsar", "1")
    picture = picture.filter("scale", f"min({POSTER_WIDTH},iw)", -2).filter("format", "yuvj420p")
    node = ffmpeg.output(picture, f"{cell.output_path}/poster.jpg", **{"frames:v": 1, "q:v": 4, "update": 1})
    node = node.global_args("-nostdin", "-hide_banner", "-v", "error")
    argv: list[str] = node.compile(cmd=sandbox.executable(settings.FFMPEG), overwrite_output=True)
    return argv
