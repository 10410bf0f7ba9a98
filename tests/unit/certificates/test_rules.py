"""The rules of certificates, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from certificates import rules
from certificates.rules import Obstacle
from lms.common.ids import readable_code


@pytest.mark.parametrize(
    ("enrolled", "completed", "has_exam", "passed", "expected"),
    [
        (True, True, False, False, []),
        (True, True, True, True, []),
        (True, True, True, False, [Obstacle.EXAM_NOT_PASSED]),
        (True, False, False, False, [Obstacle.COURSE_UNFINISHED]),
        (True, False, True, False, [Obstacle.COURSE_UNFINISHED, Obstacle.EXAM_NOT_PASSED]),
        (True, False, True, True, [Obstacle.COURSE_UNFINISHED]),
        (False, False, False, False, [Obstacle.NOT_ENROLLED]),
    ],
)
def test_a_certificate_is_due_when_lectures_and_exam_are_done(
    enrolled: bool, completed: bool, has_exam: bool, passed: bool, expected: list[Obstacle]
) -> None:
    found = rules.obstacles(enrolled=enrolled, completed=completed, has_exam=has_exam, passed=passed)
    assert found == expected


def test_numbers_are_written_as_documents_are_numbered() -> None:
    assert rules.number("云岭", 2026, 123) == "云岭结证字〔2026〕第000123号"
    assert rules.serial(2026, 123, "K7QX") == "2026-000123-K7QX"


def test_dates_have_no_leading_zeros() -> None:
    assert rules.chinese_date(date(2026, 3, 1)) == "2026年3月1日"
    assert rules.chinese_date(date(2026, 12, 31)) == "2026年12月31日"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("李𬱖", "李*"), ("欧阳修文", "欧***"), ("李", "李"), ("阿卜杜勒·热合曼", "阿*******")],
)
def test_names_are_masked_character_by_character(name: str, shown: str) -> None:
    assert rules.masked(name) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "ABCDE-FGHJK-MNPQR-STUVW",
        "abcdefghjkmnpqrstuvw",
        " ABCDE FGHJK  MNPQR STUVW\t",
        "ＡＢＣＤＥ－ＦＧＨＪＫ—MNPQR–stuvw",
        "ABCDE\u3000FGHJK_MNPQR.STUVW",
    ],
)
def test_a_code_may_be_typed_as_people_type(typed: str) -> None:
    assert rules.normal_code(typed) == "ABCDEFGHJKMNPQRSTUVW"


def test_codes_are_read_in_groups_of_five() -> None:
    code = readable_code(rules.VERIFY_CODE_LENGTH)
    assert [len(group) for group in rules.grouped_code(code).split("-")] == [5, 5, 5, 5]
    assert rules.normal_code(rules.grouped_code(code)) == code


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("abcde-fghjk-mnpqr-stuvw", True),
        ("ABCDE-FGHJK-MNPQR-STUV", False),  # one too few
        ("ABCDE-FGHJK-MNPQR-STUVWX", False),
        ("ABCDE-FGHJK-MNPQR-STUV0", False),  # no code has a 0
        ("云岭结证字〔2026〕第000001号", False),
        ("", False),
    ],
)
def test_what_cannot_be_a_code_is_known_before_it_is_looked_up(typed: str, expected: bool) -> None:
    assert rules.could_be_code(typed) is expected


def test_a_code_cannot_be_guessed() -> None:
    assert 31**rules.VERIFY_CODE_LENGTH > 2**80


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("李𬱖", "李𬱖_云岭结证字〔2026〕第000001号.pdf"),
        ("../../etc", "------etc_云岭结证字〔2026〕第000001号.pdf"),
        ('a"b\r\nc\u202e', "a-b--c-_云岭结证字〔2026〕第000001号.pdf"),
        ("王 五", "王-五_云岭结证字〔2026〕第000001号.pdf"),
    ],
)
def test_file_names_are_harmless(name: str, expected: str) -> None:
    assert rules.file_name(name, rules.number("云岭", 2026, 1)) == expected


def test_the_fingerprint_depends_on_the_content_alone() -> None:
    golden = "7521e2fad0fa9c4fa6fe255ad31c4fe054d42453f3e57efee7af70ed7e1d9c67"
    assert rules.payload_sha256({"b": 1, "a": "李𬱖"}) == golden
    assert rules.payload_sha256({"a": "李𬱖", "b": 1}) == golden
    assert rules.payload_sha256({"a": "李𬱖", "b": 2}) != golden
