"""The broker of the embedded form, with real workers that are killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from kombu import Connection, Queue
from kombu.exceptions import OperationalError

from lms import file_broker
from lms.settings import backends

pytestmark = pytest.mark.profile("embedded")
PROJECT = Path(__file__).resolve().parents[3]
SECONDS = 40.0


def wait_for(condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@dataclass
class Workshop:
    """A broker's folder, and workers on it."""

    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"TEST_BROKER": f"file://{self.folder}/broker", "BROKER_TRACES": str(self.folder)}

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker for the queue `celery` with one child."""
        number = len(self.workers)
        argv = [sys.executable, "-m", "celery", "-A", "tests.integration.lms.broker_app", "worker"]
        argv += [
            "--concurrency",
            "1",
            "--without-gossip",
            "--without-mingle",
            "--hostname",
            f"w{number}@test",
        ]
        with (self.folder / f"worker{number}.log").open("wb") as log:
            process = subprocess.Popen(
                argv, cwd=PROJECT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.workers.append(process)
        return process

    def send(self, *tasks: tuple[str, float]) -> None:
        """Send `work` for each (name, seconds), in order, through the transport itself."""
        with Connection("safefs://", transport_options=self.options) as connection:
            channel = connection.channel()
            producer = connection.Producer(channel)
            queue = Queue("celery", exchange="celery", routing_key="celery")
            for name, seconds in tasks:
                headers = {"task": "tests.integration.lms.broker_app.work", "id": name, "lang": "py"}
                body = [[name, seconds], {}, {}]
                producer.publish(
                    body,
                    exchange="celery",
                    routing_key="celery",
                    declare=[queue(channel)],
                    headers=headers,
                    correlation_id=name,
                )

    @property
    def options(self) -> dict[str, object]:
        options: dict[str, object] = backends.broker(f"file://{self.folder}/broker")["broker_transport_options"]
        return options

    @property
    def messages(self) -> Path:
        return self.folder / "broker" / "messages"

    @property
    def in_flight(self) -> Path:
        return self.folder / "broker" / "in-flight"

    def waiting(self) -> list[Path]:
        return sorted(self.messages.glob("*.msg"))

    def traces(self, beginning: str = "") -> list[list[str]]:
        """[begin|end, task's name, process, redelivered] of the traces that begin so."""
        path = self.folder / "trace"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.split() for line in lines if line.startswith(beginning)]

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    workshop = Workshop(tmp_path)
    yield workshop
    workshop.close()


def test_the_task_of_a_worker_killed_with_kill_9_is_run_again_by_the_next_worker(workshop: Workshop) -> None:
    first = workshop.worker()
    workshop.send(("slow", 4.0))
    wait_for(lambda: workshop.traces("begin slow"), "the first begin")
    child = int(workshop.traces()[0][2])
    assert child != first.pid
    first.send_signal(signal.SIGKILL)
    first.wait()
    workshop.worker()
    wait_for(lambda: workshop.traces("end slow"), "the end")
    begins, ends = workshop.traces("begin slow"), workshop.traces("end slow")
    assert [begin[3] for begin in begins] == ["False", "True"]
    # The killed worker's child ended too, before it finished the task beside the second run.
    assert [end[2] for end in ends] == [begins[1][2]]
    assert not is_running(child)
    wait_for(lambda: not list(workshop.in_flight.glob("*/*.msg")), "the acknowledgement")
    assert workshop.waiting() == []


def test_a_killed_workers_child_neither_keeps_the_lock_nor_lives_on(workshop: Workshop) -> None:
    worker = workshop.worker()
    workshop.send(("slow", 20.0))
    wait_for(lambda: workshop.traces("begin slow"), "the begin")
    child = int(workshop.traces()[0][2])
    locks = [os.readlink(link) for link in Path(f"/proc/{child}/fd").iterdir() if link.exists()]
    assert not [lock for lock in locks if "in-flight" in lock]
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    wait_for(lambda: not is_running(child), "the child's end", seconds=5)


def test_term_finishes_the_running_task_and_leaves_the_others_to_the_next_worker(workshop: Workshop) -> None:
    worker = workshop.worker()
    workshop.send(("first", 2.0), ("second", 0.0))
    wait_for(lambda: workshop.traces("begin first"), "the begin")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(SECONDS) == 0
    assert [trace[:2] for trace in workshop.traces()] == [["begin", "first"], ["end", "first"]]
    workshop.worker()
    wait_for(lambda: workshop.traces("end second"), "the second task")
    assert len(workshop.traces("begin first")) == 1


