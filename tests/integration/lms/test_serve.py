"""`lms serve`: the whole site as people start it, on both profiles' servers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from lms.serving import preparation, programs
from tests.servers.process import free_port

SECONDS = 60.0


class Served:
    """A running `lms serve`, and what it has written."""

    def __init__(self, environment: dict[str, str], log: Path, *options: str) -> None:
        self.log = log
        argv = [sys.executable, "-m", "lms", "serve", *options]
        with log.open("wb") as output:
            self.process = subprocess.Popen(argv, env=environment, stdout=output, stderr=output)

    def wait_for(self, pattern: str, *, times: int = 1) -> re.Match[str]:
        """Wait until the output holds `pattern` so many times; the last of them."""
        deadline = time.monotonic() + SECONDS
        while len(found := list(re.finditer(pattern, self.output))) < times:
            assert time.monotonic() < deadline, f"{pattern} is not in:\n{self.output}"
            assert self.process.poll() is None or re.search(pattern, self.output), f"ended:\n{self.output}"
            time.sleep(0.05)
        return found[times - 1]

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def family(self) -> list[int]:
        """The processes that this one has started, and theirs."""
        children: dict[int, list[int]] = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                pid, _, rest = status.read_text().partition(" ")
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(int(rest.rpartition(")")[2].split()[1]), []).append(int(pid))
        found, fresh = [], [self.process.pid]
        while fresh:
            fresh = [child for parent in fresh for child in children.get(parent, [])]
            found += fresh
        return found

    def kill(self) -> None:
        family = self.family()
        self.process.kill()
        self.process.wait()
        for pid in family:
            if Path(f"/proc/{pid}").exists():
                os.kill(pid, signal.SIGKILL)


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_until_gone(pids: list[int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while left := [pid for pid in pids if is_running(pid)]:
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a site of its own, migrated, on the profile's servers."""
    folder = tmp_path_factory.mktemp("site")
    found = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    found |= {
        "LMS_DATA_DIR": str(folder),
        "LMS_ENV_FILE": os.devnull,
        "LMS_SECRET_KEY": "0123456789" * 5,
        "LMS_ALLOWED_HOSTS": "127.0.0.1",
        "LMS_HTTPS": "0",
        "LMS_WEB_WORKERS": "1",
        "LMS_FFMPEG": os.environ.get("LMS_FFMPEG", ""),
        "LMS_FFPROBE": os.environ.get("LMS_FFPROBE", ""),
    }
    if os.environ["LMS_TEST_PROFILE"] == "scaled":
        # Servers of this run, but neither the tests' own database nor their messages.
        found["LMS_DATABASE_URL"] = os.environ["LMS_DATABASE_URL"]
        found["LMS_BROKER_URL"] = os.environ["LMS_BROKER_URL"].rpartition("/")[0] + "/7"
        found["LMS_STORAGE_URL"] = os.environ["LMS_STORAGE_URL"]
    subprocess.run([sys.executable, "-m", "lms", "migrate", "--verbosity", "0"], env=found, check=True)
    return found


