"""The room in which ffmpeg reads a stranger's file: no network, one input, one output folder, limits on
everything.

Two kinds. `bwrap` (bubblewrap) gives namespaces of its own: no network, no processes, of the file system only
/usr and what the run needs. Where the kernel or the container refuses namespaces there is `limits`: the same
limits on memory, time and files, but the file system and the network stay visible; ffmpeg's own whitelists
then stand alone. Both end with the worker: a killed worker leaves nothing running.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings

from media_pipeline.rules import MachineBusy

Kind = Literal["bwrap", "limits"]
INSIDE_SOURCE, INSIDE_OUTPUT = "/in/source", "/out"
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
# Programs and libraries, and the two files through which Debian finds some of them. Nothing else of /etc.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
LINKED = ("/etc/alternatives", "/etc/ld.so.cache")


@dataclass(frozen=True)
class Limits:
    """What one run may use. `wall_seconds` is watched by media_pipeline.ffmpeg.process, the rest by the
    kernel.
    """

    wall_seconds: int
    file_bytes: int = 1 << 20  # of any one file it writes
    memory_bytes: int = 4 << 30  # address space
    open_files: int = 256

    @property
    def cpu_seconds(self) -> int:
        """All threads together."""
        return self.wall_seconds * (os.cpu_count() or 1)


@dataclass(frozen=True)
class Cell:
    """One run's view: a source to read (or none), a folder to write to (or none)."""

    source: Path | None
    output: Path | None = None

    @property
    def source_url(self) -> str:
        """How the program inside names the source: an ffmpeg URL, so that no file name can be read as another
        one.
        """
        return "file:" + (INSIDE_SOURCE if kind() == "bwrap" else str(self.source))

    @property
    def output_path(self) -> str:
        return INSIDE_OUTPUT if kind() == "bwrap" else str(self.output)


@functools.cache
def kind() -> Kind:
    """Which kind of sandbox works on this machine; found out once per process by running ffprobe in it.

    Raises MachineBusy (program_missing) when there is no ffprobe at all.
    """
    program = executable(settings.FFPROBE)
    if shutil.which("bwrap") is None:
        return "limits"
    trial = [*_bubblewrap(Cell(None), program), program, "-version"]
    try:
        tried = subprocess.run(trial, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return "limits"
    return "bwrap" if tried.returncode == 0 else "limits"


def executable(name: str) -> str:
    """The full path of ffmpeg or ffprobe. Raises MachineBusy (program_missing) when it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise MachineBusy("program_missing", name)
    return found


def command(program: list[str], *, cell: Cell, limits: Limits) -> list[str]:
    """The argv that runs `program` (its first word a full path) in a cell, under limits."""
    limited = [
        "prlimit",
        f"--as={limits.memory_bytes}",
        f"--cpu={limits.cpu_seconds}",
        f"--fsize={limits.file_bytes}",
        f"--nofile={limits.open_files}",
        "--core=0",
        "--",
        *program,
    ]
    if kind() == "bwrap":
        return [*_bubblewrap(cell, program[0]), *limited]
    return ["setpriv", "--pdeathsig", "KILL", "--", *limited]


def _bubblewrap(cell: Cell, program: str) -> list[str]:
    argv = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    for directory in map(Path, SYSTEM):
        if directory.is_symlink():
            argv += ["--symlink", str(directory.readlink()), str(directory)]
        elif directory.is_dir():
            argv += ["--ro-bind", str(directory), str(directory)]
    for path in LINKED:
        argv += ["--ro-bind-try", path, path]
    home = str(Path(program).resolve().parent)
    if not home.startswith(SYSTEM):
        argv += ["--ro-bind", home, home]  # an ffmpeg of one's own, outside the system's folders
    argv += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108  (the sandbox's own, empty)
    if cell.source is not None:
        argv += ["--ro-bind", str(cell.source.resolve()), INSIDE_SOURCE]
    if cell.output is not None:
        argv += ["--bind", str(cell.output.resolve()), INSIDE_OUTPUT, "--chdir", INSIDE_OUTPUT]
    argv.append("--clearenv")
    for name, value in ENVIRONMENT.items():
        argv += ["--setenv", name, value]
    return argv
