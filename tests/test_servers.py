"""The servers that the tests run on do what the real ones do, and do not outlive the tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests

from tests.profiles import PROFILES, Profile, forget_settings
from tests.servers import process, scratch

PROJECT = Path(__file__).resolve().parents[1]

# --- both profiles -----------------------------------------------------------------


@pytest.mark.django_db
def test_django_uses_the_database_of_the_profile(profile: Profile) -> None:
    from django.db import connection

    assert connection.vendor == PROFILES[profile.name]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_settings_of_the_shell_do_not_reach_the_tests() -> None:
    shell = {"LMS_HTTPS": "1", "LMS_SECRET_KEY_FILE": "/nowhere", "LMS_FFMPEG": "/opt/ffmpeg", "PATH": "/bin"}

    forget_settings(shell)

    assert shell == {"LMS_FFMPEG": "/opt/ffmpeg", "PATH": "/bin"}
    assert "LMS_SECRET_KEY_FILE" not in os.environ
    assert os.environ["LMS_TESTING"] == "1"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have temporary directories made in a place of this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_scratch_directory_is_removed_at_the_end(temporary: Path) -> None:
    with scratch.scratch_directory() as root:
        (root / "deep").mkdir()
        (root / "deep" / "file").touch()

    assert list(temporary.iterdir()) == []


def test_scratch_directory_of_a_killed_run_is_removed_and_that_of_a_living_one_kept(temporary: Path) -> None:
    program = (
        "import os, signal\n"
        "from tests.servers import scratch\n"
        "with scratch.scratch_directory() as root:\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "TMPDIR": str(temporary)}
    killed = subprocess.run([sys.executable, "-c", program], env=environment)
    assert killed.returncode == -signal.SIGKILL
    [abandoned] = temporary.iterdir()

    with scratch.scratch_directory() as living, scratch.scratch_directory() as second:
        assert not abandoned.exists()
        assert living.exists()
        assert second.exists()


def test_what_is_missing_is_skipped_at_home_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    def find() -> str:
        raise process.Missing("Foo", "apt-get install foo")

    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Foo is missing: apt-get install foo"):
        process.available(find)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Foo is missing: apt-get install foo"):
        process.available(find)


def test_server_is_not_started_from_a_passing_thread(tmp_path: Path) -> None:
    raised: list[RuntimeError] = []

    def start() -> None:
        try:
            process.spawn(["true"], home=tmp_path, log=tmp_path / "log")
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()

    assert len(raised) == 1


def test_server_that_ends_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"

    with pytest.raises(process.ServerFailed, match="no such disk"):
        process.start_on_free_port(
            lambda port: process.spawn(["sh", "-c", "echo no such disk; exit 3"], home=tmp_path, log=log),
            lambda port: False,
            log=log,
        )


def test_server_is_gone_when_its_starter_is_killed(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, time\n"
        "from tests.servers import process\n"
        "home = pathlib.Path(sys.argv[1])\n"
        "print(process.spawn(['sleep', '300'], home=home, log=home / 'log').pid, flush=True)\n"
        "time.sleep(300)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], env=environment, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        server = int(starter.stdout.readline())
        assert _is_running(server)
        starter.kill()

    _wait_until_gone(server)


def _is_running(pid: int) -> bool:
    """Whether there is such a process, and not only its entry that nobody has collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while _is_running(pid):
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.02)


# --- embedded ----------------------------------------------------------------------


@pytest.mark.profile("embedded")
@pytest.mark.django_db
def test_sqlite_tests_run_on_a_file(profile: Profile) -> None:
    from django.db import connection

    assert Path(str(connection.settings_dict["NAME"])).is_relative_to(profile.directory)
    assert not connection.is_in_memory_db()  # type: ignore[attr-defined]


@pytest.mark.profile("embedded")
@pytest.mark.parametrize("variable", ["LMS_BROKER_URL", "LMS_STORAGE_URL"])
def test_embedded_broker_and_storage_are_directories_of_this_run(variable: str, profile: Profile) -> None:
    address = urlsplit(os.environ[variable])

    assert address.scheme == "file"
    assert Path(unquote(address.path)).is_relative_to(profile.directory)
    assert Path(unquote(address.path)).is_dir()


# --- scaled ------------------------------------------------------------------------


@pytest.mark.profile("scaled")
def test_postgresql_answers_with_its_version_and_compares_bytewise(profile: Profile) -> None:
    import psycopg

    assert profile.postgres is not None
    with psycopg.connect(os.environ["LMS_DATABASE_URL"]) as connection:
        version, collation = connection.execute(
            "SELECT current_setting('server_version'), datcollate FROM pg_database WHERE datname = current_database()"
        ).fetchone() or ("", "")

    assert version.startswith(profile.postgres.version)
    assert collation == "C.UTF-8"


