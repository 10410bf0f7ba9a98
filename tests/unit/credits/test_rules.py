"""The rules of learning hours, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits import rules
from credits.rules import Candidate, Cap, CapUse, Reason, SpecError, Trigger, Window

YUNNAN: dict[str, Any] = {
    "kind": "by_length",
    "tiers": [
        {"below_ms": 900_001, "amount": 25},
        {"below_ms": 1_800_000, "amount": 50},
        {"below_ms": None, "amount": 100},
    ],
    "caps": [{"group": "online", "window": "day", "limit": 1000}],
}


@pytest.mark.parametrize(
    ("seconds", "hundredths"),
    [(1, 25), (899, 25), (900, 25), (901, 50), (1799, 50), (1800, 100), (36_000, 100)],
)
def test_lectures_earn_by_the_tiers_of_yunnan(seconds: int, hundredths: int) -> None:
    assert rules.read_earning(YUNNAN).asked({"duration_ms": seconds * 1000}) == hundredths


@pytest.mark.parametrize(("ms", "hundredths"), [(900_000, 25), (900_001, 50), (1_799_999, 50), (1_800_000, 100)])
def test_tiers_change_at_the_very_millisecond(ms: int, hundredths: int) -> None:
    assert rules.read_earning(YUNNAN).asked({"duration_ms": ms}) == hundredths


@pytest.mark.parametrize("facts", [{}, {"duration_ms": 0}, {"duration_ms": None}])
def test_a_lecture_without_a_length_earns_nothing(facts: dict[str, Any]) -> None:
    verdict = rules.decide(rules.read_earning(YUNNAN).asked(facts), [])
    assert (verdict.granted, verdict.reason) == (0, Reason.NOT_ELIGIBLE)


def use(used: int, limit: int = 1000) -> CapUse:
    return CapUse(Cap("online", Window.DAY, limit), "D2026-03-01", used)


@pytest.mark.parametrize(
    ("used", "granted", "reason"),
    [
        (0, 100, Reason.OK),
        (900, 100, Reason.OK),
        (901, 99, Reason.CAPPED),
        (999, 1, Reason.CAPPED),
        (1000, 0, Reason.CAP_REACHED),
        (1200, 0, Reason.CAP_REACHED),
    ],
)
def test_a_limit_grants_what_it_leaves(used: int, granted: int, reason: Reason) -> None:
    verdict = rules.decide(100, [use(used)])
    assert (verdict.asked, verdict.granted, verdict.reason) == (100, granted, reason)
    assert verdict.trace == [{"group": "online", "window": "D2026-03-01", "limit": 1000, "used": used}]


@given(st.integers(0, 500), st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 3000)), max_size=4))
def test_no_limit_is_ever_passed(asked: int, limits: list[tuple[int, int]]) -> None:
    verdict = rules.decide(asked, [use(used, limit) for limit, used in limits])
    assert 0 <= verdict.granted <= asked
    for limit, used in limits:
        assert verdict.granted == 0 or used + verdict.granted <= limit
    assert (verdict.reason in (Reason.OK, Reason.CAPPED)) == (verdict.granted > 0)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"kind": "by_weight"}, "unknown kind"),
        ({"tiers": []}, "rising bounds"),
        ({"tiers": [{"below_ms": 5, "amount": 1}]}, "rising bounds"),
        ({"tiers": [{"below_ms": None, "amount": 1}, {"below_ms": None, "amount": 2}]}, "rising bounds"),
        (
            {"tiers": [{"below_ms": 9, "amount": 1}, {"below_ms": 9, "amount": 2}, {"amount": 3}]},
            "rising bounds",
        ),
        ({"tiers": [{"amount": 0.5}]}, "whole number"),
        ({"tiers": [{"amount": True}]}, "whole number"),
        ({"caps": [{"group": "online", "window": "week", "limit": 1}]}, "day, month or year"),
        ({"caps": [{"group": "online", "window": "day", "limit": 0}]}, "at least 1"),
        ({"caps": [{"group": "a b", "window": "day", "limit": 5}]}, "group"),
        (
            {
                "caps": [
                    {"group": "online", "window": "day", "limit": 5},
                    {"group": "online", "window": "day", "limit": 6},
                ]
            },
            "twice",
        ),
    ],
)
def test_a_specification_that_cannot_be_understood_says_why(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(SpecError, match=complaint):
        rules.read_earning(YUNNAN | change)


def test_targets_and_ranking_are_specifications_too() -> None:
    assert rules.read_targets({"kind": "targets", "targets": {"full_member": 3200}}) == {"full_member": 3200}
    assert rules.read_ranking({"kind": "ranking", "individual": True}) is True
    for trigger in (Trigger.YEAR_TARGET, Trigger.RANKING):
        with pytest.raises(SpecError):
            rules.check_spec(trigger, YUNNAN)


def test_windows_are_named_after_day_month_and_year() -> None:
    day = date(2026, 7, 1)
    assert [rules.window_key(window, day) for window in Window] == ["D2026-07-01", "M2026-07", "Y2026"]


def test_the_nearest_organization_has_the_last_word_and_there_the_newest_version() -> None:
    everywhere = Candidate("hours", "", 9, 1)
    province = Candidate("hours", "1/", 2, 2)
    county_old, county_new = Candidate("hours", "1/5/", 3, 3), Candidate("hours", "1/5/", 4, 4)
    other = Candidate("hours", "1/55/", 8, 5)
    candidates = [everywhere, county_new, province, other, county_old]
    assert rules.nearest_of_each(candidates, "1/5/23/") == {"hours": county_new}
    assert rules.nearest_of_each(candidates, "1/6/") == {"hours": province}
    assert rules.nearest_of_each(candidates, "") == {"hours": everywhere}


def test_equal_totals_share_a_rank() -> None:
    assert rules.shared_ranks([900, 700, 700, 700, 100, 0, 0]) == [1, 2, 2, 2, 5, 6, 6]
    assert rules.shared_ranks([]) == []


def test_one_content_has_one_spelling() -> None:
    instant = datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    assert rules.canonical({"b": "李𬱖", "a": {"d": 1, "c": instant}}) == (
        '{"a":{"c":"2026-03-01T04:00:00.000000+00:00","d":1},"b":"李𬱖"}'.encode()
    )
    utc = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
    assert rules.fingerprint({"at": instant}) == rules.fingerprint({"at": utc})
    with pytest.raises(TypeError):
        rules.canonical({"set": {1}})
    with pytest.raises(ValueError, match="Out of range"):
        rules.canonical({"number": float("nan")})
