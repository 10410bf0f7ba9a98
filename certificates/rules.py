"""Decisions about certificates that one could argue about. Pure: no Django, no clock."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from lms.common.ids import READABLE

# A person, or a village hall behind one address, may look up so many codes a minute.
LOOKUPS_PER_MINUTE = 30
# A certificate that has no file after so long has lost its message to the workers.
LOST_AFTER_SECONDS = 60
REASON_LENGTH = 200
# Twenty characters of lms.common.ids.READABLE: 99 bits. Nobody finds a code by trying.
VERIFY_CODE_LENGTH = 20
SERIAL_TAIL_LENGTH = 4


class CertificateState(StrEnum):
    ISSUED = "issued"
    REVOKED = "revoked"


class Obstacle(StrEnum):
    """Why there is no certificate yet."""

    NOT_ENROLLED = "not_enrolled"
    COURSE_UNFINISHED = "course_unfinished"
    EXAM_NOT_PASSED = "exam_not_passed"


def obstacles(*, enrolled: bool, completed: bool, has_exam: bool, passed: bool) -> list[Obstacle]:
    """What stands between a member and the certificate of a course; nothing: it is due.

    All lectures, and the exam if the course has one (reference: domain 2.5 and 4).
    """
    found = []
    if not enrolled:
        found.append(Obstacle.NOT_ENROLLED)
    elif not completed:
        found.append(Obstacle.COURSE_UNFINISHED)
    if has_exam and not passed:
        found.append(Obstacle.EXAM_NOT_PASSED)
    return found


def number(issuer: str, year: int, sequence: int) -> str:
    """The number as it is printed: '云岭结证字〔2026〕第000123号'."""
    return f"{issuer}结证字〔{year}〕第{sequence:06d}号"


def serial(year: int, sequence: int, tail: str) -> str:
    """The number as it stands in addresses: '2026-000123-K7QX'. The tail tells issuers' numbers apart."""
    return f"{year}-{sequence:06d}-{tail}"


def chinese_date(day: date) -> str:
    """'2026年3月1日': without leading zeros, as documents are dated."""
    return f"{day.year}年{day.month}月{day.day}日"


def masked(name: str) -> str:
    """The first character of a name and a star for each of the others: '李*', '欧**'."""
    return name[:1] + "*" * (len(name) - 1)


def normal_code(typed: str) -> str:
    """A code as it was drawn, from what somebody typed: small letters, blanks, dashes and full-width forms
    are forgiven.
    """
    wide = unicodedata.normalize("NFKC", typed).upper()
    return "".join(character for character in wide if character.isascii() and character.isalnum())


def could_be_code(typed: str) -> bool:
    """Whether what somebody typed has the length of a code, and only characters that occur in one."""
    normal = normal_code(typed)
    return len(normal) == VERIFY_CODE_LENGTH and set(normal) <= set(READABLE)


def grouped_code(code: str) -> str:
    """A code in groups of five, for people to read: 'ABCDE-FGHJK-MNPQR-STUVW'."""
    return "-".join(code[start : start + 5] for start in range(0, len(code), 5))


def file_name(name: str, printed_number: str) -> str:
    """'姓名_证号.pdf', without characters that mean something in a path or cannot be seen."""

    def harmless(character: str) -> str:
        invisible = unicodedata.category(character).startswith(("C", "Z"))
        return "-" if invisible or character in '/\\:*?"<>|.' else character

    return "".join(harmless(character) for character in f"{name}_{printed_number}") + ".pdf"


def payload_sha256(payload: Mapping[str, Any]) -> str:
    """The fingerprint of a payload: SHA-256 of its JSON with sorted keys, without blanks, in UTF-8."""
    spelled = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(spelled.encode("utf-8")).hexdigest()
