"""A message transport for one machine that needs no server: files in a folder, safe against kill -9.

A message is written beside, flushed to disk and renamed into place, so that nobody reads half of one. A worker
claims it by renaming it into a folder of its own, held by a lock which the kernel drops when the process dies; the
messages of dead owners are given back, marked as redelivered. (kombu's own filesystem transport loses the message of
a killed worker, and a worker dies of a half-written one.) The database stays the truth: messages are hints.

Limits: one machine, one filesystem; the order of messages follows the wall clock.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem, virtual
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

SWEEP_EVERY_SECONDS = 5.0


class QoS(virtual.QoS):
    """Acknowledging a message removes its file from the owner's folder."""

    def ack(self, delivery_tag: str) -> None:
        super().ack(delivery_tag)
        self.channel.forget(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        super().reject(delivery_tag, requeue=requeue)
        self.channel.forget(delivery_tag)


class Slot:
    """This process's folder of claimed messages, locked as long as the process lives."""

    current: Slot | None = None

    def __init__(self, root: str) -> None:
        name = uuid.uuid4().hex
        hidden, self.path = Path(root) / f".{name}", Path(root) / name
        hidden.mkdir(parents=True)
        self.lock = os.open(hidden / ".lock", os.O_CREAT | os.O_RDWR)
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        hidden.rename(self.path)  # locked before it can be seen
        self.pid = os.getpid()

    @classmethod
    def mine(cls, root: str) -> Slot:
        if cls.current is None or cls.current.pid != os.getpid():
            cls.current = Slot(root)
        return cls.current


class Channel(filesystem.Channel):
    QoS = QoS
    last_sweep = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claimed: dict[str, Path] = {}

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        draft = folder / f".{name}.draft"
        with draft.open("wb") as file:
            file.write(str_to_bytes(dumps(payload)))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        self._give_back_messages_of_the_dead()
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.startswith(".") or name.partition(".")[2] != f"{queue}.msg":
                continue
            claimed = Slot.mine(self.processed_folder).path / name
            try:
                (Path(self.data_folder_in) / name).rename(claimed)
            except FileNotFoundError:
                continue  # another worker was faster
            message = self._read(claimed)
            if message is None:
                continue
            if "pidbox" in queue:
                claimed.unlink()
            else:
                self.claimed[message["properties"]["delivery_tag"]] = claimed
            return message
        raise Empty

    def _read(self, path: Path) -> dict[str, Any] | None:
        """The message in `path`; an unreadable one is set aside as .bad, because it must never stop a worker."""
        try:
            return loads(bytes_to_str(path.read_bytes()))
        except ValueError:
            path.rename(Path(self.processed_folder) / f"{path.name}.bad")
            return None

    def _give_back_messages_of_the_dead(self) -> None:
        if time.monotonic() - Channel.last_sweep < SWEEP_EVERY_SECONDS:
            return
        Channel.last_sweep = time.monotonic()
        mine = Slot.current.path if Slot.current else None
        for slot in Path(self.processed_folder).iterdir():
            if not slot.is_dir() or slot.name.startswith(".") or slot == mine:
                continue
            try:
                lock = os.open(slot / ".lock", os.O_RDWR)
            except FileNotFoundError:
                continue  # another process is just clearing it
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._empty(slot)
            except BlockingIOError:
                pass  # its owner is alive
            finally:
                os.close(lock)

    def _empty(self, slot: Path) -> None:
        for path in sorted(slot.glob("*.msg")):
            message = self._read(path)
            if message is not None:
                delivery = message.setdefault("properties", {}).setdefault("delivery_info", {})
                delivery["redelivered"] = True
                self._put(path.name.partition(".")[2].removesuffix(".msg"), message)
                path.unlink()
        (slot / ".lock").unlink(missing_ok=True)
        slot.rmdir()

    def forget(self, delivery_tag: str) -> None:
        """Remove the file of a message that is done with."""
        path = self.claimed.pop(delivery_tag, None)
        if path is not None:
            path.unlink(missing_ok=True)

    def _restore(self, message: Any, *args: Any, **kwargs: Any) -> None:
        super()._restore(message, *args, **kwargs)
        self.forget(message.delivery_tag)

    def _size(self, queue: str) -> int:
        return sum(1 for name in os.listdir(self.data_folder_in) if name.partition(".")[2] == f"{queue}.msg")

    def _purge(self, queue: str) -> int:
        count = 0
        for path in Path(self.data_folder_in).glob(f"*.{queue}.msg"):
            path.unlink(missing_ok=True)
            count += 1
        return count


class Transport(filesystem.Transport):
    """kombu transport `safefs://`; options as kombu's filesystem transport, all folders on one filesystem."""

    Channel = Channel
