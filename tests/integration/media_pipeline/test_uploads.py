"""Receiving files: what is kept, what is refused, and that nothing is left of what is refused."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lms.common.errors import DomainError, TooLarge, Unavailable
from lms.members import queries as member_queries
from lms.members.models import Member
from media_pipeline import services
from media_pipeline.incoming import Spool
from media_pipeline.models import MediaAsset, WorkUnit
from media_pipeline.storage import store
from tests.conftest import People
from tests.factories import media_pipeline as make

URL = reverse("media_pipeline:upload")
JSON = {"HTTP_ACCEPT": "application/json"}
ClientOf = Callable[[Member], Client]


@pytest.fixture(autouse=True)
def nothing_is_left_over() -> Iterator[None]:
    yield
    assert list(store().incoming().glob("*.part")) == []


def form(people: People, data: bytes, name: str = "第一讲.mp4", **fields: Any) -> dict[str, Any]:
    return {"title": "", "organization": people.county.pk, "file": SimpleUploadedFile(name, data)} | fields


def test_chunks_are_kept_byte_by_byte_and_processing_begins(people: People) -> None:
    data = bytes(range(256)) * 5000
    told: list[int] = []

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(data), 100_000):
            told.append(start)
            yield data[start : start + 100_000]

    asset = services.receive_upload(
        actor=people.instructor,
        organization=people.county,
        title=" 乡村振兴 ",
        filename="C:\\fakepath\\第一讲.mp4",
        chunks=chunks(),
        now=make.BEGINNING,
    )

    assert (asset.title, asset.original_name, asset.state) == ("乡村振兴", "第一讲.mp4", "uploaded")
    assert (asset.size_bytes, asset.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert store().read(asset.source_key) == data
    states = list(WorkUnit.objects.filter(asset=asset).values_list("kind", "state"))
    assert states == [("probe", "pending"), ("transcode", "waiting"), ("package", "waiting")]
    entry = member_queries.list_audit_entries("media_asset", str(asset.pk)).get()
    assert (entry.act, entry.actor, entry.facts["sha256"]) == (
        "media_pipeline.upload",
        people.instructor,
        asset.sha256,
    )
    assert len(told) == 13


def test_the_message_is_sent_after_the_commit(
    people: People, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, args: sent.append((name, list(args))))

    with django_capture_on_commit_callbacks(execute=True):
        asset = make.uploaded(people.instructor, people.county)
        assert sent == []

    assert sent == [("media_pipeline.tasks.run_unit", [WorkUnit.objects.get(asset=asset, kind="probe").pk])]


def test_a_broker_that_is_away_does_not_lose_the_upload(
    people: People, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*arguments: object, **options: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("celery.current_app.send_task", away)

    with django_capture_on_commit_callbacks(execute=True):
        asset = make.uploaded(people.instructor, people.county)

    assert WorkUnit.objects.get(asset=asset, kind="probe").state == "pending"  # the sweeper will send it


def test_too_much_is_refused_while_it_comes_and_nothing_is_kept(people: People, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    taken: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(300)
            yield b"x" * 300

    with pytest.raises(TooLarge) as refused:
        services.receive_upload(
            actor=people.instructor,
            organization=people.county,
            title="",
            filename="x.mp4",
            chunks=endless(),
            now=make.BEGINNING,
        )

    assert refused.value.code == "too_large"
    assert "1000" in str(refused.value.message)
    assert len(taken) == 4
    assert not MediaAsset.objects.exists()


def test_an_empty_file_is_refused(people: People) -> None:
    with pytest.raises(DomainError) as refused:
        services.receive_upload(
            actor=people.instructor,
            organization=people.county,
            title="",
            filename="x.mp4",
            chunks=[],
            now=make.BEGINNING,
        )

    assert refused.value.code == "empty"
    assert not MediaAsset.objects.exists()


def test_a_full_disk_is_told_in_plain_words(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Spool, data: bytes) -> None:
        from media_pipeline.storage import disk_errors

        with disk_errors():
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Spool, "write", full)

    with pytest.raises(Unavailable) as refused:
        make.uploaded(people.instructor, people.county)

    assert refused.value.code == "disk_full"
    assert not MediaAsset.objects.exists()


def test_a_row_that_cannot_be_written_leaves_no_file(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []

    def broken(**fields: Any) -> None:
        kept.append(fields["object_id"])
        raise RuntimeError("the database went away")

    monkeypatch.setattr("lms.members.services.record_audit", broken)

    with pytest.raises(RuntimeError):
        make.uploaded(people.instructor, people.county)

    with pytest.raises(FileNotFoundError):
        store().read(f"sources/{kept[0]}")


def test_the_form_takes_a_film(people: People, client_of: ClientOf) -> None:
    data = make.clip().read_bytes()

    answer = client_of(people.instructor).post(URL, form(people, data))

    asset = MediaAsset.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("media_pipeline:asset-detail", args=[asset.pk])
    assert (asset.title, asset.uploaded_by, asset.organization) == (
        "第一讲",
        people.instructor,
        people.county,
    )
    assert store().read(asset.source_key) == data


def test_a_program_gets_json(people: People, client_of: ClientOf) -> None:
    answer = client_of(people.instructor).post(URL, form(people, b"x" * 10, title="标题"), **JSON)

    asset = MediaAsset.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(asset.pk),
        "location": reverse("media_pipeline:asset-detail", args=[asset.pk]),
    }
    assert asset.title == "标题"


@pytest.mark.parametrize(
    ("fields", "code", "status", "field"),
    [
        ({"file": SimpleUploadedFile("x.mp4", b"")}, "empty", 400, "file"),
        ({"file": ""}, "required", 400, "file"),
        ({"title": "长" * 201}, "max_length", 400, "title"),
        ({"organization": 0}, "invalid_choice", 400, "organization"),
        ({"file": SimpleUploadedFile("x.mp4", b"x" * 1001)}, "too_large", 413, "file"),
    ],
)
def test_bad_input_is_refused_with_a_message_and_nothing_is_kept(
    people: People,
    client_of: ClientOf,
    settings: Any,
    fields: dict[str, Any],
    code: str,
    status: int,
    field: str,
) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    client = client_of(people.instructor)

    answer = client.post(URL, form(people, b"x", title="我的讲座") | fields, **JSON)
    if fields.get("file"):
        fields["file"].seek(0)
    page = client.post(URL, form(people, b"x", title="我的讲座") | fields)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["facts"] == {"field": field}
    assert answer.json()["message"]
    assert page.status_code == 200
    if field != "title":
        assert "我的讲座" in page.content.decode()
    assert "field-error" in page.content.decode()
    assert not MediaAsset.objects.exists()


def test_a_body_that_is_much_too_long_is_refused_before_it_is_read(
    people: People, client_of: ClientOf, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 1000

    answer = client_of(people.instructor).post(URL, form(people, b"x" * (2 << 20)), **JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not MediaAsset.objects.exists()


def test_only_who_makes_courses_there_may_upload(people: People, client_of: ClientOf) -> None:
    for stranger in (people.learner, people.organizer, people.rival):
        assert client_of(stranger).get(URL).status_code == 403
        assert client_of(stranger).post(URL, form(people, b"x")).status_code == 403
    elsewhere = client_of(people.instructor).post(URL, form(people, b"x", organization=people.elsewhere.pk), **JSON)
    assert elsewhere.json()["code"] == "invalid_choice"
    assert Client().post(URL, form(people, b"x")).status_code == 302
    assert not MediaAsset.objects.exists()


def test_a_form_without_the_secret_word_is_refused(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.instructor, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.post(URL, form(people, b"x" * 10))

    assert answer.status_code == 403
    assert not MediaAsset.objects.exists()


def test_the_page_offers_the_organizations_in_scope(people: People, client_of: ClientOf) -> None:
    page = client_of(people.instructor).get(URL).content.decode()

    assert people.county.name in page
    assert people.village.name in page
    assert people.elsewhere.name not in page
    assert people.province.name not in page


def test_a_second_file_in_the_form_is_passed_over(people: People, client_of: ClientOf) -> None:
    fields = form(people, b"first") | {"other": SimpleUploadedFile("second.mp4", b"second")}

    assert client_of(people.instructor).post(URL, fields).status_code == 302

    assert store().read(MediaAsset.objects.get().source_key) == b"first"


def test_day_old_remains_are_cleared_by_the_next_upload(people: People) -> None:
    import os

    old, young = (store().incoming() / f"{name}.part" for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))

    make.uploaded(people.instructor, people.county)

    assert not old.exists()
    assert young.exists()
    young.unlink()
