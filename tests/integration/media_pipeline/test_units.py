"""Leases, retries, cancelling and sweeping: who may do what to a work unit, and when."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from lms.common.errors import Conflict
from lms.members import queries as member_queries
from media_pipeline import queries, services
from media_pipeline.models import MediaAsset, Rendition, WorkUnit
from media_pipeline.rules import MachineBusy
from media_pipeline.services import units
from media_pipeline.storage import store
from tests.conftest import People
from tests.factories import media_pipeline as make

NOW = make.BEGINNING


def at(instant: datetime) -> datetime:
    """A clock that stands still."""
    return instant


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def first_unit(asset: MediaAsset) -> WorkUnit:
    return WorkUnit.objects.get(asset=asset, version=asset.version, position=0)


def claim(asset: MediaAsset, kind: str = "probe", now: datetime = NOW) -> units.Claim:
    unit = WorkUnit.objects.get(asset=asset, version=asset.version, kind=kind)
    held = units.claim(unit_id=unit.pk, worker="test", now=now)
    assert held is not None
    return held


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The units for which messages were sent."""
    told: list[int] = []
    monkeypatch.setattr("media_pipeline.services.messages.send_unit", told.append)
    return told


def test_a_unit_is_claimed_once(uploaded: MediaAsset) -> None:
    held = claim(uploaded)

    assert units.claim(unit_id=held.unit.pk, worker="second", now=NOW) is None
    unit = first_unit(uploaded)
    assert (unit.state, unit.worker, unit.attempts) == ("running", "test", 1)
    assert unit.lease_expires_at == NOW + seconds(20)
    uploaded.refresh_from_db()
    assert uploaded.state == "processing"


def test_a_unit_whose_turn_has_not_come_is_not_claimed(uploaded: MediaAsset) -> None:
    later = WorkUnit.objects.get(asset=uploaded, kind="transcode")

    assert units.claim(unit_id=later.pk, worker="test", now=NOW) is None
    assert units.claim(unit_id=0, worker="test", now=NOW) is None


def test_progress_is_noted_and_keeps_the_lease(uploaded: MediaAsset) -> None:
    held = claim(uploaded)

    units.renew(held, permille=500, now=NOW + seconds(15))

    unit = first_unit(uploaded)
    assert (unit.progress_permille, unit.lease_expires_at) == (500, NOW + seconds(35))
    found = queries.progress(MediaAsset.objects.get(pk=uploaded.pk))
    assert (found.state, found.permille, found.step) == ("processing", 10, "probe")


def test_a_worker_that_lost_its_lease_publishes_nothing(uploaded: MediaAsset, sent: list[int]) -> None:
    make.process(uploaded)
    services.retry_asset(actor=uploaded.uploaded_by, asset=uploaded, now=NOW)
    run_all_but_the_last(uploaded)
    slow = claim(uploaded, "package")
    assert services.sweep_work_units(now=NOW + seconds(21)) == 1
    second = units.claim(unit_id=slow.unit.pk, worker="second", now=NOW + seconds(22))
    assert second is not None

    with pytest.raises(units.LeaseLost):
        units.publish(slow, prefix="hls/slow", streams=[], has_poster=False, now=NOW + seconds(23))

    uploaded.refresh_from_db()
    assert (uploaded.state, uploaded.published_version) == ("processing", 1)
    assert not Rendition.objects.filter(version=2).exists()
    unit = WorkUnit.objects.get(pk=slow.unit.pk)
    assert (unit.state, unit.lease_token, unit.attempts) == ("running", second.token, 2)
    with pytest.raises(units.LeaseLost):
        units.renew(slow, permille=999, now=NOW + seconds(23))
    with pytest.raises(units.LeaseLost):
        units.give_back(slow, MachineBusy("disk_full"), now=NOW + seconds(23))


def run_all_but_the_last(asset: MediaAsset) -> None:
    for kind in ("probe", "transcode"):
        unit = WorkUnit.objects.get(asset=asset, version=asset.version, kind=kind)
        assert services.run_unit(unit_id=unit.pk, worker="test", clock=lambda: NOW)


