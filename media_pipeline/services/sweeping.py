"""Finding what was dropped: by killed workers, lost messages, broken-off uploads."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from media_pipeline import scratch
from media_pipeline.models import MediaAsset, WorkUnit
from media_pipeline.rules import UnitState
from media_pipeline.rules.states import BEING_PROCESSED, wait_for_claim
from media_pipeline.services import messages, units

AT_ONCE = 100


def sweep_work_units(*, now: datetime) -> int:
    """Make units with dead leases pending again, and send messages that nobody acted on once more.

    Any number of sweepers may run together. Returns how many units were moved or sent.
    """
    dead = WorkUnit.objects.filter(state=UnitState.RUNNING, lease_expires_at__lt=now).order_by("lease_expires_at")
    recovered = [units.take_from_the_dead(unit, now=now) for unit in dead[:AT_ONCE]]
    unheard = WorkUnit.objects.filter(state=UnitState.PENDING, send_at__lte=now).order_by("send_at")
    sent = [_send_again(unit, now) for unit in unheard[:AT_ONCE]]
    return sum(recovered) + sum(sent)


@transaction.atomic
def _send_again(unit: WorkUnit, now: datetime) -> bool:
    mine = WorkUnit.objects.filter(pk=unit.pk, state=UnitState.PENDING, send_at=unit.send_at).update(
        send_at=now + wait_for_claim(now - unit.created_at)
    )
    if mine:
        messages.send_unit(unit.pk)
    return bool(mine)


def sweep_scratch() -> int:
    """Remove what finished, failed and killed work left on this machine's disk. Returns how many folders
    went.
    """
    found = scratch.asset_folders()
    needed = set(MediaAsset.objects.filter(pk__in=found, state__in=BEING_PROCESSED).values_list("pk", flat=True))
    abandoned = [folder for asset_id, folder in found.items() if asset_id not in needed]
    for folder in abandoned:
        scratch.remove(folder)
    return len(abandoned)
