"""Messages to a member: told once, read once, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from lms.common.errors import Conflict
from lms.members import queries, services
from lms.members.models import Member, Notification
from tests.conftest import People, make_people
from tests.integration.credits.threads import all_at_once

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MESSAGE = "You have passed the exam “%(title)s”."


def tell(member: Member, key: str = "exams.passed:1", *, title: str = "党章", now: datetime = NOON) -> Notification:
    return services.notify(member=member, key=key, message=MESSAGE, facts={"title": title}, url="/exams/1/", now=now)


def test_the_same_event_is_told_once(people: People) -> None:
    first = tell(people.learner)
    again = tell(people.learner, now=NOON + timedelta(hours=1))

    assert again.pk == first.pk
    assert again.created_at == NOON
    assert Notification.objects.count() == 1
    assert first.kind == "exams.passed"
    assert tell(people.stranger).pk != first.pk  # the key is the member's own


def test_another_text_under_the_same_key_is_a_loud_error(people: People) -> None:
    tell(people.learner)
    with pytest.raises(Conflict):
        tell(people.learner, title="党史")


def test_the_database_refuses_a_second_one(people: People) -> None:
    told = tell(people.learner)
    told.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        told.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_it_once() -> None:
    people = make_people()
    assert all_at_once([lambda: tell(people.learner)] * 4) == []
    assert Notification.objects.count() == 1


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere", "exams/1/", ""])
def test_a_message_leads_nowhere_else(people: People, url: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        services.notify(member=people.learner, key="a.b:1", message="x", facts={}, url=url, now=NOON)
    assert not Notification.objects.exists()


def test_a_message_without_its_facts_is_the_sender_s_mistake(people: People) -> None:
    with pytest.raises(KeyError):
        services.notify(member=people.learner, key="a.b:1", message=MESSAGE, facts={}, url="/", now=NOON)


def test_the_text_follows_the_reader_s_language(people: People) -> None:
    told = tell(people.learner)
    with translation.override("en"):
        assert told.text == "You have passed the exam “党章”."
    with translation.override("zh-hans"):
        assert "党章" in told.text


def test_the_first_reading_counts(people: People) -> None:
    told = tell(people.learner)
    assert queries.count_unread(people.learner) == 1
    services.mark_read(notification=told, now=NOON + timedelta(hours=1))
    services.mark_read(notification=told, now=NOON + timedelta(hours=2))
    told.refresh_from_db()
    assert told.read_at == NOON + timedelta(hours=1)
    assert queries.count_unread(people.learner) == 0


def test_reading_all_leaves_what_came_later_and_what_is_others(people: People) -> None:
    tell(people.learner, "a.b:1")
    tell(people.learner, "a.b:2", now=NOON + timedelta(minutes=5))
    tell(people.stranger, "a.b:1")

    read = services.mark_all_read(
        member=people.learner, until=NOON + timedelta(minutes=1), now=NOON + timedelta(minutes=9)
    )

    assert read == 1
    assert queries.count_unread(people.learner) == 1
    assert queries.count_unread(people.stranger) == 1


def test_what_was_told_vanishes_with_a_transaction_that_fails(people: People) -> None:
    with transaction.atomic():
        tell(people.learner)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
