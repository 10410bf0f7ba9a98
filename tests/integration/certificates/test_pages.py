"""Verification for everybody, one's own list, the organizer's list and revoking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from certificates import services
from certificates.models import Certificate, LookupCount
from lms.common import clock
from lms.common.errors import Conflict, DomainError
from lms.members.models import AuditEntry, Member, Notification
from lms.members.rules import Role
from tests.conftest import People
from tests.factories import certificates as make
from tests.factories import members as make_member
from tests.factories.credits import NOON

LogIn = Callable[[Member], Client]


@pytest.fixture
def certificate(people: People) -> Certificate:
    return make.rendered(people.learner, people.county, people.instructor)


# --- Verification -------------------------------------------------------------------------------------------


def test_anybody_with_the_code_reads_that_it_is_valid_and_no_full_name(certificate: Certificate) -> None:
    answer = Client().get(reverse("certificates:verify-code", args=[certificate.verify_code]))
    assert answer.status_code == 200
    for shown in (
        "李*",
        certificate.number,
        "党史十讲 theory",
        "青川县委",
        certificate.payload_sha256,
        'data-answer="valid"',
    ):
        assert shown in answer.text, shown
    for hidden in ("𬱖", certificate.payload["learner_no"], "石桥村"):
        assert hidden not in answer.text.replace("learner_no", ""), hidden
    assert "no-store" in answer["Cache-Control"]


def test_the_code_may_be_typed_with_small_letters_blanks_and_dashes(certificate: Certificate) -> None:
    typed = f" {certificate.code_in_groups.lower().replace('-', ' - ')} "
    answer = Client().get(reverse("certificates:verify"), {"code": typed})
    assert 'data-answer="valid"' in answer.text


def test_the_form_alone_answers_nothing_and_counts_nothing(db: None) -> None:
    answer = Client().get(reverse("certificates:verify"))
    assert answer.status_code == 200
    assert "data-answer" not in answer.text
    assert not LookupCount.objects.exists()


def test_a_code_that_nobody_holds_is_unknown(certificate: Certificate) -> None:
    answer = Client().get(reverse("certificates:verify"), {"code": "ABCDEFGHJKMNPQRSTUVW"})
    assert answer.status_code == 404
    assert 'data-answer="unknown"' in answer.text
    assert 'value="ABCDEFGHJKMNPQRSTUVW"' in answer.text, "what was typed is still there, to be corrected"


@pytest.mark.parametrize("code", ["short", "李𬱖", "' OR 1=1 --", "%00", "x" * 500, "<script>alert(1)</script>"])
def test_what_cannot_be_a_code_is_harmless_and_told_how_one_looks(certificate: Certificate, code: str) -> None:
    answer = Client().get(reverse("certificates:verify"), {"code": code})
    assert answer.status_code == 404
    assert 'data-answer="malformed"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text


def test_characters_that_no_code_has_are_named(certificate: Certificate) -> None:
    visitor = Client()
    visitor.cookies["django_language"] = "en"
    confused = certificate.verify_code[:-1] + "O"
    answer = visitor.get(reverse("certificates:verify"), {"code": confused})
    assert "0, O, 1, I and L do not occur in any code." in answer.text
    short = visitor.get(reverse("certificates:verify"), {"code": confused[:-1]})
    assert "A code has 20 letters and digits; 19 were typed." in short.text


def test_neither_number_nor_serial_opens_the_answer(certificate: Certificate) -> None:
    for guess in (certificate.serial, certificate.number, str(certificate.pk)):
        assert Client().get(reverse("certificates:verify"), {"code": guess}).status_code == 404


def test_a_revoked_certificate_answers_since_when_and_keeps_the_reason_to_itself(
    people: People, certificate: Certificate
) -> None:
    at = datetime(2026, 4, 2, 16, 30, tzinfo=UTC)  # the 3rd in Shanghai
    services.revoke(actor=people.organizer, certificate=certificate, reason="查实代学", now=at)
    answer = Client().get(reverse("certificates:verify-code", args=[certificate.verify_code]))
    assert answer.status_code == 200
    assert 'data-answer="revoked"' in answer.text
    assert "2026年4月3日" in answer.text
    assert "查实代学" not in answer.text


def test_what_was_altered_in_the_table_is_not_called_valid(certificate: Certificate) -> None:
    Certificate.objects.update(payload=certificate.payload | {"hours": 9900})
    answer = Client().get(reverse("certificates:verify-code", args=[certificate.verify_code]))
    assert 'data-answer="altered"' in answer.text


def test_an_address_that_asks_too_often_has_to_wait(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    url = reverse("certificates:verify")
    known, other = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    for _number in range(30):
        services.count_lookup(address="192.0.2.1", now=now)
    answer = known.get(url, {"code": certificate.verify_code})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert certificate.code_in_groups not in answer.text
    assert certificate.verify_code in answer.text, "what was typed is still there"
    assert "data-answer" not in answer.text
    assert other.get(url, {"code": certificate.verify_code}).status_code == 200


def test_look_ups_are_counted_by_the_minute_and_forgotten(db: None) -> None:
    for _number in range(30):
        services.count_lookup(address="192.0.2.1", now=NOON)
    with pytest.raises(services.TooManyLookups):
        services.count_lookup(address="192.0.2.1", now=NOON + timedelta(seconds=59))
    services.count_lookup(address="192.0.2.1", now=NOON + timedelta(seconds=60))
    assert "192.0.2.1" not in str(list(LookupCount.objects.values()))
    services.count_lookup(address="192.0.2.9", now=NOON + timedelta(hours=2))
    assert LookupCount.objects.count() == 1


@pytest.mark.parametrize(("behind_proxy", "expected"), [(True, 2), (False, 1)])
def test_behind_a_proxy_the_visitor_counts_and_not_the_proxy(
    certificate: Certificate, settings: Settings, behind_proxy: bool, expected: int
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if behind_proxy else None
    for visitor in ("198.51.100.1", "6.6.6.6, 198.51.100.2"):
        Client(REMOTE_ADDR="127.0.0.1").get(
            reverse("certificates:verify"), {"code": "x"}, headers={"X-Forwarded-For": visitor}
        )
    assert LookupCount.objects.count() == expected


# --- One's own ----------------------------------------------------------------------------------------------


def test_members_see_their_own_certificates_and_no_others(
    people: People, certificate: Certificate, client_of: LogIn
) -> None:
    page = client_of(people.learner).get(reverse("certificates:list")).text
    assert certificate.number in page
    assert reverse("certificates:download", args=[certificate.serial]) in page
    other = client_of(people.stranger).get(reverse("certificates:list")).text
    assert certificate.number not in other


def test_the_list_tells_what_is_being_made_and_what_was_revoked(people: People, client_of: LogIn) -> None:
    fresh = make.issued(people.learner, people.county, people.instructor, slug="fresh")
    gone = make.rendered(people.learner, people.county, people.instructor, slug="gone")
    services.revoke(actor=people.organizer, certificate=gone, reason="查实代学", now=NOON)
    page = client_of(people.learner).get(reverse("certificates:list")).text
    assert 'data-state="processing"' in page
    assert 'data-state="revoked"' in page
    assert "查实代学" in page, "the member learns why"
    for certificate in (fresh, gone):
        assert reverse("certificates:download", args=[certificate.serial]) not in page


def test_the_lists_take_the_same_queries_however_long_they_are(
    people: People, client_of: LogIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make.rendered(people.learner, people.county, people.instructor, slug="first")
    own, managed = client_of(people.learner), client_of(people.organizer)
    with django_assert_num_queries(6):
        own.get(reverse("certificates:list"))
    with django_assert_num_queries(13):
        managed.get(reverse("certificates:manage"))
    for number in range(8):
        make.rendered(people.learner, people.county, people.instructor, slug=f"more-{number}")
    with django_assert_num_queries(6):
        own.get(reverse("certificates:list"))
    with django_assert_num_queries(13):
        managed.get(reverse("certificates:manage"))


# --- Organizers ---------------------------------------------------------------------------------------------


def test_organizers_list_their_learners_and_what_was_issued_in_their_scope(
    people: People, certificate: Certificate, client_of: LogIn
) -> None:
    foreign = make.issued(people.stranger, people.elsewhere, people.instructor, slug="foreign")
    guest = make.issued(people.stranger, people.county, people.instructor, slug="guest")
    above = make.issued(people.learner, people.province, people.instructor, slug="above")
    page = client_of(people.organizer).get(reverse("certificates:manage")).text
    for seen in (certificate, guest, above):
        assert seen.serial in page or seen.number in page
    assert foreign.payload["course"]["title"] not in page
    audit = AuditEntry.objects.get(act="certificates.read_list")
    assert (audit.actor, audit.facts["rows"]) == (people.organizer, 3)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"q": "李𬱖"}, 1),
        ({"q": "learner"}, 1),
        ({"q": "党史"}, 2),
        ({"q": "第000002号"}, 1),
        ({"q": "没有"}, 0),
        ({"state": "revoked"}, 0),
        ({"state": "issued"}, 2),
        ({"state": "nonsense"}, 2),
    ],
)
def test_organizers_search(people: People, client_of: LogIn, query: dict[str, str], count: int) -> None:
    make.issued(people.learner, people.county, people.instructor, slug="a")
    make.issued(people.stranger, people.county, people.instructor, slug="b")
    page = client_of(people.organizer).get(reverse("certificates:manage"), query)
    assert page.context["table"].count == count


def test_learners_and_instructors_do_not_get_the_list(people: People, client_of: LogIn) -> None:
    for member in (people.learner, people.instructor):
        assert client_of(member).get(reverse("certificates:manage")).status_code == 403
    assert not AuditEntry.objects.filter(act="certificates.read_list").exists()


def test_an_organizer_revokes_with_a_reason_on_record(
    people: People, certificate: Certificate, client_of: LogIn
) -> None:
    client = client_of(people.organizer)
    url = reverse("certificates:revoke", args=[certificate.serial])
    assert certificate.number in client.get(url).text
    answer = client.post(url, {"reason": "  "})
    assert answer.status_code == 200
    assert "field-error" in answer.text
    certificate.refresh_from_db()
    assert not certificate.is_revoked
    assert client.post(url, {"reason": "查实代学"}).status_code == 302
    certificate.refresh_from_db()
    assert (certificate.is_revoked, certificate.revoke_reason, certificate.revoked_by) == (
        True,
        "查实代学",
        people.organizer,
    )
    audit = AuditEntry.objects.get(act="certificates.revoke")
    assert (audit.actor, audit.facts["reason"]) == (people.organizer, "查实代学")
    assert client.post(url, {"reason": "再来一次"}).status_code == 409
    certificate.refresh_from_db()
    assert certificate.revoke_reason == "查实代学"


def test_the_holder_is_told_once_that_a_certificate_was_revoked_and_why(
    people: People, certificate: Certificate, client_of: LogIn
) -> None:
    told = Notification.objects.filter(key=f"certificates.revoked:{certificate.pk}")
    services.revoke(actor=people.organizer, certificate=certificate, reason=" 查实代学 ", now=NOON)
    with pytest.raises(Conflict):
        services.revoke(actor=people.organizer, certificate=certificate, reason="再来一次", now=NOON)
    message = told.get()
    assert (message.member, message.url) == (people.learner, reverse("certificates:list"))
    assert message.facts == {"number": certificate.number, "title": "党史十讲 theory", "reason": "查实代学"}
    shown = f"您的课程《党史十讲 theory》结业证书（{certificate.number}）已被撤销，原因：查实代学"
    assert shown in client_of(people.learner).get(reverse("portal:notifications")).text


def test_a_certificate_stays_valid_when_its_holder_cannot_be_told(
    people: People, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_facts: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(services.member_services, "notify", fails)
    with pytest.raises(RuntimeError):
        services.revoke(actor=people.organizer, certificate=certificate, reason="查实代学", now=NOON)
    certificate.refresh_from_db()
    assert not certificate.is_revoked


def test_nobody_else_revokes(people: People, certificate: Certificate, client_of: LogIn) -> None:
    auditor = make_member.grant(make_member.member("auditor", people.county), people.province, Role.AUDITOR)
    url = reverse("certificates:revoke", args=[certificate.serial])
    for other, status in (
        (people.learner, 403),
        (auditor, 403),
        (people.instructor, 404),
        (people.rival, 404),
        (people.stranger, 404),
    ):
        for answer in (client_of(other).get(url), client_of(other).post(url, {"reason": "不该"})):
            assert answer.status_code == status, other.learner_no
    assert Client().post(url, {"reason": "不该"}).status_code == 302
    certificate.refresh_from_db()
    assert not certificate.is_revoked
    assert not AuditEntry.objects.filter(act="certificates.revoke").exists()


def test_a_lower_organization_does_not_revoke_what_a_higher_one_issued(people: People, client_of: LogIn) -> None:
    certificate = make.issued(people.learner, people.province, people.instructor)
    url = reverse("certificates:revoke", args=[certificate.serial])
    assert url not in client_of(people.organizer).get(reverse("certificates:manage")).text
    assert client_of(people.organizer).post(url, {"reason": "不该"}).status_code == 403
    assert client_of(people.administrator).post(url, {"reason": "查实代学"}).status_code == 302
    certificate.refresh_from_db()
    assert certificate.is_revoked


def test_a_reason_longer_than_the_column_is_refused(people: People, certificate: Certificate) -> None:
    with pytest.raises(DomainError):
        services.revoke(actor=people.organizer, certificate=certificate, reason="字" * 201, now=NOON)
    certificate.refresh_from_db()
    assert not certificate.is_revoked
