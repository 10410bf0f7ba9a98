"""Making the caches again from what they repeat: the chain of entries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from credits.models import Account, Balance, CapBucket
from credits.queries import caches
from credits.queries.caches import Rows
from credits.rules import Unit
from credits.services.posting import lock_account


@dataclass(frozen=True)
class Difference:
    """One cached row that is not what the ledger says; None where it is missing or should not be there."""

    member_id: int
    what: str  # 'account', 'balance 2026', 'cap online D2026-07-01'
    cached: tuple[int | str, ...] | None
    right: tuple[int | str, ...] | None


def rebuild_caches(*, check: bool) -> list[Difference]:
    """Compare every member's caches with the ledger and, unless `check`, put them right. Returns what
    differed.

    Each member in a transaction of their own, under the lock of posting.
    """
    differences: list[Difference] = []
    for member_id in caches.list_members_of_ledger(Unit.HOURS):
        differences += _rebuild_member(member_id, Unit.HOURS, check)
    return differences


@transaction.atomic
def _rebuild_member(member_id: int, unit: Unit, check: bool) -> list[Difference]:
    if check:  # holds the lock when there is one, and creates nothing
        account = Account.objects.select_for_update().filter(member_id=member_id, unit=unit).first()
    else:
        account = lock_account(member_id, unit)
    right = caches.right_rows(caches.list_entries([member_id], unit))
    held = caches.cached_rows([member_id], unit)[member_id]
    differences = [
        Difference(member_id, name, held.get(name), right.get(name))
        for name in sorted(held.keys() | right.keys())
        if held.get(name) != right.get(name)
    ]
    if differences and not check:
        assert account is not None
        _write(account, right)
    return differences


def _write(account: Account, right: Rows) -> None:
    mine = {"member_id": account.member_id, "unit": account.unit}
    Balance.objects.filter(**mine).delete()
    CapBucket.objects.filter(**mine).delete()
    for name, row in right.items():
        match name.split(" "):
            case ["account"]:
                Account.objects.filter(pk=account.pk).update(mseq=row[0], head_hash=row[1])
            case ["balance", year]:
                Balance.objects.create(**mine, year=int(year), total=row[0], n=row[1], head_hash=row[2])
            case ["cap", group, window]:
                CapBucket.objects.create(**mine, group=group, window=window, used=row[0])
