"""The three steps of processing, as work on files: no rows are read or written here.

Each is given a `tick` to call often; whatever that raises (a lost lease) ends the step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from media_pipeline import scratch
from media_pipeline.ffmpeg import probe as ffprobe
from media_pipeline.ffmpeg import transcode as ffmpeg
from media_pipeline.rules import FailureCode, MachineBusy, MediaRefused, UnitKind
from media_pipeline.rules.plan import check, make_plan
from media_pipeline.rules.playlists import MediaPlaylist, Stream, master_playlist, read_media_playlist
from media_pipeline.rules.source import Source
from media_pipeline.storage import Tick, disk_errors, store

MASTER = "master.m3u8"
POSTER = "poster.jpg"


@dataclass(frozen=True)
class Job:
    """One run of one step: of which asset and version, by which name, after which findings (by unit kind)."""

    asset_id: UUID
    version: int
    run: str
    previous_run: str  # of the same step, when a worker died at it
    source_key: str
    found: dict[str, dict[str, Any]]

    @property
    def prefix(self) -> str:
        """This run's folder in the storage: nobody else writes there, so nothing is ever overwritten."""
        return self.prefix_of(self.run)

    def prefix_of(self, run: str) -> str:
        return f"hls/{self.asset_id}/v{self.version}/{run}"

    @property
    def source(self) -> tuple[Source, int]:
        """What the probe found: the source and its length in ms."""
        facts = self.found[UnitKind.PROBE]
        return Source.from_facts(facts["source"]), facts["duration_ms"]


@dataclass(frozen=True)
class Made:
    """What transcoding left in the storage."""

    prefix: str
    rate: str  # of the pictures, as a fraction; '' without pictures
    has_poster: bool
    streams: tuple[Stream, ...]

    def as_facts(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Made:
        streams = tuple(Stream(**stream) for stream in facts["streams"])
        return cls(facts["prefix"], facts["rate"], facts["has_poster"], streams)


def probe(job: Job, tick: Tick) -> tuple[Source, int]:
    """What the source is, and its length in ms. Raises MediaRefused for what this site does not take,
    MachineBusy.
    """
    path = _fetch(job, tick)
    source = ffprobe.probe(path, tick=tick)
    duration_ms = source.duration_ms or ffprobe.measure_duration(path, source, tick=tick)
    check(source, duration_ms=duration_ms, max_seconds=settings.MAX_LECTURE_SECONDS)
    ffprobe.require_end(path, source, tick=tick)
    return source, duration_ms


def transcode(job: Job, tick: Tick, on_progress: Callable[[int], None]) -> Made:
    """Make all renditions and the poster, check them, and put them into the storage under this run's own
    prefix.

    Raises MediaRefused, MachineBusy; nothing of this run stays in the storage then.
    """
    source, duration_ms = job.source
    plan = make_plan(source, duration_ms=duration_ms, top=settings.LADDER_TOP)
    if job.previous_run:
        store().discard(job.prefix_of(job.previous_run))
    scratch.require_free(plan.max_bytes)
    path = _fetch(job, tick)
    output = scratch.run_folder(job.asset_id, job.version, job.run)
    with disk_errors():
        streams = ffmpeg.transcode(path, output, source=source, plan=plan, tick=tick, on_progress=on_progress)
        has_poster = ffmpeg.poster(path, output, source=source, plan=plan, tick=tick)
        files = sorted(file for file in output.rglob("*") if file.is_file())
    try:
        store().keep_all([(file, f"{job.prefix}/{file.relative_to(output)}") for file in files], tick)
    except BaseException:
        discard(job)
        raise
    return Made(job.prefix, str(plan.rate or ""), has_poster, tuple(streams))


def package(job: Job, tick: Tick) -> Made:
    """Read back what lies in the storage, and write the master playlist that makes one film of it.

    Raises MachineBusy when something is missing.
    """
    made = Made.from_facts(job.found[UnitKind.TRANSCODE])
    for stream in made.streams:
        playlist = _read_back(f"{made.prefix}/{stream.name}/{ffmpeg.PLAYLIST}")
        if len(playlist.segments) != stream.segments or playlist.duration_ms != stream.duration_ms:
            raise MediaRefused(FailureCode.DAMAGED, f"{stream.name} differs in the storage")
        tick()
    _write_master(job, made, tick)
    return made


def _write_master(job: Job, made: Made, tick: Tick) -> None:
    """Written once: a worker that died at this step may have done it, with the very same words."""
    key = f"{made.prefix}/{MASTER}"
    try:
        store().read(key)
        return
    except FileNotFoundError:
        pass  # the usual case
    folder = scratch.run_folder(job.asset_id, job.version, job.run)
    with disk_errors():
        text = master_playlist(made.streams, Fraction(made.rate) if made.rate else None)
        (folder / MASTER).write_text(text, encoding="utf-8")
    tick()
    store().keep(folder / MASTER, key)


def discard(job: Job) -> None:
    """Remove what this run put into the storage."""
    store().discard(job.prefix)


def _fetch(job: Job, tick: Tick) -> Path:
    try:
        return store().fetch(job.source_key, scratch.version_folder(job.asset_id, job.version), tick)
    except FileNotFoundError as error:
        raise MachineBusy("storage", f"the source {job.source_key} is missing") from error


def _read_back(key: str) -> MediaPlaylist:
    try:
        return read_media_playlist(store().read(key).decode())
    except FileNotFoundError as error:
        raise MachineBusy("storage", f"{key} is missing") from error
