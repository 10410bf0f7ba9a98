"""The database itself refuses to change the ledger, and the audit finds what was changed behind its back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from credits import services
from credits.models import Account, Balance, CapBucket, Decision, LearningEvent, LedgerEntry, RuleVersion
from credits.queries import audit
from credits.rules import CHAIN_START
from lms.common import append_only
from tests.conftest import People
from tests.factories import credits as make
from tests.factories.credits import NOON

TABLES = ["credits_learningevent", "credits_ruleversion", "credits_decision", "credits_ledgerentry"]


@pytest.fixture
def ledger(people: People) -> People:
    """Two people's ledgers: earnings, a capped one, a duplicate and a reversal."""
    course = make.course("theory", people.county, people.instructor)
    for _number in range(9):
        make.complete_lecture(people.learner, make.lecture(course, minutes=45))
    exam = make.exam(course)
    make.pass_exam(people.learner, exam)
    make.complete_lecture(people.learner, make.lecture(course, minutes=45))
    make.complete_lecture(people.learner, make.lecture(course, minutes=45))
    make.pass_exam(people.learner, exam, number=2)
    first = LedgerEntry.objects.earliest("id")
    services.reverse_entry(actor=people.organizer, entry=first, reason="误计", now=NOON)
    make.complete_lecture(people.learner, make.lecture(course, minutes=45), at=NOON + timedelta(days=400))
    make.complete_lecture(people.stranger, course.chapters.get().lectures.first())
    return people


def execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def settle_foreign_keys() -> None:
    """PostgreSQL alters no table while foreign keys of the same transaction are still to be checked."""
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["UPDATE {0} SET id = id + 1000", "DELETE FROM {0}"])
def test_no_row_is_changed_or_deleted(ledger: People, table: str, act: str) -> None:
    before = [model.objects.count() for model in (LearningEvent, RuleVersion, Decision, LedgerEntry)]
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        execute(act.format(table))
    assert before == [model.objects.count() for model in (LearningEvent, RuleVersion, Decision, LedgerEntry)]


@pytest.mark.profile("scaled")
@pytest.mark.parametrize("table", TABLES)
def test_no_table_is_emptied(ledger: People, table: str) -> None:
    settle_foreign_keys()
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        execute(f"TRUNCATE {table} CASCADE")
    assert LedgerEntry.objects.count() == 14


@pytest.mark.profile("scaled")
def test_a_session_that_calls_itself_a_replica_changes_nothing_either(ledger: People) -> None:
    execute("SET LOCAL session_replication_role = replica")
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        execute("UPDATE credits_ledgerentry SET amount = 5")
    execute("SET LOCAL session_replication_role = origin")


def test_an_insert_that_would_replace_a_row_is_refused(ledger: People) -> None:
    columns = [field.column for field in LedgerEntry._meta.concrete_fields]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join('"amount" + 1' if name == "amount" else f'"{name}"' for name in columns)
    source = f"SELECT {values} FROM credits_ledgerentry WHERE mseq = 1 AND amount = 100"
    if connection.vendor == "sqlite":
        statement = f"INSERT OR REPLACE INTO credits_ledgerentry ({names}) {source}"
    else:
        statement = f"INSERT INTO credits_ledgerentry ({names}) {source} ON CONFLICT (id) DO UPDATE SET amount = 101"
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        execute(statement)
    assert not LedgerEntry.objects.filter(amount=101).exists()


def test_a_rewrite_by_the_orm_is_refused(ledger: People) -> None:
    entry = LedgerEntry.objects.earliest("id")
    entry.amount = 9900
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.delete()
    assert LedgerEntry.objects.earliest("id").amount == 100


# --- The audit ------------------------------------------------------------------------------------------------


@contextmanager
def behind_the_triggers(*tables: str) -> Iterator[None]:
    """As somebody would who owns the database."""
    settle_foreign_keys()
    for table in tables:
        append_only.disarm(connection, table)
    yield
    settle_foreign_keys()
    for table in tables:
        append_only.arm(connection, table)


def found() -> set[str]:
    return {finding.code for finding in audit.list_findings()}


