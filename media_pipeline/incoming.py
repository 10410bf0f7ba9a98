"""Receiving an upload: the bytes go to disk once, as they come, and are counted and hashed on the way."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from media_pipeline import scratch
from media_pipeline.storage import CHUNK, disk_errors, store


class Spool:
    """A file that is being received, under a name that only this process knows.

    Whoever makes one either hands it to services.register_upload, which keeps it, or discards it.
    """

    def __init__(self, limit: int) -> None:
        """`limit`: the most bytes it takes; what comes beyond is not written."""
        self.limit = limit
        self.size = 0
        self.too_large = False
        self.digest = hashlib.sha256()
        scratch.remove_abandoned_uploads()
        with disk_errors():
            self.path: Path = store().incoming() / f"{uuid.uuid4().hex}.part"
            self.file = self.path.open("xb")

    def write(self, data: bytes) -> None:
        """Append. Past the limit the bytes are dropped and `too_large` is set. Raises MachineBusy
        (disk_full).
        """
        self.size += len(data)
        if self.too_large or self.size > self.limit:
            self.too_large = True
            return
        self.digest.update(data)
        with disk_errors():
            self.file.write(data)

    def finish(self) -> None:
        """No more will come. Raises MachineBusy (disk_full)."""
        with disk_errors():
            self.file.close()

    @property
    def sha256(self) -> str:
        return self.digest.hexdigest()

    def discard(self) -> None:
        """Remove what was received; nothing happens when it was kept."""
        self.file.close()
        self.path.unlink(missing_ok=True)


class ReceivedFile(UploadedFile):
    """The file of an upload form. Closing it, which Django does after a request, discards what nobody kept."""

    def __init__(self, spool: Spool, name: str, content_type: str, extra: dict[str, Any] | None) -> None:
        super().__init__(None, name, content_type, spool.size, None, extra)
        self.spool = spool

    def close(self) -> None:
        self.spool.discard()


class SpoolingUploadHandler(FileUploadHandler):
    """Writes the file of the field `file` through a Spool; a second file is passed over.

    A file past the limit is read to its end but not written: a browser that is cut off shows no message at
    all.
    """

    chunk_size = CHUNK

    def __init__(self, request: Any = None, *, limit: int) -> None:
        super().__init__(request)
        self.limit = limit
        self.spool: Spool | None = None
        self.complete = False

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, *args, **kwargs)
        if field_name != "file" or self.spool is not None:
            raise SkipFile
        self.spool = Spool(self.limit)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self.spool is not None
        self.spool.write(raw_data)

    def file_complete(self, file_size: int) -> ReceivedFile | None:
        assert self.spool is not None
        self.spool.finish()
        self.complete = True
        return ReceivedFile(self.spool, self.file_name or "", self.content_type or "", self.content_type_extra)

    def upload_interrupted(self) -> None:
        """Called also when the form's last part is not a file; a complete one belongs to the form by then."""
        if self.spool is not None and not self.complete:
            self.spool.discard()
