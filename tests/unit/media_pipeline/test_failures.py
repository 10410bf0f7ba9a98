"""Whose fault a failed run is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from media_pipeline.rules import FailureCode, MachineBusy, MediaRefused, UnitKind
from media_pipeline.rules.failures import classify
from media_pipeline.rules.names import clean_file_name, title_of
from media_pipeline.rules.states import overall_permille, wait_after_busy, wait_for_claim


@pytest.mark.parametrize(
    ("returncode", "stderr", "reason"),
    [
        (1, "av_interleaved_write_frame(): No space left on device", "disk_full"),
        (1, "Error while opening encoder: Cannot allocate memory", "memory"),
        (-9, "", "killed"),
        (137, "", "killed"),
        (152, "", "time_limit"),
        (153, "", "disk_full"),
        (127, "prlimit: failed to execute ffmpeg: No such file or directory", "storage"),
    ],
)
def test_what_the_machine_did_is_worth_another_try(returncode: int, stderr: str, reason: str) -> None:
    found = classify(returncode, stderr, otherwise=FailureCode.DAMAGED)

    assert isinstance(found, MachineBusy)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("returncode", "stderr", "code"),
    [
        (1, "[mov] moov atom not found\nInvalid data found when processing input", FailureCode.INCOMPLETE),
        (1, "[hls] Format not whitelisted", FailureCode.NOT_MEDIA),
        (1, "Invalid data found when processing input", FailureCode.DAMAGED),
        (139, "", FailureCode.DAMAGED),
    ],
)
def test_what_the_file_is_stays_what_it_is(returncode: int, stderr: str, code: FailureCode) -> None:
    found = classify(returncode, stderr, otherwise=FailureCode.DAMAGED)

    assert isinstance(found, MediaRefused)
    assert found.code == code
    assert found.detail


def test_waiting_grows_with_every_attempt_and_with_age() -> None:
    assert [wait_after_busy(n).total_seconds() for n in (1, 2, 3)] == [10, 40, 160]
    assert wait_for_claim(timedelta(seconds=1)) == timedelta(seconds=30)
    assert wait_for_claim(timedelta(minutes=4)) == timedelta(minutes=4)
    assert wait_for_claim(timedelta(days=1)) == timedelta(minutes=15)


def test_progress_of_the_steps_adds_up() -> None:
    assert overall_permille(UnitKind.PROBE, 0) == 0
    assert overall_permille(UnitKind.TRANSCODE, 0) == overall_permille(UnitKind.PROBE, 1000)
    assert overall_permille(UnitKind.TRANSCODE, 500) == 485
    assert overall_permille(UnitKind.PACKAGE, 0) == overall_permille(UnitKind.TRANSCODE, 1000)
    assert overall_permille(UnitKind.PACKAGE, 5000) == 1000


@pytest.mark.parametrize(
    ("sent", "kept", "title"),
    [
        ("第一讲.mp4", "第一讲.mp4", "第一讲"),
        ("C:\\fakepath\\lecture one.mov", "lecture one.mov", "lecture one"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("a\x00b\u202egpj.mp4", "abgpj.mp4", "abgpj"),
        ("", "", ""),
        (".hidden", ".hidden", ".hidden"),
    ],
)
def test_file_names_are_only_shown_and_shown_plainly(sent: str, kept: str, title: str) -> None:
    assert clean_file_name(sent) == kept
    assert title_of(kept) == title


def test_a_very_long_file_name_keeps_its_ending() -> None:
    kept = clean_file_name("长" * 400 + ".mp4")

    assert len(kept) == 255
    assert kept.endswith(".mp4")
