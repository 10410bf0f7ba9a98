"""Room to work in on this machine: one folder per asset, version and run below settings.SCRATCH_DIR."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from uuid import UUID

from django.conf import settings

from media_pipeline.rules import MachineBusy
from media_pipeline.storage import disk_errors, store

SPARE_BYTES = 256 << 20  # what a machine needs to stay well
ABANDONED_SECONDS = 24 * 3600


def version_folder(asset_id: UUID, version: int) -> Path:
    """Shared by the steps of one version on this machine: holds the fetched source."""
    folder: Path = settings.SCRATCH_DIR / str(asset_id) / str(version)
    return folder


def run_folder(asset_id: UUID, version: int, run: str) -> Path:
    """An empty folder for one run of one step; no two runs share one, even if the first has not yet noticed
    its end.
    """
    folder = version_folder(asset_id, version) / run
    with disk_errors():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    return folder


def require_free(need_bytes: int) -> None:
    """Raises MachineBusy (disk_full) when the disk cannot take `need_bytes` and stay well."""
    free = shutil.disk_usage(settings.SCRATCH_DIR).free
    if free < need_bytes + SPARE_BYTES:
        raise MachineBusy("disk_full", f"{free} bytes free, {need_bytes} needed")


def remove(folder: Path) -> None:
    """Remove a folder and all below it; being gone already is as good."""
    shutil.rmtree(folder, ignore_errors=True)


def asset_folders() -> dict[UUID, Path]:
    """The assets that have left something on this machine."""
    found = {}
    for path in settings.SCRATCH_DIR.iterdir():
        try:
            found[UUID(path.name)] = path
        except ValueError:
            continue  # not one of ours: Django's own temporary files lie here too
    return found


def remove_abandoned_uploads() -> None:
    """Remove received files that nobody kept: their process was killed at least a day ago. Other machines
    have theirs.
    """
    for path in store().incoming().glob("*.part"):
        try:
            old = time.time() - path.stat().st_mtime > ABANDONED_SECONDS
        except FileNotFoundError:
            continue
        if old:
            path.unlink(missing_ok=True)
