"""Fixtures of this room's tests."""

from __future__ import annotations

from collections.abc import Iterator
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
def scratch(settings: Any) -> Iterator[Path]:
    """The folder for work; nothing of an asset may be left there after a test."""
    yield settings.SCRATCH_DIR
    left = [path.name for path in settings.SCRATCH_DIR.iterdir() if path.name.count("-") == 4]
    assert left == []