def test_a_lease_that_is_lost_during_transcoding_ends_ffmpeg_and_leaves_no_files(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = make.uploaded(people.instructor, people.county, make.long_clip())
    assert services.run_unit(unit_id=first_unit(asset).pk, worker="test", clock=lambda: NOW)
    unit = WorkUnit.objects.get(asset=asset, kind="transcode")
    renew = units.renew
    renewals = []

    def lose_it(held: units.Claim, **fields: Any) -> None:
        renewals.append(time.monotonic())
        WorkUnit.objects.filter(pk=held.unit.pk).update(lease_token="00000000-0000-0000-0000-000000000000")
        renew(held, **fields)

    monkeypatch.setattr("media_pipeline.services.units.renew", lose_it)
    began = time.monotonic()

    assert not services.run_unit(unit_id=unit.pk, worker="test", clock=lambda: NOW)

    assert len(renewals) == 1
    assert time.monotonic() - renewals[0] < 2
    assert renewals[0] - began < 5
    unit.refresh_from_db()
    assert (unit.state, str(unit.lease_token)) == ("running", "00000000-0000-0000-0000-000000000000")
    with pytest.raises(FileNotFoundError):
        store().read(f"hls/{asset.pk}/v1/{unit.facts['run']}/240p/index.m3u8")


def test_cancelling_ends_running_work_within_two_seconds(people: People, transactional_db: None, scratch: Path) -> None:
    """In threads, as a browser's request and a worker would: the one cancels what the other is at."""
    asset = make.uploaded(people.instructor, people.county, make.long_clip())
    make_running = threading.Thread(target=run_and_close, args=[asset])
    make_running.start()
    wait_for(lambda: WorkUnit.objects.filter(asset=asset, kind="transcode", progress_permille__gt=0).exists())

    services.cancel_asset(actor=people.instructor, asset=MediaAsset.objects.get(pk=asset.pk), now=NOW)
    cancelled = time.monotonic()
    make_running.join(20)

    assert not make_running.is_alive()
    assert time.monotonic() - cancelled < 3  # two, and one for a machine that is busy with other things
    asset.refresh_from_db()
    assert asset.state == "cancelled"
    assert set(WorkUnit.objects.filter(asset=asset).values_list("state", flat=True)) == {"done", "cancelled"}
    assert services.sweep_scratch() <= 1
    assert not (scratch / str(asset.pk)).exists()


def run_and_close(asset: MediaAsset) -> None:
    try:
        make.process(asset)
    finally:
        connection.close()


def wait_for(condition: Any, *, timeout_seconds: float = 30) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def test_a_busy_machine_is_tried_again_later_and_given_up_after_four_times(
    uploaded: MediaAsset, monkeypatch: pytest.MonkeyPatch, sent: list[int]
) -> None:
    def busy(*arguments: object) -> None:
        raise MachineBusy("disk_full", "no room")

    monkeypatch.setattr("media_pipeline.steps.probe", busy)
    unit, now = first_unit(uploaded), NOW
    for attempt, wait in enumerate((10, 40, 160), start=1):
        assert not services.run_unit(unit_id=unit.pk, worker="test", clock=partial(at, now))
        unit.refresh_from_db()
        assert (unit.state, unit.attempts, unit.error_code) == ("pending", attempt, "disk_full")
        assert unit.not_before == now + seconds(wait)
        assert units.claim(unit_id=unit.pk, worker="early", now=now + seconds(wait - 1)) is None
        assert services.sweep_work_units(now=now + seconds(wait - 1)) == 0
        now += seconds(wait)
        assert services.sweep_work_units(now=now) == 1
        assert sent[-1] == unit.pk
    assert not services.run_unit(unit_id=unit.pk, worker="test", clock=partial(at, now))

    uploaded.refresh_from_db()
    assert (uploaded.state, uploaded.failure_code) == ("failed", "machine_busy")
    assert uploaded.failure_detail == "disk_full: no room"


def fresh(asset: MediaAsset) -> MediaAsset:
    return MediaAsset.objects.get(pk=asset.pk)


def test_a_missing_program_is_the_machine_and_not_the_file(uploaded: MediaAsset, settings: Any) -> None:
    settings.FFPROBE = "no-such-program"

    assert not services.run_unit(unit_id=first_unit(uploaded).pk, worker="test", clock=lambda: NOW)

    unit = first_unit(uploaded)
    assert (unit.state, unit.error_code) == ("pending", "program_missing")


def test_a_full_disk_is_noticed_before_the_work_begins(uploaded: MediaAsset, monkeypatch: pytest.MonkeyPatch) -> None:
    assert services.run_unit(unit_id=first_unit(uploaded).pk, worker="test", clock=lambda: NOW)
    monkeypatch.setattr("media_pipeline.scratch.SPARE_BYTES", 1 << 60)
    unit = WorkUnit.objects.get(asset=uploaded, kind="transcode")

    assert not services.run_unit(unit_id=unit.pk, worker="test", clock=lambda: NOW)

    unit.refresh_from_db()
    assert (unit.state, unit.error_code) == ("pending", "disk_full")


def test_a_source_that_cannot_be_fetched_is_tried_again(uploaded: MediaAsset) -> None:
    store().discard(uploaded.source_key)

    assert not services.run_unit(unit_id=first_unit(uploaded).pk, worker="test", clock=lambda: NOW)

    assert first_unit(uploaded).error_code == "storage"


def test_a_dead_lease_is_swept_and_the_fourth_one_fails_the_asset(uploaded: MediaAsset, sent: list[int]) -> None:
    unit, now = first_unit(uploaded), NOW
    for attempt in range(1, 4):
        claim(uploaded, now=now)
        assert services.sweep_work_units(now=now + seconds(19)) == 0
        now += seconds(21)
        assert services.sweep_work_units(now=now) == 1
        assert services.sweep_work_units(now=now) == 0
        unit.refresh_from_db()
        assert (unit.state, unit.attempts, unit.error_code) == ("pending", attempt, "worker_lost")
        assert unit.lease_token is None
    assert sent == [unit.pk] * 3
    claim(uploaded, now=now)

    assert services.sweep_work_units(now=now + seconds(21)) == 1

    uploaded.refresh_from_db()
    assert (uploaded.state, uploaded.failure_code) == ("failed", "machine_busy")
    assert "worker_lost" in uploaded.failure_detail


def test_a_message_that_was_lost_is_sent_again_but_not_all_the_time(uploaded: MediaAsset, sent: list[int]) -> None:
    unit = first_unit(uploaded)

    assert services.sweep_work_units(now=NOW + seconds(29)) == 0
    assert services.sweep_work_units(now=NOW + seconds(30)) == 1
    assert services.sweep_work_units(now=NOW + seconds(59)) == 0
    assert services.sweep_work_units(now=NOW + seconds(60)) == 1
    assert services.sweep_work_units(now=NOW + seconds(119)) == 0
    assert services.sweep_work_units(now=NOW + seconds(120)) == 1
    assert sent == [unit.pk] * 3


def test_a_finished_step_hands_on_to_the_next(uploaded: MediaAsset, sent: list[int]) -> None:
    assert services.run_unit(unit_id=first_unit(uploaded).pk, worker="test", clock=lambda: NOW)

    states = dict(WorkUnit.objects.filter(asset=uploaded).values_list("kind", "state"))
    assert states == {"probe": "done", "transcode": "pending", "package": "waiting"}
    assert sent == [WorkUnit.objects.get(asset=uploaded, kind="transcode").pk]
    assert fresh(uploaded).duration_ms


def test_a_message_that_comes_twice_does_nothing(ready: MediaAsset) -> None:
    before = WorkUnit.objects.filter(asset=ready).values("state", "attempts", "finished_at")
    kept = list(before)

    for unit in WorkUnit.objects.filter(asset=ready):
        assert not services.run_unit(unit_id=unit.pk, worker="test", clock=lambda: NOW)

    assert list(before.all()) == kept


def test_what_is_being_processed_cannot_be_started_again(uploaded: MediaAsset, people: People) -> None:
    with pytest.raises(Conflict) as refused:
        services.retry_asset(actor=people.instructor, asset=uploaded, now=NOW)

    assert refused.value.code == "being_processed"
    assert WorkUnit.objects.filter(asset=uploaded).count() == 3


def test_cancelled_work_can_be_started_again_and_is_on_record(uploaded: MediaAsset, people: People) -> None:
    services.cancel_asset(actor=people.instructor, asset=uploaded, now=NOW)
    with pytest.raises(Conflict):
        services.cancel_asset(actor=people.instructor, asset=uploaded, now=NOW)
    assert uploaded.state == "cancelled"

    services.retry_asset(actor=people.instructor, asset=uploaded, now=NOW)
    make.process(uploaded)

    assert (uploaded.state, uploaded.published_version) == ("ready", 2)
    acts = [entry.act for entry in member_queries.list_audit_entries("media_asset", str(uploaded.pk))]
    assert acts == ["media_pipeline.retry", "media_pipeline.cancel", "media_pipeline.upload"]


def test_two_who_start_again_at_once_start_one_version(ready: MediaAsset, people: People) -> None:
    stale = fresh(ready)
    services.retry_asset(actor=people.instructor, asset=ready, now=NOW)

    with pytest.raises(Conflict):
        services.retry_asset(actor=people.administrator, asset=stale, now=NOW)

    assert fresh(ready).version == 2


def test_a_killed_run_s_files_are_cleared_by_the_next_one(uploaded: MediaAsset) -> None:
    assert services.run_unit(unit_id=first_unit(uploaded).pk, worker="test", clock=lambda: NOW)
    held = claim(uploaded, "transcode")
    left = store().incoming() / "left"
    left.write_bytes(b"half a segment")
    store().keep(left, f"hls/{uploaded.pk}/v1/{held.run}/48p/seg_00000.m4s")
    assert services.sweep_work_units(now=NOW + seconds(21)) == 1

    make.process(uploaded, now=NOW + seconds(22))

    assert uploaded.state == "ready"
    assert held.run not in uploaded.published_prefix
    with pytest.raises(FileNotFoundError):
        store().read(f"hls/{uploaded.pk}/v1/{held.run}/48p/seg_00000.m4s")
