"""Reading ffprobe's answer."""

from __future__ import annotations

from typing import Any

import pytest

from media_pipeline.rules import FailureCode, MediaKind, MediaRefused
from media_pipeline.rules.source import Source, read_probe

VIDEO = {"index": 0, "codec_type": "video", "codec_name": "h264", "width": 640, "height": 480}
AUDIO = {"index": 1, "codec_type": "audio", "codec_name": "aac", "channels": 2, "sample_rate": "44100"}


def document(*streams: dict[str, Any], **container: Any) -> dict[str, Any]:
    return {"streams": list(streams), "format": {"format_name": "mov,mp4", "duration": "5.0"} | container}


def test_a_plain_film_is_read() -> None:
    found = read_probe(document(VIDEO | {"avg_frame_rate": "25/1", "duration": "4.96"}, AUDIO))

    assert found.kind is MediaKind.VIDEO
    assert found.duration_ms == 5000
    assert found.picture is not None
    assert (found.picture.width, found.picture.height, found.picture.rate) == (640, 480, "25/1")
    assert found.picture.duration_ms == 4960
    assert found.sound is not None
    assert found.sound.channels == 2


def test_facts_and_back_are_the_same_source() -> None:
    chapters = [{"start_time": "0.0", "end_time": "1.5", "tags": {"title": "开篇\x00"}}]
    found = read_probe(document(VIDEO, AUDIO) | {"chapters": chapters})

    assert Source.from_facts(found.as_facts()) == found
    assert found.chapters[0].title == "开篇"
    assert (found.chapters[0].start_ms, found.chapters[0].end_ms) == (0, 1500)


@pytest.mark.parametrize(("rotation", "size"), [(-90, (480, 640)), (90, (480, 640)), (180, (640, 480))])
def test_a_turned_picture_is_measured_upright(rotation: int, size: tuple[int, int]) -> None:
    turned = VIDEO | {"side_data_list": [{"side_data_type": "Display Matrix", "rotation": rotation}]}

    found = read_probe(document(turned)).picture

    assert found is not None
    assert (found.width, found.height) == size


def test_pixels_that_are_not_square_are_measured_as_seen() -> None:
    found = read_probe(document(VIDEO | {"sample_aspect_ratio": "4:3"})).picture

    assert found is not None
    assert (found.width, found.height) == (853, 480)


@pytest.mark.parametrize("nonsense", ["0:1", "1:0", "N/A", "99999:1", "-1:1", ""])
def test_nonsense_in_the_shape_of_pixels_is_ignored(nonsense: str) -> None:
    found = read_probe(document(VIDEO | {"sample_aspect_ratio": nonsense})).picture

    assert found is not None
    assert found.width == 640


def test_an_attached_picture_is_a_cover_and_not_a_film() -> None:
    cover = VIDEO | {"index": 2, "codec_name": "mjpeg", "disposition": {"attached_pic": 1}}

    found = read_probe(document(AUDIO, cover))

    assert found.kind is MediaKind.AUDIO
    assert found.cover_index == 2


def test_the_sound_marked_as_default_is_taken() -> None:
    second = AUDIO | {"index": 2, "disposition": {"default": 1}}

    found = read_probe(document(VIDEO, AUDIO, second)).sound

    assert found is not None
    assert found.index == 2


def test_a_duration_in_a_matroska_tag_is_read() -> None:
    found = read_probe(document(VIDEO | {"tags": {"DURATION-eng": "x", "duration": "01:02:03.500000000"}}))

    assert found.picture is not None
    assert found.picture.duration_ms == 3_723_500


def test_a_number_made_to_be_endless_is_not_calculated() -> None:
    hostile = VIDEO | {"tags": {"DURATION": "1e999999999:0:0"}, "duration": "9" * 400}

    found = read_probe(document(hostile, duration="1e99999999"))

    assert found.duration_ms is None
    assert found.picture is not None
    assert found.picture.duration_ms is None


@pytest.mark.parametrize(
    ("streams", "code"),
    [
        ([], FailureCode.NO_STREAMS),
        ([{"index": 0, "codec_type": "subtitle", "codec_name": "subrip"}], FailureCode.NO_STREAMS),
        ([VIDEO | {"codec_name": "unknown"}], FailureCode.NO_STREAMS),
        ([VIDEO | {"width": 0}], FailureCode.NO_STREAMS),
        ([AUDIO | {"channels": 0}], FailureCode.NO_STREAMS),
        ([VIDEO | {"codec_tag_string": "encv"}], FailureCode.PROTECTED),
        ([VIDEO, AUDIO | {"tags": {"enc_key_id": "00"}}], FailureCode.PROTECTED),
    ],
)
def test_a_file_without_anything_to_play_is_refused(streams: list[dict[str, Any]], code: FailureCode) -> None:
    with pytest.raises(MediaRefused) as refused:
        read_probe(document(*streams))

    assert refused.value.code == code
