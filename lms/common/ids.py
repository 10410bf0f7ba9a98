"""Identifiers that people read out, type and print."""

from __future__ import annotations

import secrets

# Without 0 O 1 I L: a code is read from paper by people of all ages.
READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def readable_code(length: int) -> str:
    """A random code of `length` characters, about 4.95 bits each."""
    return "".join(secrets.choice(READABLE) for _ in range(length))


def luhn_digit(digits: str) -> str:
    """The Luhn check digit (ISO/IEC 7812-1) of a string of digits: '7992739871' -> '3'."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def learner_number() -> str:
    """A new lifelong learner number: eight random digits and their check digit."""
    digits = str(secrets.randbelow(90_000_000) + 10_000_000)
    return digits + luhn_digit(digits)
