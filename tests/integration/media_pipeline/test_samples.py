"""Real files from many tools and phones. Their folder is not part of the project: LMS_MEDIA_SAMPLES names it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from media_pipeline.models import MediaAsset, Rendition
from tests.conftest import People
from tests.factories import media_pipeline as make

SAMPLES = os.environ.get("LMS_MEDIA_SAMPLES", "")
pytestmark = pytest.mark.skipif(not SAMPLES, reason="LMS_MEDIA_SAMPLES does not name a folder of real files")

EXPECTED: dict[str, dict[str, Any]] = {
    "02_derive_sectaire_fr_speech.mp4": {"names": ["144p", "audio"], "seconds": 126.76},
    "03_chapters.mp4": {"names": ["720p", "480p", "360p", "audio"], "seconds": 5.0, "chapters": 3},
    "04_short.webm": {"names": ["720p", "480p", "360p", "audio"], "seconds": 5.0},
    "05_short.mkv": {"names": ["720p", "480p", "360p", "audio"], "seconds": 5.0},
    "06_no_audio.mp4": {"names": ["720p", "480p", "360p"], "seconds": 5.0},
    "07_audio_only.ogg": {"names": ["audio"], "seconds": 6.1, "kind": "audio", "poster": False},
    "08_very_long_10p.mp4": {"names": ["8p", "audio"], "seconds": 124.63},
    "09_short_4k.mp4": {"names": ["1080p", "720p", "480p", "audio"], "seconds": 1.0},
    "14_sideways_rotated.mov": {
        "names": ["480p", "360p", "audio"],
        "seconds": 1.0,
        "size": (480, 640),
        "top": (480, 640),
    },
    "17_data_streams.mp4": {"names": ["320p", "audio"], "seconds": 10.29},
    "21_attached_pic.mp3": {"names": ["audio"], "seconds": 1.0, "kind": "audio"},
    "23_no_duration.webm": {"names": ["720p", "480p", "360p", "audio"], "seconds": 4.9},
    "28_bbb_720p.mp4": {"names": ["720p", "480p", "360p", "audio"], "seconds": 5.3},
}
REFUSED = {
    "12_fake_not_video.webm": "not_media",
    "16_broken.mp4": "incomplete",
    "31_truncated_of_01.mp4": "incomplete",
}


def processed(people: People, name: str) -> MediaAsset:
    return make.ready(people.instructor, people.county, Path(SAMPLES) / name)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_real_file_is_played_as_it_should_be(people: People, name: str) -> None:
    expected = EXPECTED[name]

    asset = processed(people, name)

    assert (asset.state, asset.failure_code, asset.failure_detail) == ("ready", "", "")
    assert asset.kind == expected.get("kind", "video")
    assert abs((asset.duration_ms or 0) / 1000 - expected["seconds"]) < 0.1
    renditions = list(Rendition.objects.filter(asset=asset))
    assert [one.name for one in renditions] == expected["names"]
    assert asset.has_poster == expected.get("poster", True)
    assert len(asset.chapters) == expected.get("chapters", 0)
    assert (asset.width, asset.height) == expected.get("size", (asset.width, asset.height))
    assert (renditions[0].width, renditions[0].height) == expected.get(
        "top", (renditions[0].width, renditions[0].height)
    )
    for one in renditions:
        assert abs(one.duration_ms - (asset.duration_ms or 0)) < 150, one.name
        assert one.height <= (asset.height or 0), "never scaled up"


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_bad_file_is_refused_with_its_reason(people: People, name: str) -> None:
    asset = processed(people, name)

    assert (asset.state, asset.failure_code, asset.published_version) == ("failed", REFUSED[name], 0)


def test_every_file_of_the_folder_is_in_one_of_the_lists() -> None:
    there = {path.name for path in Path(SAMPLES).iterdir() if path.name != "README.md"}

    assert there == EXPECTED.keys() | REFUSED.keys()
