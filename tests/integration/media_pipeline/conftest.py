"""Fixtures of this room's tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from media_pipeline.models import MediaAsset
from tests.conftest import People
from tests.factories import media_pipeline as make


@pytest.fixture
def uploaded(people: People) -> MediaAsset:
    """A short film of the county's instructor, not yet processed."""
    return make.uploaded(people.instructor, people.county, title="第一讲")


@pytest.fixture
def ready(people: People) -> MediaAsset:
    """A short film of the county's instructor, transcoded and published."""
    return make.ready(people.instructor, people.county, title="第一讲")


@pytest.fixture
def scratch(settings: Any, tmp_path: Path) -> Path:
    """A folder for work that only this test uses."""
    settings.SCRATCH_DIR = tmp_path / "scratch"
    settings.SCRATCH_DIR.mkdir()
    return settings.SCRATCH_DIR
