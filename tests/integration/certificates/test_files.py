"""The file of a certificate: made once, kept, given back unharmed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.test import Client
from django.urls import reverse

from certificates import drawing, queries, services, tasks
from certificates.models import Certificate
from lms.common.errors import Conflict, Unavailable
from lms.members.models import AuditEntry, Member
from tests.conftest import People
from tests.factories import certificates as make
from tests.factories import members as make_member
from tests.factories.credits import NOON

LogIn = Callable[[Member], Client]


def test_the_message_to_the_workers_goes_out_after_the_commit(
    people: People, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[tuple[str, list[int]]] = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda _app, name, args=(), **_rest: sent.append((name, args))
    )
    with django_capture_on_commit_callbacks(execute=True):
        certificate = make.issued(people.learner, people.county, people.instructor)
        assert sent == []
    assert ("certificates.tasks.render", [certificate.pk]) in sent


def test_a_broker_that_is_away_does_not_harm_the_completion(
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away(*_arguments: Any, **_rest: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("celery.app.base.Celery.send_task", away)
    with caplog.at_level(logging.ERROR), django_capture_on_commit_callbacks(execute=True):
        make.issued(people.learner, people.county, people.instructor)
    assert services.render_missing(now=NOON + timedelta(seconds=60)) == 1
    assert Certificate.objects.get().pdf_key


def test_the_file_is_made_once_and_kept(people: People) -> None:
    certificate = make.issued(people.learner, people.county, people.instructor)
    tasks.render(certificate.pk)
    certificate.refresh_from_db()
    content = queries.pdf_of(certificate)
    assert hashlib.sha256(content).hexdigest() == certificate.pdf_sha256
    assert content == drawing.draw(
        certificate.payload,
        verify_code=certificate.verify_code,
        verify_url=services.verify_url(certificate),
    )
    key, at = certificate.pdf_key, certificate.rendered_at
    tasks.render(certificate.pk)
    certificate.refresh_from_db()
    assert (certificate.pdf_key, certificate.rendered_at) == (key, at)


def test_of_two_workers_the_first_file_counts_and_the_other_is_removed(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make.issued(people.learner, people.county, people.instructor)
    draw = drawing.draw

    def draw_while_another_is_faster(*arguments: Any, **keywords: Any) -> bytes:
        monkeypatch.setattr(drawing, "draw", draw)
        services.render(certificate_id=certificate.pk, now=NOON)
        return draw(*arguments, **keywords)

    monkeypatch.setattr(drawing, "draw", draw_while_another_is_faster)
    late = services.render(certificate_id=certificate.pk, now=NOON + timedelta(seconds=5))
    assert late.rendered_at == NOON
    folder = default_storage.listdir("certificates/2026")[1]
    assert [name for name in folder if name.startswith(certificate.serial)] == [late.pdf_key.rpartition("/")[2]]


def test_lost_messages_are_found_after_a_minute(people: People) -> None:
    certificate = make.issued(people.learner, people.county, people.instructor)
    assert services.render_missing(now=NOON + timedelta(seconds=59)) == 0
    assert services.render_missing(now=NOON + timedelta(seconds=60)) == 1
    assert services.render_missing(now=NOON + timedelta(seconds=61)) == 0
    certificate.refresh_from_db()
    assert certificate.pdf_key


def test_a_storage_that_fails_once_does_not_cost_the_others_their_file(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (make.issued(people.learner, people.county, people.instructor, slug=slug) for slug in ("a", "b"))
    save = Storage.save

    def full_disk(storage: Storage, name: str, content: Any) -> str:
        if first.serial in name:
            raise OSError("no space left")
        return str(save(storage, name, content))

    monkeypatch.setattr(Storage, "save", full_disk)
    with pytest.raises(ExceptionGroup):
        services.render_missing(now=NOON + timedelta(minutes=2))
    second.refresh_from_db()
    assert second.pdf_key
    monkeypatch.setattr(Storage, "save", save)
    assert services.render_missing(now=NOON + timedelta(minutes=3)) == 1


def test_a_name_the_font_cannot_show_stops_the_file_and_says_so(people: People, client_of: LogIn) -> None:
    learner = make_member.member("odd", people.village, full_name="李🐉")
    certificate = services.render(certificate_id=make.issued(learner, people.county, people.instructor).pk, now=NOON)
    assert (certificate.pdf_key, certificate.failure_code, certificate.failure_detail) == (
        "",
        "missing_glyph",
        "🐉",
    )
    assert services.render_missing(now=NOON + timedelta(hours=1)) == 0
    assert "🐉" in client_of(people.organizer).get(reverse("certificates:manage"), {"state": "failed"}).text
    answer = client_of(learner).get(reverse("certificates:download", args=[certificate.serial]))
    assert answer.status_code == 409
    assert "🐉" in answer.text


def test_an_organizer_can_have_a_failed_file_made_again(people: People, client_of: LogIn) -> None:
    certificate = make.issued(people.learner, people.county, people.instructor)
    url = reverse("certificates:retry", args=[certificate.serial])
    assert client_of(people.organizer).post(url).status_code == 409, "nothing has failed"
    Certificate.objects.update(failure_code="missing_glyph", failure_detail="𬱖")
    assert client_of(people.organizer).post(url).status_code == 302
    certificate = services.render(certificate_id=certificate.pk, now=NOON)
    assert (certificate.failure_code, bool(certificate.pdf_key)) == ("", True)


def test_a_revoked_certificate_gets_no_file(people: People) -> None:
    certificate = make.issued(people.learner, people.county, people.instructor)
    services.revoke(actor=people.organizer, certificate=certificate, reason="代学", now=NOON)
    assert services.render(certificate_id=certificate.pk, now=NOON).pdf_key == ""
    assert services.render_missing(now=NOON + timedelta(hours=1)) == 0


def test_a_download_is_the_kept_file_under_a_harmless_name(people: People, client_of: LogIn) -> None:
    certificate = make.rendered(people.learner, people.county, people.instructor)
    answer = client_of(people.learner).get(reverse("certificates:download", args=[certificate.serial]))
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == certificate.pdf_sha256
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E6%9D%8E%F0%AC%B1%96_%E9%9D%92%E5%B7%9D%E5%8E%BF%E5%A7%94%E7%BB%93%E8%AF%81"
        "%E5%AD%97%E3%80%942026%E3%80%95%E7%AC%AC000001%E5%8F%B7.pdf"
    )
    assert not AuditEntry.objects.filter(act="certificates.download").exists(), "one's own is nobody's business"


def test_a_download_before_the_file_is_there_says_it_is_being_made(people: People, client_of: LogIn) -> None:
    certificate = make.issued(people.learner, people.county, people.instructor)
    answer = client_of(people.learner).get(reverse("certificates:download", args=[certificate.serial]))
    assert answer.status_code == 503
    with pytest.raises(Unavailable) as refused:
        queries.pdf_of(certificate)
    assert refused.value.code == "certificate_being_made"


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_damaged_file_is_not_handed_out(people: People, damage: str) -> None:
    certificate = make.rendered(people.learner, people.county, people.instructor)
    default_storage.delete(certificate.pdf_key)
    if damage == "changed":
        certificate.pdf_key = default_storage.save(certificate.pdf_key, ContentFile(b"%PDF-1.4 other"))
    with pytest.raises(Unavailable) as refused:
        queries.pdf_of(certificate)
    assert refused.value.code == "certificate_file_damaged"


def test_a_revoked_certificate_is_not_handed_out(people: People, client_of: LogIn) -> None:
    certificate = make.rendered(people.learner, people.county, people.instructor)
    services.revoke(actor=people.organizer, certificate=certificate, reason="代学", now=NOON)
    with pytest.raises(Conflict):
        queries.pdf_of(certificate)
    answer = client_of(people.learner).get(reverse("certificates:download", args=[certificate.serial]))
    assert answer.status_code == 409


def test_an_organizer_downloads_on_record_and_nobody_else_at_all(people: People, client_of: LogIn) -> None:
    certificate = make.rendered(people.learner, people.county, people.instructor)
    url = reverse("certificates:download", args=[certificate.serial])
    for other in (people.stranger, people.rival, people.instructor):
        assert client_of(other).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    assert not AuditEntry.objects.filter(act="certificates.download").exists()
    assert client_of(people.organizer).get(url).status_code == 200
    audit = AuditEntry.objects.get(act="certificates.download")
    assert (audit.actor, audit.object_id) == (people.organizer, str(certificate.pk))
