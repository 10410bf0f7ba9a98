"""The settings as a started process sees them: secure by default, and clear about what is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from lms.celery import SCHEDULE, app

pytestmark = pytest.mark.profile("embedded")  # they start processes with settings of their own
KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"
PLAIN = {"LMS_SECRET_KEY": KEY, "LMS_ALLOWED_HOSTS": "school.example.org,.school.cn"}


def run(argv: list[str], folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    environment |= {"LMS_DATA_DIR": str(folder), "LMS_ENV_FILE": os.devnull} | variables
    return subprocess.run(
        [sys.executable, *argv], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def read(names: str, folder: Path, variables: dict[str, str]) -> list[object]:
    code = f"import json\nfrom lms import settings as s\nprint(json.dumps([{names}], default=str))"
    done = run(["-c", code], folder, variables)
    assert done.returncode == 0, done.stderr
    found: list[object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({}, "LMS_SECRET_KEY is missing"),
        ({"LMS_SECRET_KEY": KEY}, "LMS_ALLOWED_HOSTS is missing"),
        (PLAIN | {"LMS_DEBUG": "maybe"}, "LMS_DEBUG must be 1 or 0, not 'maybe'"),
        (PLAIN | {"LMS_DATABASE_URL": "mysql://x/y"}, "LMS_DATABASE_URL must start with"),
        (PLAIN | {"LMS_MEDIA_DELIVERY": "redirect"}, "LMS_MEDIA_DELIVERY=redirect needs an object store"),
        (
            PLAIN | {"LMS_MEDIA_DELIVERY": "accel", "LMS_STORAGE_URL": "s3://k:s@h/b"},
            "LMS_MEDIA_DELIVERY=accel needs a folder nginx can read",
        ),
        (PLAIN | {"LMS_LOG_LEVEL": "LOUD"}, "LMS_LOG_LEVEL must be one of"),
        (PLAIN | {"LMS_SITE_URL": "school"}, "LMS_SITE_URL must look like"),
        (PLAIN | {"LMS_SCRATCH_DIR": "/proc/scratch"}, "LMS_SCRATCH_DIR: the folder /proc/scratch cannot be made"),
    ],
)
def test_what_is_missing_or_wrong_is_one_line_and_no_traceback(
    tmp_path: Path, variables: dict[str, str], complaint: str
) -> None:
    done = run(["-m", "lms", "check"], tmp_path, variables)
    assert done.returncode == 1
    assert done.stderr.startswith(f"lms: {complaint}"), done.stderr
    assert done.stderr.count("\n") == 1


def test_a_database_that_is_away_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    away = {"LMS_DATABASE_URL": "postgresql://nobody:secret@127.0.0.1:1/school"}
    done = run(["-m", "lms", "migrate"], tmp_path, PLAIN | away)
    assert done.returncode == 1
    assert done.stderr.startswith("lms: the database cannot be used:")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


def test_without_any_wish_the_site_is_closed_and_speaks_https(tmp_path: Path) -> None:
    names = "s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.CSRF_TRUSTED_ORIGINS"
    assert read(names, tmp_path, PLAIN) == [
        False,
        True,
        True,
        True,
        ["https://school.example.org", "https://*.school.cn"],
    ]


def test_a_site_on_another_port_trusts_forms_from_there(tmp_path: Path) -> None:
    [origins] = read("s.CSRF_TRUSTED_ORIGINS", tmp_path, PLAIN | {"LMS_SITE_URL": "https://school.example.org:8443"})
    assert origins == ["https://school.example.org", "https://*.school.cn", "https://school.example.org:8443"]


def test_a_data_folder_with_odd_characters_holds_everything(tmp_path: Path) -> None:
    folder = tmp_path / "党校 #1 100%"
    names = "s.DATABASES['default']['NAME'], s.STORAGES['default']['OPTIONS']['location']"
    assert read(names, folder, PLAIN) == [str(folder / "school.sqlite3"), str(folder / "media")]


def test_the_data_folder_is_closed_to_strangers(tmp_path: Path) -> None:
    read("1", tmp_path / "var", PLAIN)
    assert (tmp_path / "var").stat().st_mode & 0o007 == 0


def test_proxy_headers_count_only_behind_a_proxy(tmp_path: Path) -> None:
    assert read("s.SECURE_PROXY_SSL_HEADER", tmp_path, PLAIN) == [None]
    [header] = read("s.SECURE_PROXY_SSL_HEADER", tmp_path, PLAIN | {"LMS_BEHIND_PROXY": "1"})
    assert header == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_only_the_object_stores_own_address_is_added_to_what_a_browser_may_load(tmp_path: Path) -> None:
    store = {"LMS_MEDIA_DELIVERY": "redirect", "LMS_STORAGE_URL": "s3://k:s@store.example.org/b?tls=1"}
    names = (
        "s.CONTENT_SECURITY_POLICY['DIRECTIVES']['media-src'], s.CONTENT_SECURITY_POLICY['DIRECTIVES']['script-src']"
    )
    media, script = read(names, tmp_path, PLAIN | store)
    assert media == ["'self'", "blob:", "https://store.example.org"]
    assert script == ["'self'"]


def test_celery_takes_its_configuration_from_the_settings() -> None:
    for name in ("task_acks_late", "task_reject_on_worker_lost", "task_routes", "worker_prefetch_multiplier"):
        assert app.conf[name] == settings.CELERY[name]


def test_only_the_work_on_films_goes_to_the_queue_for_it() -> None:
    route = app.amqp.router.route
    assert route({}, "media_pipeline.tasks.run_unit")["queue"].name == "media"
    assert route({}, "media_pipeline.tasks.sweep_work_units")["queue"].name == "default"


def test_every_scheduled_task_exists_and_expires_before_it_piles_up() -> None:
    app.loader.import_default_modules()
    assert set(SCHEDULE) <= set(app.tasks)
    for entry in app.conf.beat_schedule.values():
        if isinstance(entry["schedule"], float):
            assert entry["options"]["expires"] == entry["schedule"]


PROXIED = """
from lms.wsgi import behind_proxy
seen = behind_proxy(lambda environ, start: [environ["REMOTE_ADDR"].encode()])
print(seen({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 1.2.3.4"}, None)[0].decode())
print(seen({"REMOTE_ADDR": "10.0.0.1"}, None)[0].decode())
"""


def test_behind_a_proxy_the_visitors_address_is_the_one_the_proxy_saw(tmp_path: Path) -> None:
    done = run(["-c", PROXIED], tmp_path, PLAIN | {"LMS_DEBUG": "1"})
    assert done.stdout.split() == ["1.2.3.4", "10.0.0.1"], done.stderr