@pytest.mark.profile("scaled")
def test_redis_answers_a_ping_and_keeps_a_value(profile: Profile) -> None:
    import redis

    assert profile.redis is not None
    # Not the broker's database.
    with redis.Redis.from_url(profile.redis.url(database=9)) as client:
        assert client.ping()
        client.set("greeting", "你好")
        assert client.get("greeting") == "你好".encode()


@pytest.fixture
def s3_client() -> Iterator[Any]:
    """A client of the S3 server, made of nothing but the address that settings get."""
    import boto3
    from botocore.config import Config

    address = urlsplit(os.environ["LMS_STORAGE_URL"])
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{address.hostname}:{address.port}",
        aws_access_key_id=unquote(address.username or ""),
        aws_secret_access_key=unquote(address.password or ""),
        region_name=parse_qs(address.query)["region"][0],
        config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"),
    )
    yield client
    client.close()


@pytest.fixture
def bucket() -> str:
    return urlsplit(os.environ["LMS_STORAGE_URL"]).path.strip("/")


@pytest.mark.profile("scaled")
def test_s3_keeps_an_object(s3_client: Any, bucket: str) -> None:
    target = {"Bucket": bucket, "Key": "讲座/第 1 讲.txt"}
    s3_client.put_object(**target, Body="内容".encode(), ContentType="text/plain")

    answer = s3_client.get_object(**target, Range="bytes=3-5")

    assert answer["Body"].read().decode() == "容"
    assert answer["ContentType"] == "text/plain"


@pytest.mark.profile("scaled")
def test_s3_honours_a_presigned_address_until_it_is_changed_or_expires(s3_client: Any, bucket: str) -> None:
    s3_client.put_object(Bucket=bucket, Key="signed.txt", Body=b"signed")

    def sign(seconds: int) -> str:
        parameters = {"Bucket": bucket, "Key": "signed.txt"}
        return str(s3_client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds))

    good, short_lived = sign(300), sign(1)
    assert requests.get(good, timeout=30).content == b"signed"
    assert requests.get(good.replace("signed.txt", "other.txt"), timeout=30).status_code == 403
    time.sleep(2.1)
    assert requests.get(short_lived, timeout=30).status_code == 403


@pytest.mark.profile("scaled")
def test_s3_puts_parts_together(s3_client: Any, bucket: str) -> None:
    part = 5 * 1024 * 1024
    bodies = [b"a" * part, b"b" * part, b"c"]
    target = {"Bucket": bucket, "Key": "parts.bin"}

    upload = s3_client.create_multipart_upload(**target)["UploadId"]
    parts = []
    for number, body in enumerate(bodies, start=1):
        # As a browser would send it, that has been given nothing but a signed address.
        address = s3_client.generate_presigned_url(
            "upload_part", Params={**target, "UploadId": upload, "PartNumber": number}, ExpiresIn=300
        )
        answer = requests.put(address, data=body, timeout=60)
        parts.append({"PartNumber": number, "ETag": answer.headers["ETag"]})
    s3_client.complete_multipart_upload(**target, UploadId=upload, MultipartUpload={"Parts": parts})

    assert s3_client.head_object(**target)["ContentLength"] == 2 * part + 1
    across = s3_client.get_object(**target, Range=f"bytes={part - 1}-{part}")
    assert across["Body"].read() == b"ab"


@pytest.mark.profile("scaled")
def test_s3_refuses_a_wrong_key(profile: Profile, bucket: str) -> None:
    import boto3
    from botocore.exceptions import ClientError

    assert profile.s3 is not None
    stranger = boto3.client(
        "s3",
        endpoint_url=profile.s3.endpoint,
        aws_access_key_id=profile.s3.access_key,
        aws_secret_access_key="guessed",
        region_name=profile.s3.region,
    )
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        stranger.list_objects_v2(Bucket=bucket)
    stranger.close()


@pytest.mark.profile("scaled")
def test_servers_listen_on_loopback_only(profile: Profile) -> None:
    assert profile.postgres is not None
    assert profile.redis is not None
    assert profile.s3 is not None
    elsewhere = _own_address()
    if elsewhere is None:
        pytest.skip("this machine has no address beside loopback")
    for port in (profile.postgres.port, profile.redis.port, profile.s3.port):
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((elsewhere, port), timeout=5)


def _own_address() -> str | None:
    """An address of this machine that others can reach, if it has one. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address
