"""From an uploaded file to streaming files, with the real ffmpeg."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lms.members import queries as member_queries
from media_pipeline import events, services
from media_pipeline.models import MediaAsset, Rendition, WorkUnit
from media_pipeline.storage import store
from tests.conftest import People
from tests.factories import media_pipeline as make


def text_of(asset: MediaAsset, path: str) -> str:
    return store().read(f"{asset.published_prefix}/{path}").decode()


def fetched(asset: MediaAsset, folder: Path) -> Path:
    """All streaming files of an asset, copied to a folder that ffprobe can read."""
    names = ["master.m3u8"]
    for rendition in Rendition.objects.filter(asset=asset, version=asset.published_version):
        names.append(f"{rendition.name}/index.m3u8")
        playlist = text_of(asset, names[-1])
        files = [line for line in playlist.splitlines() if line and not line.startswith("#")]
        init = playlist.split('#EXT-X-MAP:URI="')[1].split('"')[0]
        names += [f"{rendition.name}/{file}" for file in [init, *files]]
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(store().read(f"{asset.published_prefix}/{name}"))
    return folder


def decoded(playlist: Path) -> list[str]:
    """What ffmpeg finds in a finished stream after decoding all of it: 'video 64x48 20', 'audio - 44'."""
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_entries"]
    command += ["stream=codec_type,width,height,nb_read_frames", "-of", "csv=p=0", str(playlist)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stderr == ""
    return sorted(set(answer.stdout.split()))


def test_a_film_becomes_a_stream_that_decodes_without_a_fault(people: People, tmp_path: Path) -> None:
    told: list[object] = []
    events.asset_ready.connect(lambda **news: told.append(news["asset_id"]), weak=False, dispatch_uid="test")
    try:
        asset = make.ready(people.instructor, people.county, make.clip(seconds=5, size="640x360", rate="25"))
    finally:
        events.asset_ready.disconnect(dispatch_uid="test")

    assert (asset.state, asset.failure_code, asset.published_version) == ("ready", "", 1)
    assert told == [asset.pk]
    assert (asset.kind, asset.width, asset.height) == ("video", 640, 360)
    assert abs((asset.duration_ms or 0) - 5000) < 100
    master = text_of(asset, "master.m3u8")
    assert "RESOLUTION=640x360,FRAME-RATE=25.000" in master
    assert 'CODECS="avc1.64' in master
    folder = fetched(asset, tmp_path)
    assert decoded(folder / "360p/index.m3u8") == ["video,640,360,125"]
    assert text_of(asset, "360p/index.m3u8").count("#EXTINF:") == 2
    assert decoded(folder / "audio/index.m3u8")[0].startswith("audio,")
    assert asset.has_poster
    assert store().read(f"{asset.published_prefix}/poster.jpg").startswith(b"\xff\xd8")


def test_the_renditions_of_a_larger_film_share_one_sound_and_are_cut_alike(people: People, tmp_path: Path) -> None:
    asset = make.ready(people.instructor, people.county, make.clip(seconds=5, size="854x480", rate="15"))

    found = {rendition.name: (rendition.width, rendition.height) for rendition in Rendition.objects.filter(asset=asset)}
    assert found == {"480p": (854, 480), "360p": (640, 360), "audio": (0, 0)}
    assert text_of(asset, "480p/index.m3u8").count("seg_") == text_of(asset, "360p/index.m3u8").count("seg_")
    folder = fetched(asset, tmp_path)
    assert decoded(folder / "480p/index.m3u8") == ["video,854,480,75"]
    assert decoded(folder / "360p/index.m3u8") == ["video,640,360,75"]
    for rendition in Rendition.objects.filter(asset=asset):
        assert rendition.peak_bandwidth >= rendition.average_bandwidth > 0


def test_a_silent_film_and_a_recording_are_both_played(people: People, tmp_path: Path) -> None:
    silent = make.ready(people.instructor, people.county, make.clip(sound=False))
    heard = make.ready(people.instructor, people.county, make.recording(seconds=2))

    assert silent.state == heard.state == "ready"
    assert "AUDIO" not in text_of(silent, "master.m3u8")
    assert (heard.kind, heard.width, heard.has_poster) == ("audio", None, False)
    assert decoded(fetched(heard, tmp_path) / "master.m3u8")[0].startswith("audio,")


def test_chapters_turned_pictures_and_dark_ranges_survive(people: People, tmp_path: Path) -> None:
    chapters = tmp_path / "chapters.txt"
    chapters.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=开篇\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=1000\ntitle=结语\n",
        encoding="utf-8",
    )
    marked = tmp_path / "marked.mkv"
    make.ffmpeg("-i", str(make.clip()), "-i", str(chapters), "-map_metadata", "1", "-c", "copy", str(marked))
    turned = tmp_path / "turned.mp4"
    make.ffmpeg("-i", str(make.clip()), "-c", "copy", "-metadata:s:v:0", "rotate=90", str(turned))
    hdr = make.clip(
        "-pix_fmt", "yuv420p10le", "-color_primaries", "bt2020", "-color_trc", "smpte2084",
        "-colorspace", "bt2020nc", suffix="mkv",
    )  # fmt: skip

    first = make.ready(people.instructor, people.county, marked)
    second = make.ready(people.instructor, people.county, turned)
    third = make.ready(people.instructor, people.county, hdr)

    assert [chapter["title"] for chapter in first.chapters] == ["开篇", "结语"]
    assert (second.width, second.height) == (48, 64)
    assert "RESOLUTION=48x64" in text_of(second, "master.m3u8")
    assert third.state == "ready", third.failure_detail
    assert third.source_facts["picture"]["hdr"] is True


def test_a_new_version_is_made_beside_the_old_one_and_takes_over_in_one_step(people: People, ready: MediaAsset) -> None:
    before = ready.published_prefix

    services.retry_asset(actor=people.instructor, asset=ready, now=make.BEGINNING)
    assert (ready.state, ready.version, ready.published_version) == ("uploaded", 2, 1)
    assert text_of(ready, "master.m3u8")
    make.process(ready)

    assert (ready.state, ready.published_version) == ("ready", 2)
    assert ready.published_prefix != before
    assert store().read(f"{before}/master.m3u8")  # who is watching goes on watching
    acts = [entry.act for entry in member_queries.list_audit_entries("media_asset", str(ready.pk))]
    assert acts == ["media_pipeline.retry", "media_pipeline.upload"]


def test_a_failed_new_version_leaves_the_old_one_playing(people: People, ready: MediaAsset) -> None:
    told: list[object] = []
    events.asset_failed.connect(lambda **news: told.append(news["asset_id"]), weak=False, dispatch_uid="test")
    before = (ready.published_version, ready.published_prefix)
    store().discard(ready.source_key)
    broken = store().incoming() / "broken"
    broken.write_bytes(b"no film any more")
    store().keep(broken, ready.source_key)

    try:
        services.retry_asset(actor=people.instructor, asset=ready, now=make.BEGINNING)
        make.process(ready)
    finally:
        events.asset_failed.disconnect(dispatch_uid="test")

    assert (ready.state, ready.failure_code, ready.version) == ("failed", "not_media", 2)
    assert (ready.published_version, ready.published_prefix) == before
    assert ready.is_playable
    assert text_of(ready, "master.m3u8").startswith("#EXTM3U")
    assert told == [ready.pk]
    services.discard_version(asset_id=ready.pk, version=1)  # a message that went astray
    assert text_of(ready, "master.m3u8").startswith("#EXTM3U")


def test_nothing_is_left_in_the_scratch_folder(people: People, scratch: Path) -> None:
    make.ready(people.instructor, people.county)
    assert [path.name for path in scratch.iterdir() if path.name != "incoming"] == []
    cancelled = make.uploaded(people.instructor, people.county)
    services.cancel_asset(actor=people.instructor, asset=cancelled, now=make.BEGINNING)
    (scratch / str(cancelled.pk) / "1").mkdir(parents=True)

    assert services.sweep_scratch() == 1
    assert not (scratch / str(cancelled.pk)).exists()


def test_work_that_is_going_on_keeps_its_scratch_folder(uploaded: MediaAsset, scratch: Path) -> None:
    folder = scratch / str(uploaded.pk)
    folder.mkdir()

    assert services.sweep_scratch() == 0
    assert folder.is_dir()
    folder.rmdir()


@pytest.mark.parametrize("seconds", [0.2])
def test_a_very_short_film_is_played_too(people: People, seconds: float) -> None:
    asset = make.ready(people.instructor, people.county, make.clip(seconds=seconds))

    assert asset.state == "ready", asset.failure_detail
    assert [unit.state for unit in WorkUnit.objects.filter(asset=asset)] == ["done"] * 3