def test_an_honest_ledger_passes_the_audit(ledger: People) -> None:
    assert list(audit.list_findings()) == []
    assert services.rebuild_caches(check=True) == []
    out = StringIO()
    call_command("ledger_audit", stdout=out)
    assert out.getvalue().strip()


def test_an_empty_ledger_passes_the_audit(people: People) -> None:
    assert list(audit.list_findings()) == []


@pytest.mark.parametrize(
    ("model", "change", "expected"),
    [
        (LedgerEntry, {"amount": 101}, {"entry_changed", "request_changed"}),
        (LedgerEntry, {"biz_date": "2026-03-02"}, {"entry_changed", "entry_wrong"}),
        (LedgerEntry, {"posted_at": NOON + timedelta(microseconds=1)}, {"entry_changed"}),
        (LedgerEntry, {"source_id": "9999999"}, {"entry_changed", "request_changed"}),
        (LedgerEntry, {"idempotency_key": "free|again"}, {"entry_wrong", "request_changed"}),
        (LedgerEntry, {"request_hash": "0" * 64}, {"request_changed", "entry_changed"}),
        (LedgerEntry, {"hash": "0" * 64}, {"entry_changed", "chain_broken"}),
        (LedgerEntry, {"year": 2025}, {"entry_changed", "entry_wrong", "cache_wrong"}),
        (Decision, {"granted": 99}, {"decision_changed", "decision_wrong", "entry_wrong"}),
        (Decision, {"reason": "capped"}, {"decision_changed", "decision_wrong"}),
        (Decision, {"cap_trace": []}, {"decision_changed", "cap_broken"}),
        (LearningEvent, {"title": "别的讲座"}, {"event_changed"}),
        (LearningEvent, {"facts": {"duration_ms": 60_000}}, {"event_changed", "decision_wrong"}),
        (LearningEvent, {"occurred_at": NOON + timedelta(days=365)}, {"event_changed", "entry_wrong"}),
        (LearningEvent, {"sha256": "0" * 64}, {"event_changed", "decision_changed"}),
    ],
)
def test_one_changed_value_is_found(ledger: People, model: Any, change: dict[str, Any], expected: set[str]) -> None:
    row = model.objects.earliest("id")
    with behind_the_triggers(*TABLES):
        assert model.objects.filter(pk=row.pk).update(**change) == 1
    assert expected <= found()
    out = StringIO()
    with pytest.raises(CommandError, match=r"\d"):
        call_command("ledger_audit", stdout=out)
    for code in expected:
        assert code in out.getvalue()


def test_a_rule_made_more_generous_in_silence_is_found(ledger: People) -> None:
    version = RuleVersion.objects.get(code="exam-hours")
    with behind_the_triggers(*TABLES):
        RuleVersion.objects.filter(pk=version.pk).update(spec=version.spec | {"amount": 5000})
    assert {"spec_changed", "decision_wrong"} <= found()


def test_a_deleted_entry_is_found_even_when_the_caches_were_made_to_agree(ledger: People) -> None:
    last = LedgerEntry.objects.filter(member=ledger.learner).latest("mseq")
    with behind_the_triggers(*TABLES):
        LedgerEntry.objects.filter(pk=last.pk).delete()
    services.rebuild_caches(check=False)
    assert found() == {"entry_missing"}


def test_a_deleted_middle_entry_breaks_the_chain(ledger: People) -> None:
    middle = LedgerEntry.objects.get(member=ledger.learner, mseq=5)
    with behind_the_triggers(*TABLES):
        LedgerEntry.objects.filter(pk=middle.pk).delete()
    assert {"chain_gap", "entry_missing"} <= found()


def test_a_reversal_that_is_not_the_exact_opposite_is_found(ledger: People) -> None:
    with behind_the_triggers(*TABLES):
        LedgerEntry.objects.filter(kind="reverse").update(amount=-60)
    assert {"reversal_wrong", "entry_changed"} <= found()


def test_a_limit_that_was_passed_is_found(ledger: People) -> None:
    capped = Decision.objects.get(reason="capped")
    with behind_the_triggers(*TABLES):
        generous = [use | {"used": 0} for use in capped.cap_trace]
        Decision.objects.filter(pk=capped.pk).update(cap_trace=generous)
    assert {"cap_broken", "decision_changed", "decision_wrong"} <= found()


