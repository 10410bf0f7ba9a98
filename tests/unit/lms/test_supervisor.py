"""The supervisor with toy programs: real processes, real signals, short times."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

pytestmark = pytest.mark.profile("embedded")  # it knows nothing of databases
PROJECT = Path(__file__).resolve().parents[3]
PRELUDE = """
import os, signal, sys
from lms.serving import supervisor
from lms.serving.supervisor import Program, Supervisor
supervisor.LOOK_EVERY_SECONDS = 0.05
# The tests themselves may run where these are ignored: in the background of a script, under nohup.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
def say(name, line):
    print(f"{name}: {line}", flush=True)
def program(name, code, **more):
    return Program(name, [sys.executable, "-u", "-c", code], dict(os.environ), **more)
"""
HELLO = "import os, signal, subprocess, sys, time; print('pid', os.getpid()); "
SLEEPER = HELLO + "time.sleep(60)"
STUBBORN = HELLO + "signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(60)"
PARENT = HELLO + (
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "print('child', child.pid); time.sleep(60)"
)


class Run:
    """A supervisor in a process of its own, and the lines it has written."""

    def __init__(self, programs: str, *, options: str = "", before: str = "") -> None:
        code = f"{PRELUDE}\n{before}\nSupervisor([{programs}], say, {options}).run()"
        argv = [sys.executable, "-c", code]
        self.process = subprocess.Popen(argv, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        self.lines: list[str] = []

    def line(self, beginning: str, *, after: int = 0) -> str:
        """The rest of the first line from number `after` on that begins so."""
        assert self.process.stdout is not None
        while True:
            for line in self.lines[after:]:
                if line.startswith(beginning):
                    return line.removeprefix(beginning).strip()
            written = self.process.stdout.readline()
            assert written, f"no line {beginning!r} in {self.lines}"
            self.lines.append(written.rstrip("\n"))

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.end()

    def end(self) -> int:
        assert self.process.stdout is not None
        self.lines += self.process.stdout.read().splitlines()
        return self.process.wait(20)


@pytest.fixture
def start() -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(*arguments: str, **more: str) -> Run:
        runs.append(Run(*arguments, **more))
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.wait()
        if run.process.stdout is not None:
            run.process.stdout.close()


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while is_running(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_every_program_and_the_supervisor(start: Callable[..., Run], number: signal.Signals) -> None:
    run = start(f"program('a', {SLEEPER!r}), program('b', {SLEEPER!r})")
    pids = [int(run.line("a: pid")), int(run.line("b: pid"))]
    assert run.stop(number) == 0
    assert run.lines[-2:] == ["serve: stopping", "serve: stopped"]
    assert not [pid for pid in pids if is_running(pid)]


def test_a_signal_that_was_ignored_from_the_start_stays_ignored(start: Callable[..., Run]) -> None:
    run = start(f"program('a', {SLEEPER!r})", before="signal.signal(signal.SIGHUP, signal.SIG_IGN)")
    run.line("a: pid")
    run.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert run.process.poll() is None
    assert run.stop() == 0


def test_a_killed_program_comes_back(start: Callable[..., Run]) -> None:
    run = start(f"program('a', {SLEEPER!r})")
    first = int(run.line("a: pid"))
    subprocess.run(["kill", "-9", str(first)], check=True)
    assert run.line("serve: a was killed (SIGKILL);") == "it is started again in 2 s"
    second = int(run.line("a: pid", after=2))
    assert second != first
    assert run.stop() == 0


def test_a_program_that_ends_again_and_again_is_started_ever_later(start: Callable[..., Run]) -> None:
    options = "first_delay_seconds=0.5, longest_delay_seconds=1.5"
    run = start("program('a', 'import sys; sys.exit(3)')", options=options)
    ends = []
    for number in range(4):
        run.line("serve: a ended by itself (exit code 3)", after=number)
        ends.append(time.monotonic())
    first, second, third = (later - earlier for earlier, later in pairwise(ends))
    assert first > 0.5
    assert second > 1.0
    assert third > 1.5
    assert run.stop() == 0


def test_what_a_killed_program_leaves_behind_is_ended_before_its_next_start(start: Callable[..., Run]) -> None:
    run = start(f"program('a', {PARENT!r})")
    parent, child = int(run.line("a: pid")), int(run.line("a: child"))
    subprocess.run(["kill", "-9", str(parent)], check=True)
    run.line("serve: a was killed")
    wait_until_gone(child)
    assert run.stop() == 0


def test_what_does_not_end_in_time_is_killed_with_all_it_has_started(start: Callable[..., Run]) -> None:
    run = start(f"program('a', {STUBBORN!r}), program('b', {PARENT!r})", options="grace_seconds=1.0")
    run.line("a: deaf")
    child = int(run.line("b: child"))
    began = time.monotonic()
    assert run.stop() == 0
    assert 0.9 < time.monotonic() - began < 5
    assert run.lines[-2:] == ["serve: a has not ended within 1 s: killed", "serve: stopped"]
    wait_until_gone(child)


def test_a_second_signal_ends_the_waiting(start: Callable[..., Run]) -> None:
    run = start(f"program('a', {STUBBORN!r})", options="grace_seconds=60.0")
    run.line("a: deaf")
    run.process.send_signal(signal.SIGINT)
    run.line("serve: stopping")
    began = time.monotonic()
    assert run.stop(signal.SIGINT) == 0
    assert time.monotonic() - began < 10


def test_the_kill_of_the_supervisor_leaves_no_process(start: Callable[..., Run]) -> None:
    stubborn = f"program('b', {STUBBORN!r}, signal_when_orphaned=signal.SIGKILL)"
    run = start(f"program('a', {SLEEPER!r}), {stubborn}")
    pids = [int(run.line("a: pid")), int(run.line("b: pid"))]
    run.line("b: deaf")
    run.process.kill()
    for pid in pids:
        wait_until_gone(pid)


def test_output_arrives_in_whole_lines_with_the_programs_name(start: Callable[..., Run]) -> None:
    code = (
        "import os, sys, time\n"
        "os.write(1, b'half')\ntime.sleep(0.3)\nos.write(1, b' and half\\n\\nsecond\\n')\n"
        "os.write(2, '错误 \\u00e9'.encode() + b'\\xff\\n' + b'x' * 20000 + b'\\n')\n"
        "os.write(1, b'the last without its end')\nsys.exit(0)\n"
    )
    run = start(f"program('a', {code!r})")
    run.line("serve: a ended by itself (exit code 0)")
    assert run.stop() == 0
    said = [line.removeprefix("a: ") for line in run.lines if line.startswith("a: ")]
    assert said[:3] == ["half and half", "second", "错误 é\ufffd"]
    assert "".join(said[3:-1]) == "x" * 20000
    assert said[-1] == "the last without its end"


def test_a_program_that_cannot_be_started_is_tried_again(start: Callable[..., Run]) -> None:
    run = start(f"Program('ghost', ['/no/such/program'], {{}}), program('a', {SLEEPER!r})")
    run.line("a: pid")
    assert run.line("serve: ghost cannot be started:") == "No such file or directory; it is started again in 2 s"
    assert run.stop() == 0
