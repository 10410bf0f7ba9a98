"""Turns the three URLs that choose between the embedded and the scaled form into Django and Celery settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# WAL lets readers go on while one writes; FULL because an acknowledged row must survive a power cut;
# recursive_triggers because INSERT OR REPLACE would otherwise pass the append-only triggers unseen.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    "PRAGMA recursive_triggers=ON;PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY;"
)


def database(url: str) -> dict[str, Any]:
    """Django's DATABASES['default'] for `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST:PORT/NAME`.

    Raises ImproperlyConfigured for any other scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path),
            "CONN_MAX_AGE": None,
            # IMMEDIATE: a transaction that reads and then writes must take the write lock first, or it fails with
            # "database is locked" however long the timeout is.
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
            "TEST": {"NAME": unquote(parts.path) + ".test"},
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured(f"LMS_DATABASE_URL must start with sqlite:/// or postgresql://, not {parts.scheme!r}")


def storage(url: str) -> dict[str, Any]:
    """Django's STORAGES['default'] for `file:///DIR` or `s3://KEY:SECRET@HOST:PORT/BUCKET?region=..&tls=1`.

    Key and secret are URL-quoted. Without HOST the storage is Amazon's own. Raises ImproperlyConfigured otherwise.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": unquote(parts.path), "base_url": None},
        }
    if parts.scheme != "s3":
        raise ImproperlyConfigured(f"LMS_STORAGE_URL must start with file:/// or s3://, not {parts.scheme!r}")
    query = parse_qs(parts.query)
    options: dict[str, Any] = {
        "bucket_name": unquote(parts.path.strip("/")),
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "region_name": query.get("region", ["us-east-1"])[0],
        "addressing_style": "path",
        "signature_version": "s3v4",
        "querystring_auth": True,
        "file_overwrite": False,
        "default_acl": None,
    }
    if parts.hostname:
        tls = query.get("tls", ["0"])[0] == "1"
        port = f":{parts.port}" if parts.port else ""
        options["endpoint_url"] = f"{'https' if tls else 'http'}://{parts.hostname}{port}"
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def broker(url: str) -> dict[str, Any]:
    """Celery's broker settings for `file:///DIR`, `redis://..` or `amqp://..`.

    Raises ImproperlyConfigured for any other scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        directory = Path(unquote(parts.path))
        for name in ("messages", "control", "in-flight"):
            (directory / name).mkdir(parents=True, exist_ok=True)
        return {
            "broker_url": "safefs://",
            "broker_transport_options": {
                "data_folder_in": str(directory / "messages"),
                "data_folder_out": str(directory / "messages"),
                "control_folder": str(directory / "control"),
                "processed_folder": str(directory / "in-flight"),
                "polling_interval": 0.5,
            },
            "worker_enable_remote_control": False,
        }
    if parts.scheme in {"redis", "rediss"}:
        # Longer than the longest work unit: a message younger than this is not given to a second worker. What a dead
        # worker leaves behind is found much sooner, by its lease (media_pipeline).
        return {
            "broker_url": url,
            "broker_transport_options": {
                "visibility_timeout": 6 * 3600,
                "unacked_restore_throttle": 1,
                "unacked_restore_interval": 10,
            },
        }
    if parts.scheme in {"amqp", "amqps"}:
        return {"broker_url": url, "task_default_queue_type": "quorum", "task_default_exchange_type": "topic"}
    raise ImproperlyConfigured(f"LMS_BROKER_URL must start with file:///, redis:// or amqp://, not {parts.scheme!r}")
