"""A message transport for one machine that needs no server: files in a folder, safe against kill -9.

A message is written beside, flushed to disk and renamed into place, so that nobody reads half of one. A
worker claims it by renaming it into a folder of its own, held by a lock which the kernel drops when the
process dies; the messages of dead owners are given back, marked as redelivered. (kombu's own filesystem
transport loses the message of a killed worker, and a worker dies of a half-written one.) The database stays
the truth: messages are hints.

    messages/   <instant>_<id>[_r<returns>].<queue>.msg, oldest first
    in-flight/  <owner>/.lock and the messages it has claimed; <name>.bad: set aside, nobody could read it
    control/    <exchange>.exchange: which queue gets what

Limits: one machine, one filesystem; the order of messages follows the wall clock.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem, virtual
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

SWEEP_EVERY_SECONDS = 5.0
# What a process has left that was killed between writing and renaming.
ABANDONED_AFTER_SECONDS = 3600.0
# A message that has taken so many workers with it is set aside instead of taking the next one.
MOST_RETURNS = 20

# What reading a file that is no message may raise: not UTF-8, not JSON, JSON of another shape.
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OSError)

logger = logging.getLogger(__name__)


class QoS(virtual.QoS):
    """Acknowledging a message removes its file from the owner's folder."""

    def ack(self, delivery_tag: str) -> None:
        super().ack(delivery_tag)
        self.channel.forget(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        super().reject(delivery_tag, requeue=requeue)
        self.channel.forget(delivery_tag)


class Slot:
    """A process's folder of claimed messages, locked as long as the process lives."""

    of_root: dict[str, Slot] = {}

    def __init__(self, root: str) -> None:
        name = uuid.uuid4().hex
        hidden, self.path = Path(root) / f".{name}", Path(root) / name
        hidden.mkdir(parents=True)
        self.lock = os.open(hidden / ".lock", os.O_CREAT | os.O_RDWR)
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        hidden.rename(self.path)  # locked before it can be seen

    @classmethod
    def mine(cls, root: str) -> Slot:
        """This process's slot below `root`, made anew when somebody has emptied the folder meanwhile."""
        slot = cls.of_root.get(root)
        if slot is None or not slot.path.exists():
            if slot is not None:
                os.close(slot.lock)
            slot = cls.of_root[root] = Slot(root)
        return slot

    @classmethod
    def leave_to_parent(cls) -> None:
        """In a forked child: the slots are the parent's.

        A child that kept the locks would keep them after its parent's death, and the messages of the dead
        would wait for it.
        """
        for slot in cls.of_root.values():
            os.close(slot.lock)
        cls.of_root.clear()


os.register_at_fork(after_in_child=Slot.leave_to_parent)


class Channel(filesystem.Channel):
    QoS = QoS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claimed: dict[str, Path] = {}
        self.next_sweep = 0.0
        for folder in (self.data_folder_in, self.data_folder_out, self.processed_folder, self.control_folder):
            Path(folder).mkdir(parents=True, exist_ok=True)

    # --- messages -------------------------------------------------------------------------------------------

    # Ignored: kombu's two classes above this one disagree about the name of the second argument.
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        _write_whole(Path(self.data_folder_out) / _new_name(queue), str_to_bytes(dumps(payload)))

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        if _was_told_to_stop():
            raise Empty
        if time.monotonic() >= self.next_sweep:
            self.next_sweep = time.monotonic() + SWEEP_EVERY_SECONDS
            self._sweep()
        for name in sorted(os.listdir(self.data_folder_in)):
            if _queue_of(name) != queue:
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
        """The message in `path`; what is none is set aside as .bad, because it must never stop a worker."""
        try:
            message: dict[str, Any] = loads(bytes_to_str(path.read_bytes()))
            self.Message(message, channel=self)  # as the worker will do: it must have the parts of a message
            delivery = message["properties"]["delivery_info"]
            delivery["exchange"], delivery["routing_key"]
            if returns := _returns_of(path.name):
                delivery["redelivered"] = True
        except UNREADABLE as error:
            self._set_aside(path, f"it is no message ({error!r})")
            return None
        if returns > MOST_RETURNS:
            self._set_aside(path, f"{returns} workers have died of it")
            return None
        return message

    def _set_aside(self, path: Path, reason: str) -> None:
        aside = Path(self.processed_folder) / f"{path.name}.bad"
        logger.error("message %s is set aside: %s", aside, reason)
        with contextlib.suppress(FileNotFoundError):
            path.rename(aside)

    def forget(self, delivery_tag: str) -> None:
        """Remove the file of a message that is done with."""
        path = self.claimed.pop(delivery_tag, None)
        if path is not None:
            path.unlink(missing_ok=True)

    def _restore(self, message: Any, *args: Any, **kwargs: Any) -> None:
        path = self.claimed.pop(message.delivery_tag, None)  # None: acknowledged in this very instant
        if path is not None and not self._give_back(path):
            super()._restore(message, *args, **kwargs)

    def _give_back(self, path: Path) -> bool:
        """Put a claimed message back into its queue, behind what waits there; False when the file is gone.

        A rename: it needs no space on a full disk, and there is no instant with two of it, or none.
        """
        name = _new_name(_queue_of(path.name), returns=_returns_of(path.name) + 1)
        try:
            path.rename(Path(self.data_folder_out) / name)
        except FileNotFoundError:
            return False
        return True

    def _size(self, queue: str) -> int:
        return sum(1 for name in os.listdir(self.data_folder_in) if _queue_of(name) == queue)

    def _purge(self, queue: str) -> int:
        count = 0
        for name in os.listdir(self.data_folder_in):
            if _queue_of(name) == queue:
                (Path(self.data_folder_in) / name).unlink(missing_ok=True)
                count += 1
        return count

    # --- what the dead have left ----------------------------------------------------------------------------

    def _sweep(self) -> None:
        mine = Slot.of_root.get(self.processed_folder)
        for slot in list(Path(self.processed_folder).iterdir()):
            if slot.suffix == ".bad" or (mine is not None and slot == mine.path) or not slot.is_dir():
                continue
            if slot.name.startswith(".") and not _is_abandoned(slot):
                continue
            with _lock_of(slot) as is_ours:
                if is_ours:
                    for path in sorted(slot.glob("*.msg")):
                        self._give_back(path)
                    shutil.rmtree(slot, ignore_errors=True)
        for draft in Path(self.data_folder_in).glob(".*.draft"):
            if _is_abandoned(draft):
                draft.unlink(missing_ok=True)

    # --- which queue gets what ------------------------------------------------------------------------------

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        """The queues for a message; a task without a binding goes to the queue of the routing key's name.

        A sender declares its queues once per connection: should somebody empty the folder meanwhile, kombu
        would drop what is sent without a word. (Worker events, on a topic exchange, are dropped when nobody
        listens.)
        """
        found = list(super()._lookup(exchange, routing_key, default))
        return found if found or self.typeof(exchange).type != "direct" else [routing_key]

    def get_table(self, exchange: str) -> list[filesystem.exchange_queue_t]:
        try:
            rows = loads(bytes_to_str(self._exchange_file(exchange).read_bytes()))
            return [filesystem.exchange_queue_t(*row) for row in rows]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError):
            # Only what is written below can stand there. Every worker and every sender declares its queues
            # again.
            logger.exception("the bindings of exchange %r cannot be read: made anew", exchange)
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        if row in self.get_table(exchange):
            return
        with self._bindings_are_mine():
            rows = self.get_table(exchange)
            if row not in rows:
                self._write_table(exchange, [row, *rows])

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        self._purge(queue)
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._bindings_are_mine():
            rows = self.get_table(exchange)
            if row in rows:
                self._write_table(exchange, [each for each in rows if each != row])

    def _write_table(self, exchange: str, rows: list[filesystem.exchange_queue_t]) -> None:
        _write_whole(self._exchange_file(exchange), str_to_bytes(dumps(rows)))

    @contextlib.contextmanager
    def _bindings_are_mine(self) -> Iterator[None]:
        with (Path(self.control_folder) / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """kombu transport `safefs://`; options as kombu's filesystem transport, all folders on one filesystem."""

    Channel = Channel

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        # kombu's is one for the whole process: it would take another folder's bindings for this one's.
        self.state = virtual.BrokerState()


def _was_told_to_stop() -> bool:
    """Whether this worker has got SIGTERM; it asks itself seconds later, and takes nothing new meanwhile."""
    from celery.worker import state  # here, because it loads much, and only a worker comes here

    return state.should_stop is not None and state.should_stop is not False


def _new_name(queue: str, *, returns: int = 0) -> str:
    mark = f"_r{returns}" if returns else ""
    return f"{time.time_ns():020d}_{uuid.uuid4().hex}{mark}.{queue}.msg"


def _queue_of(name: str) -> str:
    """The queue a file belongs to: '017.._ab.default.msg' -> 'default'; '' for drafts and strangers."""
    stem, _, rest = name.partition(".")
    return rest.removesuffix(".msg") if stem and rest.endswith(".msg") else ""


def _returns_of(name: str) -> int:
    """How often a message has been given back: '017.._ab_r2.default.msg' -> 2."""
    _, _, mark = name.partition(".")[0].rpartition("_r")
    return int(mark) if mark.isdigit() else 0


def _write_whole(path: Path, content: bytes) -> None:
    """`path` holds the old content or the new one, whatever happens; a draft that does not fit is removed."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _is_abandoned(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > ABANDONED_AFTER_SECONDS
    except FileNotFoundError:
        return False  # not any more


@contextlib.contextmanager
def _lock_of(slot: Path) -> Iterator[bool]:
    """Whether the owner of `slot` is dead; if so, the slot is ours within the block."""
    try:
        lock = os.open(slot / ".lock", os.O_RDWR | os.O_CREAT)
    except (FileNotFoundError, NotADirectoryError):
        yield False  # another process has just cleared it
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        # Whoever cleared it between our opening and our locking has unlinked the file we hold.
        yield os.fstat(lock).st_nlink > 0
    finally:
        os.close(lock)
