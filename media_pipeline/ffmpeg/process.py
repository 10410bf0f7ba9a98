"""Runs one program in the sandbox: reads what it says as it says it, watches the clock, ends it for sure."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from media_pipeline.ffmpeg import sandbox
from media_pipeline.rules import MachineBusy

TICK_SECONDS = 0.5
KEPT_STDERR = 8192
MOST_STDOUT = 8 << 20  # ffprobe's answer about a file with absurdly many streams


@dataclass(frozen=True)
class Finished:
    returncode: int
    stdout: str
    stderr: str  # its end


def run(
    program: list[str],
    *,
    cell: sandbox.Cell,
    limits: sandbox.Limits,
    tick: Callable[[], None],
    on_line: Callable[[str], None] | None = None,
) -> Finished:
    """Run `program` in `cell` until it ends.

    `tick` is called at least every half second; whatever it raises (a lost lease) ends the program at once.
    `on_line` takes each line of stdout instead of keeping it. Raises MachineBusy: time_limit past
    limits.wall_seconds, memory for endless output.
    """
    argv = sandbox.command(program, cell=cell, limits=limits)
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=sandbox.ENVIRONMENT,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise MachineBusy("program_missing", str(error)) from error
    try:
        return _watch(process, time.monotonic() + limits.wall_seconds, tick, on_line)
    finally:
        _end(process)


class _Output:
    """What a program says: lines of stdout handed on or kept, the end of stderr."""

    def __init__(self, on_line: Callable[[str], None] | None) -> None:
        self.on_line = on_line
        self.stdout = self.stderr = b""

    def take(self, is_error: bool, data: bytes) -> None:
        if is_error:
            self.stderr = (self.stderr + data)[-KEPT_STDERR:]
            return
        self.stdout += data
        if self.on_line is not None:
            *lines, self.stdout = self.stdout.split(b"\n")
            for line in lines:
                self.on_line(_text(line))
        if len(self.stdout) > MOST_STDOUT:
            raise MachineBusy("memory", "the program's answer is too long")


def _watch(
    process: subprocess.Popen[bytes],
    deadline: float,
    tick: Callable[[], None],
    on_line: Callable[[str], None] | None,
) -> Finished:
    output = _Output(on_line)
    with selectors.DefaultSelector() as selector:
        for stream, is_error in ((process.stdout, False), (process.stderr, True)):
            assert stream is not None
            selector.register(stream.fileno(), selectors.EVENT_READ, is_error)
        while selector.get_map() or process.poll() is None:
            for key, _ in selector.select(TICK_SECONDS):
                data = os.read(key.fd, 1 << 16)
                output.take(key.data, data)
                if not data:
                    selector.unregister(key.fd)
            tick()
            if time.monotonic() > deadline:
                raise MachineBusy("time_limit", _text(output.stderr))
    return Finished(process.returncode, _text(output.stdout), _text(output.stderr))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group, unless it has ended: bubblewrap's children die with it."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _text(data: bytes) -> str:
    """Whatever a stranger's file made ffmpeg say, as text every database takes."""
    return data.decode(errors="replace").replace("\x00", "")
