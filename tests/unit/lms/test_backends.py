"""URLs become settings; a URL that means something else than its writer thought is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from lms.settings import backends


def test_a_postgresql_url_with_quoted_parts_and_parameters() -> None:
    found = backends.database("postgresql://sch%40ol:p%2Fw@db.example.org:5433/sch%20ool?sslmode=require")
    assert {name: found[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")} == {
        "USER": "sch@ol",
        "PASSWORD": "p/w",
        "HOST": "db.example.org",
        "PORT": "5433",
        "NAME": "sch ool",
    }
    assert found["OPTIONS"] == {"connect_timeout": "10", "sslmode": "require"}


def test_an_sqlite_url_with_a_blank_and_chinese_in_its_path() -> None:
    found = backends.database("sqlite:///srv/my%20school/%E5%85%9A%E6%A0%A1.sqlite3")
    assert found["NAME"] == "/srv/my school/党校.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("mysql://localhost/school", "sqlite:/// or postgresql://"),
        ("sqlite://school.sqlite3", "whole path"),
        ("sqlite://srv/school.sqlite3", "whole path"),
        ("sqlite:///srv/a#b", "whole path"),
        ("postgresql://localhost", "lacks the database's name"),
        ("postgresql://localhost:port/school", "a port that is no number"),
        ("school.sqlite3", "must start with"),
    ],
)
def test_a_database_url_that_is_none_is_refused(url: str, complaint: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=complaint):
        backends.database(url)


def test_an_s3_url_with_its_own_host() -> None:
    options = backends.storage("s3://acc%3Auser:se%2Fcret@127.0.0.1:9000/bucket?region=cn-north-1")["OPTIONS"]
    assert options["endpoint_url"] == "http://127.0.0.1:9000"
    assert (options["access_key"], options["secret_key"]) == ("acc:user", "se/cret")
    assert (options["bucket_name"], options["region_name"]) == ("bucket", "cn-north-1")


def test_an_s3_url_without_host_is_amazons() -> None:
    options = backends.storage("s3:///bucket")["OPTIONS"]
    assert "endpoint_url" not in options
    assert options["access_key"] is None


@pytest.mark.parametrize("url", ["s3://127.0.0.1:9000", "file://media", "ftp://x/y", "s3://127.0.0.1:x/bucket"])
def test_a_storage_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="LMS_STORAGE_URL"):
        backends.storage(url)


def test_the_file_broker_keeps_all_its_folders_on_one_file_system(tmp_path: Path) -> None:
    options = backends.broker(f"file://{tmp_path}/broker")["broker_transport_options"]
    folders = {Path(value).parent for name, value in options.items() if "folder" in name}
    assert folders == {tmp_path / "broker"}


def test_a_message_in_redis_waits_longer_for_its_worker_than_any_work_takes() -> None:
    assert backends.broker("redis://localhost/0")["broker_transport_options"]["visibility_timeout"] == 6 * 3600


def test_rabbitmq_gets_queues_that_survive_it() -> None:
    assert backends.broker("amqp://localhost")["task_default_queue_type"] == "quorum"


@pytest.mark.parametrize("url", ["kafka://localhost", "file://broker", "localhost"])
def test_a_broker_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="LMS_BROKER_URL"):
        backends.broker(url)
