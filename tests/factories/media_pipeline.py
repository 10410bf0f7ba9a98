"""Clips and media assets for tests. Clips are made by ffmpeg's own sources, once per process and description."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from lms.common import clock
from lms.members.models import Member, Organization
from media_pipeline import services
from media_pipeline.models import MediaAsset, WorkUnit
from tests.factories.members import BEGINNING


def ffmpeg(*arguments: str, timeout_seconds: float = 60) -> None:
    """Run the real ffmpeg; its complaint is the test's failure."""
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-y", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_seconds, check=False)
    assert done.returncode == 0, done.stderr


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="lms-clips-")


@functools.cache
def clip(
    *options: str,
    seconds: float = 1,
    size: str = "64x48",
    rate: str = "10",
    sound: bool = True,
    suffix: str = "mp4",
    codec: str = "libx264",
) -> Path:
    """A film of a test picture and a tone; `options` go to ffmpeg before the output's name."""
    path = Path(_folder().name) / f"{abs(hash((options, seconds, size, rate, sound, suffix, codec)))}.{suffix}"
    picture = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}:duration={seconds}"]
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"] if sound else []
    encoded = [
        "-c:v",
        codec,
        *(["-preset", "ultrafast", "-pix_fmt", "yuv420p"] if codec == "libx264" else []),
    ]
    ffmpeg(*picture, *tone, *encoded, *options, str(path))
    return path


def long_clip() -> Path:
    """A film that takes some seconds to transcode: for what has to happen meanwhile."""
    return clip(seconds=120, size="320x240", rate="30")


@functools.cache
def recording(*, seconds: float = 1, suffix: str = "mp3") -> Path:
    """Sound without a picture."""
    path = Path(_folder().name) / f"recording-{seconds}.{suffix}"
    ffmpeg("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}", str(path))
    return path


def chunks(path: Path, size: int = 65536) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(size):
            yield data


def uploaded(owner: Member, organization: Organization, path: Path | None = None, **fields: Any) -> MediaAsset:
    """An asset that has just been uploaded, its first work unit pending."""
    source = path or clip()
    defaults: dict[str, Any] = {"title": "", "filename": source.name, "now": BEGINNING}
    return services.receive_upload(actor=owner, organization=organization, chunks=chunks(source), **(defaults | fields))


def process(asset: MediaAsset, *, worker: str = "test", now: datetime | None = None) -> MediaAsset:
    """Do all that can be done for the asset's newest version, in this process, as its workers would."""
    while unit := WorkUnit.objects.filter(asset=asset, version=asset.version, state="pending").first():
        before = unit.attempts
        services.run_unit(unit_id=unit.pk, worker=worker, clock=(lambda: now) if now else clock.now)
        unit.refresh_from_db()
        if unit.state == "pending" or unit.attempts == before:
            break
    asset.refresh_from_db()
    return asset


def ready(owner: Member, organization: Organization, path: Path | None = None, **fields: Any) -> MediaAsset:
    """An asset that was really uploaded, transcoded and published."""
    return process(uploaded(owner, organization, path, **fields))


def pretended(owner: Member, organization: Organization, **fields: Any) -> MediaAsset:
    """A row that looks like a ready film of ten minutes, without any file: for tests that do not play it."""
    defaults: dict[str, Any] = {
        "title": "第一讲",
        "original_name": "first.mp4",
        "state": "ready",
        "kind": "video",
        "source_key": "sources/none",
        "size_bytes": 1000,
        "sha256": "0" * 64,
        "duration_ms": 600_000,
        "width": 1280,
        "height": 720,
        "published_version": 1,
        "published_prefix": "hls/none/v1/none",
        "created_at": BEGINNING,
        "ready_at": BEGINNING,
    }
    return MediaAsset.objects.create(organization=organization, uploaded_by=owner, **(defaults | fields))