@pytest.mark.parametrize(
    ("model", "change", "name"),
    [
        (Balance, {"total": 4200}, "balance 2026"),
        (Balance, {"n": 1}, "balance 2026"),
        (Account, {"head_hash": CHAIN_START}, "account"),
        (CapBucket, {"used": 0}, "cap online D2026-03-01"),
    ],
)
def test_a_wrong_cache_is_found_and_made_right_again(
    ledger: People, model: Any, change: dict[str, Any], name: str
) -> None:
    row = model.objects.filter(member=ledger.learner).earliest("id")
    right = {field: getattr(row, field) for field in change}
    model.objects.filter(pk=row.pk).update(**change)
    assert found() == {"cache_wrong"}
    with pytest.raises(CommandError):
        call_command("ledger_rebuild", "--check", stdout=StringIO())
    assert {field: getattr(model.objects.get(pk=row.pk), field) for field in change} == change
    assert [one.what for one in services.rebuild_caches(check=False)] == [name]
    mine = model.objects.filter(member=ledger.learner)
    assert right in [{field: getattr(one, field) for field in change} for one in mine]
    assert found() == set()
    call_command("ledger_rebuild", "--check", stdout=StringIO())


@pytest.mark.parametrize("model", [Balance, Account, CapBucket])
def test_deleted_caches_are_made_again(ledger: People, model: Any) -> None:
    before = list(model.objects.order_by("member_id", "pk").values_list("member_id"))
    model.objects.all().delete()
    assert found() == {"cache_wrong"}
    assert services.rebuild_caches(check=True)
    assert not model.objects.exists(), "a check changes nothing"
    services.rebuild_caches(check=False)
    assert found() == set()
    assert list(model.objects.order_by("member_id", "pk").values_list("member_id")) == before


def test_a_cache_without_a_ledger_is_found_and_removed(ledger: People) -> None:
    Balance.objects.create(member=ledger.instructor, unit="hours", year=2026, total=9900, n=99, head_hash=CHAIN_START)
    assert found() == {"cache_wrong"}
    services.rebuild_caches(check=False)
    assert not Balance.objects.filter(member=ledger.instructor).exists()
    assert found() == set()


def test_any_flipped_character_of_the_protected_rows_is_found(ledger: People) -> None:
    """Column by column: one character of the stored text of one entry, its decision and its event."""
    entry = LedgerEntry.objects.filter(member=ledger.learner, kind="earn").select_related("decision").latest("id")
    assert entry.decision is not None
    rows = [
        (LedgerEntry, entry.pk, ["source_type", "source_id", "note", "idempotency_key", "prev_hash"]),
        (Decision, entry.decision.pk, ["rule_code", "reason", "sha256"]),
        (
            LearningEvent,
            entry.decision.event_id,
            ["type", "occurrence", "source_type", "source_id", "organization_path"],
        ),
    ]
    for model, key, fields in rows:
        for field in fields:
            original = str(getattr(model.objects.get(pk=key), field))  # type: ignore[attr-defined]
            changed = original[:-1] + ("x" if original[-1:] != "x" else "y")
            with behind_the_triggers(*TABLES):
                model.objects.filter(pk=key).update(**{field: changed})  # type: ignore[attr-defined]
            assert found(), f"{model.__name__}.{field}: {json.dumps(changed)}"
            with behind_the_triggers(*TABLES):
                model.objects.filter(pk=key).update(**{field: original})  # type: ignore[attr-defined]
    assert found() == set()


def test_the_audit_reads_pages_not_people(people: People, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    from tests.factories import members as make_member

    course = make.course("theory", people.county, people.instructor)
    lecture = make.lecture(course)
    make.complete_lecture(people.learner, lecture)
    with django_assert_num_queries(12):
        assert list(audit.list_findings()) == []
    for number in range(20):
        make.complete_lecture(make_member.member(f"more-{number}", people.village), lecture)
    with django_assert_num_queries(12):
        assert list(audit.list_findings()) == []