def test_two_workers_share_the_messages_and_none_is_run_twice(workshop: Workshop) -> None:
    workshop.worker()
    workshop.worker()
    names = [f"task{number}" for number in range(40)]
    workshop.send(*[(name, 0.05) for name in names])
    wait_for(lambda: len(workshop.traces("end")) >= len(names), "all tasks")
    assert sorted(trace[1] for trace in workshop.traces("begin")) == sorted(names)
    assert len({trace[2] for trace in workshop.traces("begin")}) == 2, "one worker did everything"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 512,
        b'{"body": "W10="',
        b"[]",
        b'"text"',
        b"{}",
        b'{"properties": null}',
        b'{"properties": {"delivery_tag": "1", "delivery_info": {}}}',
        b'{"properties": {"delivery_tag": "1"}, "body": "x"}',
        b'{"body": "abc", "properties": {"delivery_tag": "1", "body_encoding": "base64",'
        b' "delivery_info": {"exchange": "", "routing_key": "celery"}}}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_message_is_set_aside(workshop: Workshop, content: bytes) -> None:
    workshop.send(("good", 0.0))
    (workshop.messages / "00000000000000000000_0.celery.msg").write_bytes(content)
    with Connection("safefs://", transport_options=workshop.options) as connection:
        queue = connection.SimpleQueue("celery", no_ack=True)
        assert queue.get(timeout=5).headers["id"] == "good"
        queue.close()
    assert [path.name for path in workshop.in_flight.glob("*.bad")] == ["00000000000000000000_0.celery.msg.bad"]


def test_a_folder_that_looks_like_a_message_is_set_aside(workshop: Workshop) -> None:
    workshop.send(("good", 0.0))
    (workshop.messages / "00000000000000000000_0.celery.msg").mkdir()
    with Connection("safefs://", transport_options=workshop.options) as connection:
        queue = connection.SimpleQueue("celery", no_ack=True)
        assert queue.get(timeout=5).headers["id"] == "good"
        queue.close()


def test_garbage_in_the_folder_never_ends_a_worker(workshop: Workshop) -> None:
    workshop.send(("before", 0.0))
    good = json.loads(workshop.waiting()[0].read_bytes())
    unknown = good | {"headers": good["headers"] | {"task": "no.such.task"}}
    contents = [b"", b"garbage", json.dumps(good | {"body": "bm8="}).encode(), json.dumps(unknown).encode()]
    contents.append(json.dumps(good | {"content-type": "application/x-python-serialize"}).encode())
    for number, content in enumerate(contents):
        (workshop.messages / f"{number:020d}_{number}.celery.msg").write_bytes(content)
    worker = workshop.worker()
    workshop.send(("after", 0.0))
    wait_for(lambda: workshop.traces("end after"), "the task behind the garbage")
    assert worker.poll() is None
    assert [trace[1] for trace in workshop.traces("end")] == ["before", "after"]


def test_a_message_that_has_killed_too_many_workers_is_set_aside(workshop: Workshop) -> None:
    workshop.send(("poison", 0.0))
    [path] = workshop.waiting()
    stem, _, rest = path.name.partition(".")
    path.rename(path.with_name(f"{stem}_r{file_broker.MOST_RETURNS + 1}.{rest}"))
    workshop.send(("good", 0.0))
    with Connection("safefs://", transport_options=workshop.options) as connection:
        queue = connection.SimpleQueue("celery", no_ack=True)
        assert queue.get(timeout=5).headers["id"] == "good"
        queue.close()
    assert len(list(workshop.in_flight.glob("*.bad"))) == 1


def dead_slot(workshop: Workshop, name: str = "dead") -> Path:
    slot = workshop.in_flight / name
    slot.mkdir(parents=True)
    (slot / ".lock").touch()
    return slot


def test_what_a_dead_owner_held_comes_back_behind_what_waits_even_on_a_full_disk(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.send(("held", 0.0), ("waiting", 0.0))
    held, _ = workshop.waiting()
    held.rename(dead_slot(workshop) / held.name)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file_broker, "_write_whole", full)
    with Connection("safefs://", transport_options=workshop.options) as connection:
        channel = connection.channel()
        received = [channel._get("celery") for _ in range(2)]
        assert [message["headers"]["id"] for message in received] == ["waiting", "held"]
        assert ["redelivered" in message["properties"]["delivery_info"] for message in received] == [
            False,
            True,
        ]
    assert not (workshop.in_flight / "dead").exists()


