"""Keeps a few programs running: starts them, starts them again, and ends them all together.

Knows nothing of the site. Every program is the head of a process group of its own, so that Ctrl-C in the
terminal reaches only the supervisor, and nothing a program has started can stay behind. If the supervisor
itself is killed, the kernel ends the programs.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

# A program that ran this long was well: if it ends now, it is started again as after its first failure.
WELL_AFTER_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.3
LONGEST_LINE_BYTES = 8192

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

Say = Callable[[str, str], None]


@dataclass(frozen=True)
class Program:
    """Something to keep running.

    `environment` is the whole of its environment. `inherited` are file descriptors it is given.
    `signal_when_orphaned` is what the kernel sends it when the supervisor is gone, however it went.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    inherited: Sequence[int] = ()
    signal_when_orphaned: signal.Signals = signal.SIGTERM


@dataclass
class Running:
    """A program and its present process, or the instant at which it gets its next one."""

    program: Program
    delay: float
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    rest: bytes = b""  # of its output: the line that is not whole yet


@dataclass
class Supervisor:
    """Runs `programs` until SIGINT or SIGTERM; `say(name, line)` gets every line that they or it write."""

    programs: Sequence[Program]
    say: Say
    grace_seconds: float = 8.0
    first_delay_seconds: float = 2.0
    longest_delay_seconds: float = 30.0
    on_started: Callable[[], None] = lambda: None
    stop_signals: list[int] = field(default_factory=list)

    def run(self) -> None:
        """Start everything, keep it running, and return when everything has ended."""
        self.selector = selectors.DefaultSelector()
        self.running = [Running(program, self.first_delay_seconds) for program in self.programs]
        with self._stopped_by(signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            try:
                self._start_what_is_due()
                self.on_started()
                while not self.stop_signals:
                    self._pass_on_output(LOOK_EVERY_SECONDS)
                    self._notice_ends()
                    self._start_what_is_due()
                self.say("serve", "stopping")
            finally:
                self._stop_all()

    def watch(self, descriptor: int, callback: Callable[[], None]) -> None:
        """Call `callback` once, as soon as `descriptor` can be read."""

        def once() -> None:
            self.selector.unregister(descriptor)
            callback()

        self.selector.register(descriptor, selectors.EVENT_READ, once)

    @contextlib.contextmanager
    def _stopped_by(self, *numbers: signal.Signals) -> Iterator[None]:
        def note(number: int, frame: FrameType | None) -> None:
            self.stop_signals.append(number)

        # A signal that is ignored (nohup, a shell's background job) stays ignored.
        wanted = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, note) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    # --- starting -------------------------------------------------------------------------------------------

    def _start_what_is_due(self) -> None:
        for each in self.running:
            if each.process is None and time.monotonic() >= each.start_at and not self.stop_signals:
                self._start(each)

    def _start(self, each: Running) -> None:
        supervisor = os.getpid()
        number = int(each.program.signal_when_orphaned)

        def end_with_supervisor() -> None:
            if _LIBC is not None:
                _LIBC.prctl(_PR_SET_PDEATHSIG, number)
            if os.getppid() != supervisor:  # it was gone before the kernel knew our wish
                os._exit(1)

        try:
            each.process = subprocess.Popen(
                each.program.argv,
                env=dict(each.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=tuple(each.program.inherited),
                start_new_session=True,
                preexec_fn=end_with_supervisor,
            )
        except OSError as error:  # no memory, too many processes: also passes
            self._start_later(each, f"cannot be started: {error.strerror}")
            return
        each.started_at = time.monotonic()
        assert each.process.stdout is not None
        output = each.process.stdout.fileno()
        os.set_blocking(output, False)
        self.selector.register(output, selectors.EVENT_READ, lambda: self._read(each, output))

    def _start_later(self, each: Running, reason: str) -> None:
        each.start_at = time.monotonic() + each.delay
        self.say("serve", f"{each.program.name} {reason}; it is started again in {each.delay:.0f} s")
        each.delay = min(each.delay * 2, self.longest_delay_seconds)

    # --- while they run -------------------------------------------------------------------------------------

    def _pass_on_output(self, seconds: float) -> None:
        for key, _ in self.selector.select(seconds):
            key.data()

    def _read(self, each: Running, output: int) -> None:
        """Pass on the whole lines there are; an endless one in pieces."""
        try:
            chunk = os.read(output, 65536)
        except BlockingIOError:
            return
        if not chunk:
            self.selector.unregister(output)
        *lines, each.rest = (each.rest + chunk).split(b"\n")
        if each.rest and (not chunk or len(each.rest) > LONGEST_LINE_BYTES):
            lines.append(each.rest)
            each.rest = b""
        for line in lines:
            if text := line.decode(errors="replace").rstrip():
                self.say(each.program.name, text)

    def _notice_ends(self) -> None:
        for each in self.running:
            if each.process is None or each.process.poll() is None:
                continue
            if time.monotonic() - each.started_at > WELL_AFTER_SECONDS:
                each.delay = self.first_delay_seconds
            ending = _how_it_ended(each.process.returncode)
            self._clear(each)
            self._start_later(each, ending)

    def _clear(self, each: Running) -> None:
        """Take what an ended program has said last, and end what it has left behind."""
        process, each.process = each.process, None
        assert process is not None
        assert process.stdout is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        output = process.stdout.fileno()
        while output in self.selector.get_map():
            self._read(each, output)
            if output in self.selector.get_map() and not _is_readable(output):
                self.selector.unregister(output)
        process.stdout.close()

    # --- stopping -------------------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        """End everything: politely, and after the time of grace, or at a second signal, by force."""
        living = [each for each in self.running if each.process is not None]
        for each in living:
            assert each.process is not None
            if each.process.poll() is None:
                each.process.terminate()
        deadline = time.monotonic() + self.grace_seconds
        while living and time.monotonic() < deadline and len(self.stop_signals) < 2:
            self._pass_on_output(0.1)
            for each in [each for each in living if each.process is not None and each.process.poll() is not None]:
                self._clear(each)
                living.remove(each)
        for each in living:
            assert each.process is not None
            self.say("serve", f"{each.program.name} has not ended within {self.grace_seconds:.0f} s: killed")
            with contextlib.suppress(ProcessLookupError):
                os.killpg(each.process.pid, signal.SIGKILL)
            each.process.wait()
            self._clear(each)
        self.say("serve", "stopped")


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was killed ({signal.Signals(-code).name})"
    return f"ended by itself (exit code {code})"


def _is_readable(descriptor: int) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        return bool(selector.select(0))