@pytest.fixture
def serve(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(*options: str, **variables: str) -> Served:
        log = tmp_path / f"serve{len(started)}.log"
        started.append(Served(environment | variables, log, *options))
        return started[-1]

    yield start
    for served in started:
        served.kill()


def get(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/account/login/", timeout=20) as answer:
        return int(answer.status)


def test_one_command_starts_everything_and_a_signal_ends_it(serve: Callable[..., Served]) -> None:
    port = free_port()
    served = serve("--port", str(port))
    assert served.wait_for(r"ready: (\S+)")[1] == f"http://127.0.0.1:{port}/"
    assert get(port) == 200
    served.wait_for(r"worker-\d+@\S+ ready")
    served.wait_for(r"media-\d+@\S+ ready")
    assert "started: web, worker, media, scheduler" in served.output
    family = served.family()
    assert len(family) >= 7  # web and its worker, two workers with a child each, the scheduler
    began = time.monotonic()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(20) == 0
    assert time.monotonic() - began < 12
    assert served.output.rstrip().endswith("stopped")
    assert "Traceback" not in served.output
    assert not [pid for pid in family if is_running(pid)]
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_the_kill_of_the_supervisor_leaves_no_process_and_frees_the_port(serve: Callable[..., Served]) -> None:
    port = free_port()
    served = serve("--port", str(port))
    served.wait_for("ready: http")
    served.wait_for(r"worker-\d+@\S+ ready")
    served.wait_for(r"media-\d+@\S+ ready")
    family = served.family()
    served.process.kill()
    wait_until_gone(family, seconds=15)
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_killed_workers_come_back_and_requests_wait_for_the_web_server(serve: Callable[..., Served]) -> None:
    port = free_port()
    served = serve("--port", str(port), "--without", "scheduler")
    served.wait_for("ready: http")
    served.wait_for(r"worker-\d+@\S+ ready")
    served.wait_for(r"media-\d+@\S+ ready")
    heads = {program: pid for pid in served.family() if (program := head_of(pid, served.process.pid))}
    assert set(heads) == {"web", "worker", "media"}
    for pid in heads.values():
        os.kill(pid, signal.SIGKILL)
    served.wait_for("web was killed .SIGKILL.; it is started again in 2 s")
    assert get(port) == 200  # asked while there is no web server
    served.wait_for(r"worker-\d+@\S+ ready", times=2)
    served.wait_for(r"media-\d+@\S+ ready", times=2)


def head_of(pid: int, supervisor: int) -> str:
    """Which of the supervisor's programs this process is the head of; '' when of none."""
    try:
        parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except FileNotFoundError:
        return ""
    if int(parent) != supervisor:
        return ""
    if "gunicorn" in words:
        return "web"
    queue = words[words.index("--queues") + 1]
    return "worker" if queue == "default" else queue


def test_each_part_can_run_alone(serve: Callable[..., Served]) -> None:
    served = serve("--only", "worker", "--concurrency", "2")
    served.wait_for(r"worker-\d+@\S+ ready")
    assert "started: worker (" in served.output
    assert len(served.family()) >= 3  # the worker and its two children


def complaint_of(environment: dict[str, str], *options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "lms", "serve", *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode != 0, done.stdout
    assert done.stdout == ""
    return done.stderr


def test_a_taken_port_is_one_clear_line(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        complaint = complaint_of(environment, "--port", str(port))
    assert complaint.startswith(f"CommandError: port {port} is taken by another program")
    assert complaint.count("\n") == 1


@pytest.mark.profile("embedded")
def test_an_address_that_is_not_ours_is_one_clear_line(environment: dict[str, str]) -> None:
    complaint = complaint_of(environment, "--host", "192.0.2.1", "--port", str(free_port()))
    assert complaint.startswith("CommandError: cannot listen on 192.0.2.1 port")
    assert complaint.count("\n") == 1


@pytest.mark.profile("embedded")
def test_a_database_without_its_tables_is_one_clear_line(environment: dict[str, str], tmp_path: Path) -> None:
    empty = environment | {"LMS_DATA_DIR": str(tmp_path)}
    complaint = complaint_of(empty, "--port", str(free_port()))
    assert re.fullmatch(
        r"CommandError: \d+ migrations have not been applied: run `lms migrate`, or `lms serve --migrate`\n", complaint
    )


@pytest.mark.profile("embedded")
def test_a_second_site_on_the_same_data_is_one_clear_line(serve: Callable[..., Served]) -> None:
    served = serve("--only", "scheduler")
    served.wait_for("started: scheduler")
    other = serve("--only", "scheduler")
    other.wait_for(rf"CommandError: another `lms serve` \(process {served.process.pid}\) already runs on")
    assert other.process.wait(20) == 1


def test_a_full_disk_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(free=12 * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: full)
    with pytest.raises(preparation.NotReady, match=r"the disk is full: 12 MiB free at .*, at least 200 MiB are needed"):
        preparation.require_free_disk()


@pytest.mark.django_db
def test_the_command_says_what_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.management import CommandError

    def full() -> None:
        raise preparation.NotReady("the disk is full: 0 MiB free")

    monkeypatch.setattr(preparation, "require_free_disk", full)
    with pytest.raises(CommandError, match=r"the disk is full"):
        call_command("serve", port=free_port())


@pytest.mark.parametrize("options", [["--only", "web,kitchen"], ["--port", "0"], ["--only", "web", "--without", "web"]])
@pytest.mark.profile("embedded")
def test_options_that_make_no_sense_are_refused(environment: dict[str, str], options: list[str]) -> None:
    assert "usage: lms serve" in complaint_of(environment, *options)


def test_other_programs_variables_do_not_overrule_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER_URL", "redis://somewhere/0")
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://somewhere/0")
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--bind 0.0.0.0:80")
    passed_on = programs.environment()
    assert not {"BROKER_URL", "CELERY_BROKER_URL", "GUNICORN_CMD_ARGS"} & set(passed_on)
    assert passed_on["LMS_TEST_PROFILE"] == os.environ["LMS_TEST_PROFILE"]


def test_static_files_are_collected_only_when_they_have_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: SimpleNamespace
) -> None:
    settings.DATA_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    assert preparation.collect_static_files() is True
    assert (settings.STATIC_ROOT / "icons.svg").exists()
    assert preparation.collect_static_files() is False
    shutil.rmtree(settings.STATIC_ROOT)
    settings.STATIC_ROOT.mkdir()
    assert preparation.collect_static_files() is True


@pytest.mark.profile("embedded")
def test_static_files_get_names_that_carry_their_content(environment: dict[str, str]) -> None:
    argv = [sys.executable, "-m", "lms", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(argv, env=environment, check=True)
    names = [path.name for path in Path(environment["LMS_DATA_DIR"], "static").iterdir()]
    assert any(re.fullmatch(r"icons\.[0-9a-f]{12}\.svg", name) for name in names), names
