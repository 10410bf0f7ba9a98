"""Files that are not taken, and the words for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_pipeline import services, wording
from media_pipeline.ffmpeg import probe as ffprobe
from media_pipeline.models import WorkUnit
from media_pipeline.rules import FailureCode
from media_pipeline.storage import store
from tests.conftest import People
from tests.factories import media_pipeline as make


def refused(people: People, path: Path, **fields: object) -> tuple[str, str]:
    asset = make.process(make.uploaded(people.instructor, people.county, path, **fields))
    assert asset.published_version == 0
    return asset.state, asset.failure_code


def test_text_is_not_a_film(people: People, tmp_path: Path) -> None:
    path = tmp_path / "lecture.mp4"
    path.write_text("这不是视频" * 100)

    assert refused(people, path) == ("failed", "not_media")
    unit = WorkUnit.objects.get(kind="probe")
    assert (unit.state, unit.error_code, unit.attempts) == ("failed", "not_media", 1)
    assert [unit.state for unit in WorkUnit.objects.exclude(kind="probe")] == ["cancelled"] * 2


def test_a_file_whose_index_is_missing_is_incomplete(people: People, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    whole = make.clip(seconds=3).read_bytes()
    path.write_bytes(whole[: whole.rindex(b"moov") - 100])

    assert refused(people, path) == ("failed", "incomplete")


def test_a_file_whose_end_is_missing_behind_its_index_is_incomplete(people: People, tmp_path: Path) -> None:
    whole = make.clip("-movflags", "+faststart", seconds=30, size="160x120").read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])

    assert refused(people, path) == ("failed", "incomplete")
    assert WorkUnit.objects.get(kind="probe").state == "failed"


def test_a_film_whose_end_is_missing_without_any_index_is_incomplete(people: People, tmp_path: Path) -> None:
    whole = make.clip("-g", "10", seconds=20, size="160x120", suffix="mkv").read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(whole[: len(whole) // 2])

    assert refused(people, path) == ("failed", "incomplete")
    assert WorkUnit.objects.get(kind="transcode").state == "failed"


def test_subtitles_alone_are_neither_picture_nor_sound(people: People, tmp_path: Path) -> None:
    words = tmp_path / "words.srt"
    words.write_text("1\n00:00:00,000 --> 00:00:01,000\n字幕\n", encoding="utf-8")
    path = tmp_path / "words.mkv"
    make.ffmpeg("-i", str(words), str(path))

    assert refused(people, path) == ("failed", "no_streams")


def test_a_protected_film_is_named_as_such(people: People) -> None:
    key = "76a6c65c5ea762046bd749a2e632ccbb"
    path = make.clip("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key, "-encryption_kid", key)

    assert refused(people, path) == ("failed", "protected")


def test_a_film_that_is_too_long_is_refused(people: People, settings: pytest.FixtureRequest) -> None:
    settings.MAX_LECTURE_SECONDS = 1

    assert refused(people, make.clip(seconds=2)) == ("failed", "too_long")


def test_a_tiny_file_with_an_enormous_picture_is_refused(people: People) -> None:
    path = make.clip("-frames:v", "1", size="9000x16", seconds=1, sound=False, suffix="mkv", codec="png")

    assert refused(people, path) == ("failed", "too_many_pixels")


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """Another member's film in the same folder, which nobody may get by a trick."""
    path = tmp_path / "victim.mp4"
    path.write_bytes(make.clip(seconds=2).read_bytes())
    return path


@pytest.mark.parametrize(
    "words",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{victim}\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nvictim.mp4\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/x.mp4\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {victim}\n",
        "ffconcat version 1.0\nfile victim.mp4\n",
    ],
)
def test_a_playlist_that_calls_itself_a_film_is_refused(people: People, victim: Path, words: str) -> None:
    path = victim.parent / "lecture.mp4"
    path.write_text(words.format(victim=victim))

    assert refused(people, path) == ("failed", "not_media")


def test_an_avi_that_hides_a_playlist_shows_nothing_of_other_files(people: People, tmp_path: Path) -> None:
    path = tmp_path / "lecture.avi"
    hidden = b"#EXTM3U\n#EXTINF:2,\nfile:///etc/hostname\n"
    path.write_bytes(b"RIFF" + (4096).to_bytes(4, "little") + b"AVI LIST" + b"GAB2\0" + hidden + b"\0" * 4096)

    state, code = refused(people, path)

    assert (state, code) in {("failed", "not_media"), ("failed", "no_streams"), ("failed", "damaged")}


def test_the_whitelists_hold_without_the_sandbox_too(
    people: People, victim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media_pipeline.ffmpeg.sandbox.kind", lambda: "limits")
    path = victim.parent / "lecture.mp4"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{victim}\n#EXT-X-ENDLIST\n")

    assert refused(people, path) == ("failed", "not_media")


def test_every_failure_has_a_title_and_an_advice() -> None:
    for code in FailureCode:
        found = wording.FAILURES[code]
        assert str(found.title)
        assert str(found.advice)
    assert wording.failure("something of an older release") == wording.FAILURES[FailureCode.MACHINE_BUSY]


def test_all_real_containers_pass_the_whitelist(people: People) -> None:
    for suffix, codec in (("mkv", "libx264"), ("mov", "libx264"), ("ts", "libx264"), ("flv", "libx264"),
                          ("avi", "mpeg4"), ("mpg", "mpeg2video")):  # fmt: skip
        rate = "25" if suffix == "mpg" else "10"
        options = ("-ar", "44100") if suffix == "flv" else ()
        found = ffprobe.probe(
            make.clip(*options, seconds=0.4, suffix=suffix, codec=codec, rate=rate), tick=lambda: None
        )
        assert found.picture is not None, suffix
        assert found.sound is not None, suffix
    for suffix in ("wav", "flac", "m4a", "ogg", "aac", "wma"):
        found = ffprobe.probe(make.recording(seconds=0.4, suffix=suffix), tick=lambda: None)
        assert found.sound is not None, suffix


def test_files_of_a_failed_version_are_removed(people: People, tmp_path: Path) -> None:
    path = tmp_path / "lecture.mp4"
    path.write_text("nothing")
    asset = make.process(make.uploaded(people.instructor, people.county, path))
    left = store().incoming() / "left"
    left.write_bytes(b"x")
    store().keep(left, f"hls/{asset.pk}/v1/killed/360p/seg_00000.m4s")

    services.discard_version(asset_id=asset.pk, version=1)

    with pytest.raises(FileNotFoundError):
        store().read(f"hls/{asset.pk}/v1/killed/360p/seg_00000.m4s")
    assert store().read(asset.source_key) == b"nothing"
