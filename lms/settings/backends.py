"""Turns the three URLs that choose between the embedded and the scaled form into settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from lms.settings.env import make_directory

# WAL lets readers go on while one writes; FULL because an acknowledged row must survive a power cut;
# recursive_triggers because INSERT OR REPLACE would otherwise pass the append-only triggers unseen.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    "PRAGMA recursive_triggers=ON;PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY;"
)


def database(url: str) -> dict[str, Any]:
    """Django's DATABASES['default'] for `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST:PORT/NAME`.

    `?sslmode=..` and the like behind NAME are libpq's connection parameters. Raises ImproperlyConfigured for
    any other scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = _absolute_path(parts, "LMS_DATABASE_URL")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "CONN_MAX_AGE": None,
            # IMMEDIATE: a transaction that reads and then writes must take the write lock first, or it fails
            # with "database is locked" however long the timeout is.
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
            "TEST": {"NAME": f"{path}.test"},
        }
    if parts.scheme in {"postgresql", "postgres"}:
        if not parts.path.strip("/"):
            raise ImproperlyConfigured(
                "LMS_DATABASE_URL lacks the database's name: postgresql://USER:PASSWORD@HOST/NAME"
            )
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(_port(parts, "LMS_DATABASE_URL") or ""),
            "OPTIONS": {"connect_timeout": "10", **dict(parse_qsl(parts.query))},
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured(f"LMS_DATABASE_URL must start with sqlite:/// or postgresql://, not {parts.scheme!r}")


def storage(url: str) -> dict[str, Any]:
    """Django's STORAGES['default'] for `file:///DIR` or `s3://KEY:SECRET@HOST:PORT/BUCKET?region=..&tls=1`.

    Key and secret are URL-quoted. Without HOST the storage is Amazon's own. Raises ImproperlyConfigured for
    any other scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(_absolute_path(parts, "LMS_STORAGE_URL")), "base_url": None},
        }
    if parts.scheme != "s3":
        raise ImproperlyConfigured(f"LMS_STORAGE_URL must start with file:/// or s3://, not {parts.scheme!r}")
    if not parts.path.strip("/"):
        raise ImproperlyConfigured("LMS_STORAGE_URL lacks the bucket's name: s3://KEY:SECRET@HOST/BUCKET")
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
        number = _port(parts, "LMS_STORAGE_URL")
        port = f":{number}" if number else ""
        options["endpoint_url"] = f"{'https' if tls else 'http'}://{parts.hostname}{port}"
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def broker(url: str) -> dict[str, Any]:
    """Celery's broker settings for `file:///DIR`, `redis://..` or `amqp://..`.

    Raises ImproperlyConfigured for any other scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        directory = make_directory("LMS_BROKER_URL", _absolute_path(parts, "LMS_BROKER_URL"))
        return {
            "broker_url": "safefs://localhost/",
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
        # Longer than the longest work unit: a message younger than this is not given to a second worker. What
        # a dead worker leaves behind is found much sooner, by its lease (media_pipeline).
        return {
            "broker_url": url,
            "broker_transport_options": {
                "visibility_timeout": 6 * 3600,
                "unacked_restore_throttle": 1,
                "unacked_restore_interval": 10,
                "socket_connect_timeout": 5,
                "socket_keepalive": True,
            },
        }
    if parts.scheme in {"amqp", "amqps"}:
        return {"broker_url": url, "task_default_queue_type": "quorum", "task_default_exchange_type": "topic"}
    raise ImproperlyConfigured(f"LMS_BROKER_URL must start with file:///, redis:// or amqp://, not {parts.scheme!r}")


def _absolute_path(parts: SplitResult, variable: str) -> Path:
    """The path of `scheme:///path`. With two slashes its first folder would be a host's name."""
    if parts.netloc or not parts.path.startswith("/") or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            f"{variable} needs a whole path after {parts.scheme}://, such as {parts.scheme}:///srv/school"
        )
    return Path(unquote(parts.path))


def _port(parts: SplitResult, variable: str) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{variable} has a port that is no number") from None
