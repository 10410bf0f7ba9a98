"""Where sources and streaming files lie: a local folder or an object store, behind one small interface.

Django's storage interface alone does not do: it reads whole S3 objects into memory or a temporary file,
cannot rename, and would pick another name rather than refuse to overwrite. Both kinds here raise MachineBusy
(storage, disk_full) for what may work later, and FileNotFoundError for what is not there.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from media_pipeline.rules import MachineBusy

CHUNK = 1 << 20
CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
}
Tick = Callable[[], None]


class Store(Protocol):
    """What the pipeline asks of a storage. Keys are server-made paths: 'sources/..', 'hls/..'."""

    def incoming(self) -> Path:
        """A local folder for files that are being received; cheap to move from into the store."""
        ...

    def keep(self, path: Path, key: str) -> None:
        """Move a local file into the store, safely on disk at return. Never overwrites a kept file."""
        ...

    def keep_all(self, files: list[tuple[Path, str]], tick: Tick) -> None:
        """`keep` for many files; `tick` is called between them."""
        ...

    def fetch(self, key: str, scratch: Path, tick: Tick) -> Path:
        """A local path of a kept file: the file itself, or a copy made below `scratch`."""
        ...

    def read(self, key: str) -> bytes:
        """A small file, whole."""
        ...

    def open(self, key: str) -> tuple[Chunks, int]:
        """A file as chunks, and its size in bytes."""
        ...

    def presigned(self, key: str, seconds: int) -> str:
        """An address at which anybody can read the file for that long."""
        ...

    def discard(self, prefix: str) -> None:
        """Remove a file, or all files below a folder; nothing happens when there are none."""
        ...


def store() -> Store:
    """The project's default storage (settings.STORAGES) as a Store."""
    default = storages["default"]
    return LocalStore(default) if isinstance(default, FileSystemStorage) else ObjectStore(default)


def content_type(key: str) -> str:
    return CONTENT_TYPES.get(Path(key).suffix, "application/octet-stream")


def busy(error: OSError) -> MachineBusy:
    """What an error of the disk means to a work unit."""
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return MachineBusy("disk_full" if full else "storage", str(error))


@contextmanager
def disk_errors() -> Iterator[None]:
    """Errors of the disk become MachineBusy, except for a file that is not there."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise busy(error) from error


def sync(path: Path) -> None:
    """Have the disk hold what was written to a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class LocalStore:
    """Files below the storage's folder. A file gets its name only when it is complete."""

    def __init__(self, storage: FileSystemStorage) -> None:
        self.root = Path(storage.location)

    def _path(self, key: str) -> Path:
        path = (self.root / key).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise FileNotFoundError(key)
        return path

    def incoming(self) -> Path:
        folder = self.root / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def keep(self, path: Path, key: str) -> None:
        with disk_errors():
            target = self._path(key)
            target.parent.mkdir(parents=True, exist_ok=True)
            self._place(path, target)
            sync(target.parent)

    def _place(self, path: Path, target: Path) -> None:
        path.chmod(0o644)
        try:
            os.link(path, target)  # unlike a rename it refuses to replace what is there
        except OSError as error:
            if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK}:
                raise
            draft = target.with_name(f".{target.name}.draft")
            shutil.copyfile(path, draft)
            draft.chmod(0o644)
            os.link(draft, target)
            draft.unlink()
        sync(target)
        path.unlink()

    def keep_all(self, files: list[tuple[Path, str]], tick: Tick) -> None:
        for path, key in files:
            self.keep(path, key)
            tick()

    def fetch(self, key: str, scratch: Path, tick: Tick) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise FileNotFoundError(key)
        return path

    def read(self, key: str) -> bytes:
        with disk_errors():
            return self._path(key).read_bytes()

    def open(self, key: str) -> tuple[Chunks, int]:
        with disk_errors():
            file = self._path(key).open("rb")
        return Chunks(file), os.fstat(file.fileno()).st_size

    def presigned(self, key: str, seconds: int) -> str:
        raise MachineBusy("storage", "files on the local disk have no address of their own")

    def discard(self, prefix: str) -> None:
        path = self._path(prefix)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


class Chunks:
    """An open file piece by piece; closed at its end, or by whoever stops reading before."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __iter__(self) -> Chunks:
        return self

    def __next__(self) -> bytes:
        data: bytes = self.file.read(CHUNK)
        if not data:
            self.close()
            raise StopIteration
        return data

    def close(self) -> None:
        self.file.close()


class ObjectStore:
    """Objects of an S3-compatible store, through the client that django-storages has set up."""

    PARALLEL = 8  # a small file takes much longer to travel than to send

    def __init__(self, storage: Any) -> None:
        self.bucket = storage.bucket_name
        self.client = storage.connection.meta.client
        self.root = storage.location.strip("/")

    def _key(self, key: str) -> str:
        return f"{self.root}/{key}" if self.root else key

    @contextmanager
    def _errors(self, key: str) -> Iterator[None]:
        """Errors of network and service become MachineBusy, except for an object that is not there."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            with disk_errors():
                yield
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"NoSuchKey", "404"}:
                raise FileNotFoundError(key) from error
            raise MachineBusy("storage", str(error)) from error
        except (BotoCoreError, Boto3Error) as error:
            raise MachineBusy("storage", str(error)) from error

    def incoming(self) -> Path:
        folder: Path = settings.SCRATCH_DIR / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def keep(self, path: Path, key: str) -> None:
        extra = {"ContentType": content_type(key)}
        with self._errors(key):  # in parts, when the file is large
            self.client.upload_file(str(path), self.bucket, self._key(key), ExtraArgs=extra)
        path.unlink()

    def keep_all(self, files: list[tuple[Path, str]], tick: Tick) -> None:
        with ThreadPoolExecutor(self.PARALLEL) as pool:
            waiting = {pool.submit(self.keep, path, key) for path, key in files}
            try:
                while waiting:
                    done, waiting = wait(waiting, timeout=0.5)
                    for future in done:
                        future.result()
                    tick()
            finally:
                pool.shutdown(cancel_futures=True)

    def fetch(self, key: str, scratch: Path, tick: Tick) -> Path:
        target, draft = scratch / "source", scratch / f".source.{os.getpid()}"
        if target.is_file():
            return target
        scratch.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            draft.unlink()
        chunks, _size = self.open(key)
        with self._errors(key), draft.open("wb") as file:
            for data in chunks:
                file.write(data)
                tick()
        draft.rename(target)
        return target

    def read(self, key: str) -> bytes:
        with self._errors(key):
            data: bytes = self.client.get_object(Bucket=self.bucket, Key=self._key(key))["Body"].read()
            return data

    def open(self, key: str) -> tuple[Chunks, int]:
        with self._errors(key):
            answer = self.client.get_object(Bucket=self.bucket, Key=self._key(key))
        return Chunks(answer["Body"]), answer["ContentLength"]

    def presigned(self, key: str, seconds: int) -> str:
        parameters = {"Bucket": self.bucket, "Key": self._key(key)}
        with self._errors(key):
            url: str = self.client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds)
            return url

    def discard(self, prefix: str) -> None:
        with self._errors(prefix):
            self.client.delete_object(Bucket=self.bucket, Key=self._key(prefix))
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self._key(prefix).rstrip("/") + "/"):
                found = [{"Key": one["Key"]} for one in page.get("Contents", [])]
                if found:
                    self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": found, "Quiet": True})
