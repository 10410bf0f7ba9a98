"""Both kinds of storage keep the same promises."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from media_pipeline import scratch
from media_pipeline.rules import MachineBusy
from media_pipeline.storage import LocalStore, store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "made"
    path.write_bytes(b"content" * 1000)
    return path


@pytest.fixture
def key() -> str:
    name = f"hls/test/{os.urandom(6).hex()}"
    return f"{name}/seg_00000.m4s"


def test_what_is_kept_can_be_read_whole_and_in_pieces(file: Path, key: str, tmp_path: Path) -> None:
    store().keep(file, key)

    assert not file.exists()
    assert store().read(key) == b"content" * 1000
    chunks, size = store().open(key)
    assert (b"".join(chunks), size) == (b"content" * 1000, 7000)
    fetched = store().fetch(key, tmp_path / "scratch", lambda: None)
    assert fetched.read_bytes() == b"content" * 1000


def test_a_fetched_source_is_fetched_once(file: Path, key: str, tmp_path: Path) -> None:
    store().keep(file, key)
    ticks: list[int] = []

    first = store().fetch(key, tmp_path / "scratch", lambda: ticks.append(1))
    before = len(ticks)
    second = store().fetch(key, tmp_path / "scratch", lambda: ticks.append(1))

    assert first == second
    assert len(ticks) == before
    assert [path.name for path in tmp_path.glob("scratch/*")] in ([], ["source"])


def test_what_is_not_there_is_said_to_be_not_there(key: str, tmp_path: Path) -> None:
    for ask in (store().read, store().open, lambda name: store().fetch(name, tmp_path, lambda: None)):
        with pytest.raises(FileNotFoundError):
            ask(key)
    store().discard(key)


def test_a_folder_is_discarded_with_all_that_is_in_it_and_nothing_beside(tmp_path: Path, key: str) -> None:
    folder = key.rpartition("/")[0]
    files = []
    for number, name in enumerate((f"{folder}/a.m4s", f"{folder}/720p/b.m4s", f"{folder}beside/c.m4s")):
        path = tmp_path / str(number)
        path.write_bytes(b"x")
        files.append((path, name))
    ticks: list[int] = []
    store().keep_all(files, lambda: ticks.append(1))

    store().discard(folder)

    assert ticks
    for name in (f"{folder}/a.m4s", f"{folder}/720p/b.m4s"):
        with pytest.raises(FileNotFoundError):
            store().read(name)
    assert store().read(f"{folder}beside/c.m4s") == b"x"


def test_a_tick_that_raises_ends_keeping_many_files(tmp_path: Path, key: str) -> None:
    files = []
    for number in range(20):
        path = tmp_path / str(number)
        path.write_bytes(b"x")
        files.append((path, f"{key}.{number}"))

    def stop() -> None:
        raise KeyError("stop")

    with pytest.raises(KeyError):
        store().keep_all(files, stop)


@pytest.mark.profile("embedded")
def test_a_kept_file_is_never_overwritten(file: Path, key: str, tmp_path: Path) -> None:
    store().keep(file, key)
    other = tmp_path / "other"
    other.write_bytes(b"other")

    with pytest.raises(MachineBusy):
        store().keep(other, key)

    assert store().read(key) == b"content" * 1000


@pytest.mark.profile("embedded")
def test_a_file_from_another_disk_is_copied(file: Path, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def across(source: Path, target: Path) -> None:
        if source == file:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        link(source, target)

    monkeypatch.setattr(os, "link", across)

    store().keep(file, key)

    assert store().read(key) == b"content" * 1000
    assert not file.exists()


@pytest.mark.profile("embedded")
@pytest.mark.parametrize("key", ["../outside", "hls/../../outside", "/etc/hostname"])
def test_a_key_leads_nowhere_else(key: str) -> None:
    local = store()
    assert isinstance(local, LocalStore)

    for ask in (local.read, local.open, local.discard):
        with pytest.raises(FileNotFoundError):
            ask(key)


@pytest.mark.profile("scaled")
def test_a_large_file_goes_to_the_object_store_in_parts(tmp_path: Path, key: str) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(20 << 20)

    store().keep(large, key)

    _chunks, size = store().open(key)
    _chunks.close()
    assert size == 20 << 20
    store().discard(key)


@pytest.mark.profile("scaled")
def test_an_object_store_that_is_away_is_the_machine_s_fault(key: str, file: Path) -> None:
    from botocore.config import Config
    from django.core.files.storage import storages
    from storages.backends.s3 import S3Storage

    from media_pipeline.storage import ObjectStore

    options = storages.backends["default"]["OPTIONS"] | {
        "endpoint_url": "http://127.0.0.1:9",
        "client_config": Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
    }
    for name in ("addressing_style", "signature_version"):
        options.pop(name, None)
    away = ObjectStore(S3Storage(**options))

    for attempt in (lambda: away.read(key), lambda: away.keep(file, key), lambda: away.discard(key)):
        with pytest.raises(MachineBusy) as busy:
            attempt()
        assert busy.value.reason == "storage"
    assert file.exists()


def test_two_runs_do_not_share_a_folder(settings: object) -> None:
    from uuid import UUID

    asset = UUID("22222222-2222-4222-8222-222222222222")
    first = scratch.run_folder(asset, 1, "aaa")
    (first / "half").write_bytes(b"x")

    assert scratch.run_folder(asset, 1, "bbb") != first
    assert list(scratch.run_folder(asset, 1, "aaa").iterdir()) == []
    scratch.remove(first.parent.parent)
