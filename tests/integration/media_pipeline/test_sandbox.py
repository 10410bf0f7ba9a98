"""The room in which ffmpeg runs: what it cannot see, use, or outlive."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from media_pipeline.ffmpeg import process, sandbox
from media_pipeline.rules import MachineBusy

needs_bwrap = pytest.mark.skipif(
    shutil.which("bwrap") is None or sandbox.kind() != "bwrap",
    reason="this machine refuses namespaces (bubblewrap does not work)",
)


def run(
    *program: str,
    source: Path | None = None,
    output: Path | None = None,
    limits: sandbox.Limits | None = None,
    tick: Callable[[], None] = lambda: None,
) -> process.Finished:
    found = sandbox.executable(program[0])
    return process.run(
        [found, *program[1:]],
        cell=sandbox.Cell(source, output),
        limits=limits or sandbox.Limits(wall_seconds=20),
        tick=tick,
    )


@needs_bwrap
def test_only_the_source_and_the_output_are_visible(tmp_path: Path) -> None:
    source, output = tmp_path / "film", tmp_path / "out"
    source.write_bytes(b"film")
    (tmp_path / "secret").write_bytes(b"secret")
    output.mkdir()

    seen = run(
        "find",
        "/",
        "-xdev",
        "-not",
        "-path",
        "/proc/*",
        "-not",
        "-path",
        "/usr/*",
        source=source,
        output=output,
    )

    names = set(seen.stdout.split())
    assert {"/in/source", "/out"} <= names
    assert not [name for name in names if "secret" in name or name.startswith(("/home", "/root", "/var", "/etc/pass"))]
    assert run("cat", "/in/source", source=source, output=output).stdout == "film"


@needs_bwrap
def test_the_source_cannot_be_written_and_there_is_no_network_or_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "film"
    source.write_bytes(b"film")
    monkeypatch.setenv("LMS_SECRET_KEY", "do not tell")

    assert run("sh", "-c", "echo x > /in/source", source=source).returncode != 0
    assert source.read_bytes() == b"film"
    assert "do not tell" not in run("env").stdout
    assert run("cat", "/proc/net/route").stdout.count("\n") <= 1
    assert run("sh", "-c", "ls -d /proc/[0-9]* | wc -l").stdout.strip() in {"2", "3", "4", "5"}


@pytest.mark.parametrize("kind", ["limits", pytest.param("bwrap", marks=needs_bwrap)])
def test_limits_hold_in_both_kinds(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "kind", lambda: kind)
    output = tmp_path / "out"
    output.mkdir()
    cell = sandbox.Cell(None, output)
    limits = sandbox.Limits(wall_seconds=20, file_bytes=1000, memory_bytes=300 << 20)

    written = run(
        "dd",
        "if=/dev/zero",
        f"of={cell.output_path}/big",
        "bs=100",
        "count=100",
        output=output,
        limits=limits,
    )
    eaten = run("dd", "if=/dev/zero", "of=/dev/null", "bs=1G", "count=1", limits=limits)

    assert written.returncode != 0
    assert (output / "big").stat().st_size == 1000
    assert eaten.returncode != 0
    assert "memory" in eaten.stderr.lower()


@pytest.mark.parametrize("kind", ["limits", pytest.param("bwrap", marks=needs_bwrap)])
def test_a_program_is_ended_with_all_its_children(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "kind", lambda: kind)
    began = time.monotonic()

    with pytest.raises(MachineBusy) as busy:
        run("sh", "-c", "sleep 7531 & sleep 7531", limits=sandbox.Limits(wall_seconds=1))

    assert busy.value.reason == "time_limit"
    assert time.monotonic() - began < 8
    assert wait_until_gone("7531")


@pytest.mark.parametrize("kind", ["limits", pytest.param("bwrap", marks=needs_bwrap)])
def test_whatever_the_tick_raises_ends_the_program(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "kind", lambda: kind)

    def stop() -> None:
        raise KeyError("stop")

    with pytest.raises(KeyError):
        run("sleep", "8642", tick=stop)

    assert wait_until_gone("8642")


def wait_until_gone(argument: str) -> bool:
    """Whether no process with this argument is left after a moment."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not [path for path in Path("/proc").glob("[0-9]*/cmdline") if argument in words_of(path)]:
            return True
        time.sleep(0.05)
    return False


def words_of(path: Path) -> list[str]:
    try:
        return path.read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []  # it has just ended


def test_an_endless_answer_is_cut_off() -> None:
    with pytest.raises(MachineBusy) as busy:
        run("yes")

    assert busy.value.reason == "memory"


def test_a_program_that_is_not_there_is_the_machine_s_fault() -> None:
    with pytest.raises(MachineBusy) as busy:
        sandbox.executable("no-such-program")

    assert busy.value.reason == "program_missing"


def test_nul_bytes_do_not_reach_the_database() -> None:
    said = run("printf", "a\\000b")

    assert said.stdout == "ab"
