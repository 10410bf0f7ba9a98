"""What is made of a source."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.rules import FailureCode, MediaRefused
from media_pipeline.rules.plan import check, ladder, make_plan, output_rate, wall_seconds
from media_pipeline.rules.source import Picture, Sound, Source


def picture(width: int = 1920, height: int = 1080, rate: str = "25/1", **fields: object) -> Picture:
    defaults = {
        "index": 0,
        "codec": "h264",
        "coded_width": width,
        "coded_height": height,
        "width": width,
        "height": height,
        "rotation": 0,
        "rate": rate,
        "interlaced": False,
        "hdr": False,
        "duration_ms": None,
    }
    return Picture(**(defaults | fields))  # type: ignore[arg-type]  # the keys are the fields


def source(shown: Picture | None, *, sound: bool = True) -> Source:
    heard = Sound(index=1, codec="aac", channels=2, sample_rate=48000, duration_ms=None) if sound else None
    return Source("mov,mp4", 60_000, shown, heard, None, ())


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("25/1", Fraction(25)),
        ("24000/1001", Fraction(24000, 1001)),
        ("30000/1001", Fraction(30000, 1001)),
        ("19001/634", Fraction(30000, 1001)),  # a phone's average
        ("625/26", Fraction(24)),
        ("50/1", Fraction(25)),
        ("60000/1001", Fraction(30000, 1001)),
        ("120/1", Fraction(30)),
        ("10/1", Fraction(10)),  # a screen recording stays as it is
        ("15000/1001", Fraction(15)),
        ("1185/89", Fraction(53, 4)),
        ("1/5", Fraction(1)),
        ("90000/1", Fraction(90000, 4096)),
    ],
)
def test_the_frame_rate_is_snapped_halved_or_kept(rate: str, expected: Fraction) -> None:
    found = output_rate(Fraction(rate))

    if rate == "90000/1":  # nonsense in a header: anything playable will do
        assert 1 <= found <= Fraction(303, 10)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3840, 2160), [("1080p", 1920, 1080), ("720p", 1280, 720), ("480p", 854, 480)]),
        ((1920, 1080), [("1080p", 1920, 1080), ("720p", 1280, 720), ("480p", 854, 480)]),
        ((1920, 1072), [("1080p", 1920, 1072), ("720p", 1290, 720), ("480p", 860, 480)]),
        ((1280, 720), [("720p", 1280, 720), ("480p", 854, 480), ("360p", 640, 360)]),
        ((640, 480), [("480p", 640, 480), ("360p", 480, 360)]),
        ((256, 144), [("144p", 256, 144)]),
        ((1080, 1920), [("1080p", 1080, 1920), ("720p", 720, 1280), ("480p", 480, 854)]),
        ((101, 99), [("99p", 100, 98)]),
        ((15, 8), [("8p", 14, 8)]),
    ],
)
def test_the_ladder_has_up_to_three_sizes_and_never_scales_up(
    size: tuple[int, int], expected: list[tuple[str, int, int]]
) -> None:
    made = ladder(picture(*size))

    assert [(one.name, one.width, one.height) for one in made] == expected


def test_the_ladder_ends_at_the_configured_top() -> None:
    assert [one.name for one in ladder(picture(1920, 1080), top=480)] == ["480p", "360p"]
    assert [one.name for one in ladder(picture(256, 144), top=480)] == ["144p"]


@given(width=st.integers(2, 8192), height=st.integers(2, 8192))
def test_every_size_of_every_ladder_is_even_within_the_source_and_of_the_same_shape(width: int, height: int) -> None:
    made = ladder(picture(width, height))

    assert 1 <= len(made) <= 3
    assert len({one.name for one in made}) == len(made)
    for one in made:
        assert one.width % 2 == one.height % 2 == 0
        assert 2 <= one.width <= width
        assert 2 <= one.height <= height
        # Shapes differ by no more than the rounding to even numbers.
        assert abs(one.width * height - one.height * width) <= 2 * max(width, height) + 2


@given(st.fractions(min_value=Fraction(1, 10), max_value=1000))
def test_every_rate_gives_segments_of_whole_pictures_close_to_four_seconds(rate: Fraction) -> None:
    shown = picture(rate=f"{rate.numerator}/{rate.denominator}")
    plan = make_plan(source(shown), duration_ms=60_000)

    assert plan.rate is not None
    assert 1 <= plan.rate <= Fraction(30)
    assert plan.group_of_pictures == plan.segment_seconds * plan.rate
    assert abs(plan.segment_seconds - 4) <= Fraction(1, 100)


def test_sound_alone_gives_no_picture_sizes() -> None:
    plan = make_plan(source(None), duration_ms=60_000)

    assert plan.renditions == ()
    assert plan.rate is None
    assert plan.has_sound
    assert plan.segment_seconds == 4


def test_interlaced_and_hdr_sources_are_noted_in_the_plan() -> None:
    plan = make_plan(source(picture(interlaced=True, hdr=True), sound=False), duration_ms=60_000)

    assert plan.deinterlace
    assert plan.tone_map
    assert not plan.has_sound


def test_the_room_that_is_asked_for_covers_the_caps() -> None:
    plan = make_plan(source(picture()), duration_ms=100_000)

    assert plan.max_bytes > (3000 + 1600 + 800 + 96) * 1000 // 8 * 100


@pytest.mark.parametrize(
    ("shown", "duration_ms", "code"),
    [
        (picture(), 3_600_001, FailureCode.TOO_LONG),
        (picture(8194, 100), 1000, FailureCode.TOO_MANY_PIXELS),
        (picture(8000, 8000), 1000, FailureCode.TOO_MANY_PIXELS),
        (picture(9000, 100, coded_width=100), 1000, FailureCode.TOO_MANY_PIXELS),
    ],
)
def test_what_is_too_long_or_too_large_is_refused(shown: Picture, duration_ms: int, code: FailureCode) -> None:
    with pytest.raises(MediaRefused) as refused:
        check(source(shown), duration_ms=duration_ms, max_seconds=3600)

    assert refused.value.code == code


def test_what_is_just_small_enough_is_taken() -> None:
    check(source(picture(8192, 4320)), duration_ms=3_600_000, max_seconds=3600)
    check(source(None), duration_ms=1, max_seconds=3600)


def test_the_time_limit_grows_with_length_and_size() -> None:
    small, large = source(picture(1280, 720)), source(picture(3840, 2160))

    assert wall_seconds(small, 60_000) == 300 + 60 * 30
    assert wall_seconds(large, 60_000) == 300 + 60 * 30 * 4
    assert wall_seconds(source(None), 60_000) == 300 + 60 * 30
