"""`lms doctor` on both profiles: well here, and clear about what is not."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from lms.serving import checks, preparation
from lms.serving.findings import Finding, Level


def findings(check: checks.Check) -> dict[str, Finding]:
    return {finding.name: finding for finding in check()}


@pytest.mark.django_db
def test_the_doctor_finds_nothing_wrong_with_the_servers_of_this_profile(capsys: pytest.CaptureFixture[str]) -> None:
    written = io.StringIO()
    call_command("doctor", json=True, stdout=written)  # would end with SystemExit
    found = {finding["name"]: finding for finding in json.loads(written.getvalue())}
    assert {name: finding for name, finding in found.items() if finding["level"] == "fail"} == {}
    assert {"python", "ffmpeg", "encoders", "sandbox", "database", "migrations", "broker", "storage", "font"} <= set(
        found
    )
    assert found["storage"]["level"] == "ok"


@pytest.mark.django_db
def test_every_line_that_is_not_ok_says_how_to_mend_it() -> None:
    assert [finding for finding in checks.run_all() if finding.level is not Level.OK and not finding.remedy] == []


@pytest.mark.django_db
def test_the_storage_check_leaves_nothing_behind() -> None:
    assert findings(checks.check_storage)["storage"].level is Level.OK
    assert not default_storage.exists("doctor") or default_storage.listdir("doctor")[1] == []


def test_a_failure_is_a_line_with_its_remedy_and_the_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = Finding("ffmpeg", Level.FAIL, "ffmpeg is not there", "install it")
    monkeypatch.setattr(checks, "CHECKS", (lambda: iter([bad]),))
    written = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=written, no_color=True)
    assert ended.value.code == 1
    assert written.getvalue() == "fail  ffmpeg      ffmpeg is not there; install it\n"


def test_a_missing_ffmpeg_is_a_failure(settings: Any) -> None:
    settings.FFMPEG = "/no/such/ffmpeg"
    found = findings(checks.check_ffmpeg)
    assert found["ffmpeg"].level is Level.FAIL
    assert "apt-get install ffmpeg" in found["ffmpeg"].remedy
    assert "encoders" not in found


def program(folder: Path, script: str) -> str:
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_an_old_ffmpeg_is_a_failure(settings: Any, tmp_path: Path) -> None:
    settings.FFMPEG = program(tmp_path, "echo 'ffmpeg version 3.4.8-0ubuntu0.2 Copyright'")
    assert findings(checks.check_ffmpeg)["ffmpeg"] == Finding(
        "ffmpeg",
        Level.FAIL,
        "version 3.4.8-0ubuntu0.2 is too old",
        "install ffmpeg (Debian: apt-get install ffmpeg), or set LMS_FFMPEG and LMS_FFPROBE",
    )


def test_an_ffmpeg_without_its_encoders_is_a_failure(settings: Any, tmp_path: Path) -> None:
    script = "case $2 in -encoders) echo ' A....D aac   AAC';; *) echo 'ffmpeg version n7.1';; esac"
    settings.FFMPEG = program(tmp_path, script)
    found = findings(checks.check_ffmpeg)
    assert found["ffmpeg"].level is Level.OK
    assert found["encoders"].text == "this ffmpeg lacks libx264"


@pytest.mark.django_db
def test_pending_migrations_are_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "pending_migrations", lambda: ["courses.0009_later"])
    assert findings(checks.check_database)["migrations"].text == "1 are not applied"


def test_a_database_that_is_away_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> list[str]:
        raise preparation.NotReady("the database cannot be used: connection refused")

    monkeypatch.setattr(checks, "connection", SimpleNamespace(ensure_connection=away))
    found = findings(checks.check_database)
    assert found["database"].level is Level.FAIL
    assert "migrations" not in found


def test_a_broker_that_is_away_is_a_failure(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    from celery import Celery

    away = Celery("away", broker="redis://127.0.0.1:1/0", fixups=[])
    monkeypatch.setattr(checks, "app", away)
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    found = findings(checks.check_broker)
    assert found["broker"].level is Level.FAIL
    assert "refused" in found["broker"].text


@pytest.mark.profile("embedded")
def test_messages_that_were_set_aside_are_told(settings: Any) -> None:
    aside = Path(settings.CELERY["broker_transport_options"]["processed_folder"]) / "1.default.msg.bad"
    aside.parent.mkdir(exist_ok=True)
    aside.touch()
    try:
        assert findings(checks.check_broker)["messages"].level is Level.WARN
    finally:
        aside.unlink()


def test_a_storage_that_cannot_be_written_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(name: str, content: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    finding = findings(checks.check_storage)["storage"]
    assert finding.level is Level.FAIL
    assert "No space left on device" in finding.text


@pytest.mark.parametrize(("free", "level"), [(100 << 20, Level.FAIL), (1 << 30, Level.WARN), (90 << 30, Level.OK)])
def test_free_disk(monkeypatch: pytest.MonkeyPatch, free: int, level: Level) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    assert findings(checks.check_disk)["disk"].level is level


@pytest.mark.parametrize(
    ("values", "name", "level"),
    [
        ({"SECRET_KEY": "only-for-development"}, "secret key", Level.FAIL),
        ({"SECRET_KEY": "a" * 60}, "secret key", Level.FAIL),
        ({"ALLOWED_HOSTS": ["*"]}, "hosts", Level.WARN),
        ({"DEBUG": True}, "debug", Level.WARN),
        ({"HTTPS": False, "ALLOWED_HOSTS": ["127.0.0.1"]}, "https", Level.OK),
        ({"HTTPS": False, "ALLOWED_HOSTS": ["school.cn"]}, "https", Level.WARN),
        ({"HTTPS": True, "BEHIND_PROXY": False}, "https", Level.WARN),
        ({"HTTPS": True, "BEHIND_PROXY": True, "SITE_URL": "http://school.cn"}, "https", Level.WARN),
        ({"HTTPS": True, "BEHIND_PROXY": True, "SITE_URL": "https://school.cn"}, "https", Level.OK),
    ],
)
def test_security(settings: Any, values: dict[str, object], name: str, level: Level) -> None:
    for setting, value in values.items():
        setattr(settings, setting, value)
    assert findings(checks.check_security)[name].level is level


def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(checks.check_variables)["variables"].level is Level.OK
    monkeypatch.setenv("LMS_ALLOWED_HOST", "school.cn")
    assert findings(checks.check_variables)["variables"].text == "not known: LMS_ALLOWED_HOST"