def test_a_living_owners_messages_stay_with_it(workshop: Workshop) -> None:
    workshop.send(("mine", 0.0))
    code = (
        "import sys, time\nfrom kombu import Connection\nimport lms, json\n"
        "channel = Connection('safefs://', transport_options=json.loads(sys.argv[1])).channel()\n"
        "print(channel._get('celery')['headers']['id'], flush=True)\ntime.sleep(60)\n"
    )
    argv = [sys.executable, "-c", code, json.dumps(workshop.options)]
    owner = subprocess.Popen(argv, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    try:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "mine\n"
        with Connection("safefs://", transport_options=workshop.options) as connection:
            with pytest.raises(file_broker.Empty):
                connection.channel()._get("celery")
            owner.kill()
            owner.wait()
            assert connection.channel()._get("celery")["headers"]["id"] == "mine"
    finally:
        owner.kill()
        owner.wait()
        owner.stdout.close()


def test_drafts_of_killed_senders_are_never_read_and_removed_in_the_end(workshop: Workshop) -> None:
    workshop.send(("good", 0.0))
    old = workshop.messages / ".00_a.celery.msg.1.draft"
    young = workshop.messages / ".00_b.celery.msg.2.draft"
    for draft in (old, young):
        draft.write_bytes(b"half")
    os.utime(old, (0, 0))
    with Connection("safefs://", transport_options=workshop.options) as connection:
        assert connection.channel()._get("celery")["headers"]["id"] == "good"
    assert not old.exists()
    assert young.exists()


def test_a_full_disk_fails_the_sending_and_leaves_no_draft(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.send(("first", 0.0))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file_broker.os, "fsync", full)
    with pytest.raises((OSError, OperationalError)):
        workshop.send(("second", 0.0))
    assert len(list(workshop.messages.iterdir())) == 1


def test_bindings_torn_by_a_crash_are_made_anew(workshop: Workshop) -> None:
    workshop.send(("first", 0.0))
    [bindings] = (workshop.folder / "broker" / "control").glob("*.exchange")
    bindings.write_bytes(b"")
    workshop.send(("second", 0.0))
    assert len(workshop.waiting()) == 2
    assert json.loads(bindings.read_bytes()) == [["celery", "", "celery"]]


def test_a_sender_whose_bindings_somebody_removed_loses_nothing(workshop: Workshop) -> None:
    with Connection("safefs://", transport_options=workshop.options) as connection:
        channel = connection.channel()
        queue = Queue("celery", exchange="celery", routing_key="celery")
        producer = connection.Producer(channel)
        for number in range(2):
            producer.publish({"n": number}, exchange="celery", routing_key="celery", declare=[queue(channel)])
            for bindings in (workshop.folder / "broker" / "control").glob("*.exchange"):
                bindings.unlink()
    assert len(workshop.waiting()) == 2


def test_many_processes_may_bind_at_once_and_no_binding_is_lost(workshop: Workshop) -> None:
    code = (
        "import sys, json\nfrom kombu import Connection, Queue\nimport lms\n"
        "channel = Connection('safefs://', transport_options=json.loads(sys.argv[1])).channel()\n"
        "sys.stdin.readline()\n"
        "for n in range(20):\n"
        "    Queue(f'q{sys.argv[2]}-{n}', exchange='shared', routing_key=str(n))(channel).declare()\n"
    )
    argv = [sys.executable, "-c", code, json.dumps(workshop.options)]
    binders = [subprocess.Popen([*argv, str(number)], cwd=PROJECT, stdin=subprocess.PIPE) for number in range(3)]
    time.sleep(1)  # until all have come to the line they wait at
    for binder in binders:
        assert binder.communicate(b"\n", timeout=SECONDS) == (None, None)
        assert binder.returncode == 0
    rows = json.loads((workshop.folder / "broker" / "control" / "shared.exchange").read_bytes())
    assert len(rows) == 60


def test_a_broker_folder_emptied_under_a_running_worker_is_used_again(workshop: Workshop) -> None:
    with Connection("safefs://", transport_options=workshop.options) as connection:
        channel = connection.channel()
        workshop.send(("first", 0.0))
        assert channel._get("celery")["headers"]["id"] == "first"
        for slot in workshop.in_flight.iterdir():
            for path in slot.iterdir():
                path.unlink()
            slot.rmdir()
        workshop.send(("second", 0.0))
        assert channel._get("celery")["headers"]["id"] == "second"


def test_the_number_of_waiting_messages_is_known_and_they_can_be_thrown_away(workshop: Workshop) -> None:
    workshop.send(("a", 0.0), ("b", 0.0))
    with Connection("safefs://", transport_options=workshop.options) as connection:
        channel = connection.channel()
        assert channel._size("celery") == 2
        assert channel._size("cel") == 0
        assert channel._purge("celery") == 2
    assert workshop.waiting() == []
