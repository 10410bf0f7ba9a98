"""What `make run` and `make test` install with: what cannot be done is one clear line."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.profile("embedded")  # nothing of the site runs here
PROJECT = Path(__file__).resolve().parents[3]
PROGRAMS = ("bash", "env", "dirname", "df", "awk", "mktemp", "tail", "grep", "cat", "rm")


@pytest.fixture
def bare() -> Iterator[Path]:
    """A folder of programs in which there is neither a package manager nor Python; anybody may enter it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    for name in PROGRAMS:
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    yield folder
    shutil.rmtree(folder)


def add(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)


def run(script: str, *arguments: str, path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(PROJECT / "requirements" / script), *arguments],
        env={"PATH": str(path), "TMPDIR": str(path)} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_there_is_not_installed(bare: Path) -> None:
    done = run("system-packages", "bash=bash", "/bin/ba*=bash", path=bare)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_a_package_manager_one_line_says_what_to_install(bare: Path) -> None:
    done = run("system-packages", "bash=bash", "no-ffmpeg=ffmpeg", "no-bwrap=bubblewrap?", path=bare)
    assert done.returncode == 1
    assert done.stderr == (
        "missing, and not installed because this system has no apt-get: ffmpeg bubblewrap"
        " (Debian, Ubuntu: apt-get install ffmpeg bubblewrap)\n"
    )


def test_what_is_only_better_to_have_is_told_and_no_failure(bare: Path) -> None:
    done = run("system-packages", "no-bwrap=bubblewrap?", path=bare)
    assert done.returncode == 0
    assert done.stderr.startswith("better with, but not installed because this system has no apt-get: bubblewrap")


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes somebody else")
@pytest.mark.parametrize(
    ("sudo", "reason"),
    [
        (None, "this account is not root and there is no sudo"),
        ("exit 1", "sudo wants a password and there is no terminal to ask for it"),
    ],
)
def test_who_may_not_install_is_told_why(bare: Path, sudo: str | None, reason: str) -> None:
    add(bare, "apt-get", "exit 99")
    if sudo is not None:
        add(bare, "sudo", sudo)
    script = (PROJECT / "requirements" / "system-packages").read_text()
    done = subprocess.run(
        ["/bin/bash", "-s", "no-ffmpeg=ffmpeg"],
        input=script,
        user="nobody",
        env={"PATH": str(bare)},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert reason in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="needs no sudo only as root")
def test_apt_waits_for_locks_asks_nothing_and_starts_no_service(bare: Path) -> None:
    log = bare / "calls"
    add(bare, "apt-get", f'echo "$DEBIAN_FRONTEND $RUNLEVEL $*" >>{log}')
    done = run("system-packages", "no-ffmpeg=ffmpeg", path=bare)
    assert done.returncode == 0
    assert done.stderr == "installing Debian packages: ffmpeg\n"
    update, install = log.read_text().splitlines()
    assert update.startswith("noninteractive 1 ")
    assert update.endswith(" update")
    assert "DPkg::Lock::Timeout=300" in install
    assert install.endswith("install -y --no-install-recommends ffmpeg")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs no sudo only as root")
def test_a_failing_apt_shows_its_last_lines(bare: Path) -> None:
    add(bare, "apt-get", "echo 'E: Unable to locate package ffmpeg'; exit 100")
    done = run("system-packages", "no-ffmpeg=ffmpeg", path=bare)
    assert done.returncode == 1
    assert "E: Unable to locate package ffmpeg" in done.stderr
    assert "because apt-get failed, see above: ffmpeg" in done.stderr


def test_a_python_that_is_too_old_is_one_line(bare: Path, tmp_path: Path) -> None:
    add(bare, "python3", "if [[ $1 == --version ]]; then echo Python 3.9.2; else exit 1; fi")
    done = run("virtual-environment", str(tmp_path / "venv"), path=bare)
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed; here is Python 3.9.2.")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "venv").exists()


def test_no_python_at_all_is_one_line(bare: Path, tmp_path: Path) -> None:
    done = run("virtual-environment", str(tmp_path / "venv"), path=bare)
    assert done.stderr.startswith("Python 3.11 or newer is needed; here is no Python.")


def test_a_full_disk_is_one_line(bare: Path, tmp_path: Path) -> None:
    add(bare, "python3", "exit 0")
    (bare / "df").unlink()
    add(bare, "df", "echo header; echo '/dev/sda 1000 900 100 90% /'")
    done = run("virtual-environment", str(tmp_path / "venv"), path=bare)
    assert done.returncode == 1
    assert done.stderr == "the disk is full: 100 MB are free here, about 700 MB are needed\n"


def test_a_newer_python_beside_an_old_one_is_found(bare: Path, tmp_path: Path) -> None:
    add(bare, "python3", "exit 1")
    add(bare, "python3.12", f'[[ $2 == venv ]] && echo "$*" >{tmp_path}/called; exit 0')
    done = run("virtual-environment", str(tmp_path / "venv"), path=bare)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "called").read_text() == f"-m venv --clear {tmp_path}/venv\n"
