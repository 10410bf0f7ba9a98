"""Numbers as each language writes them. Values are whole: `places` says how many of their digits are decimals."""

from __future__ import annotations

# From which number on a short form is used, and what it is called. 123 456 is '12.35万' and '123.46K'.
CHINESE = ((10**4, "万"), (10**8, "亿"), (10**12, "万亿"))
ENGLISH = ((10**3, "K"), (10**6, "M"), (10**9, "B"), (10**12, "T"))
SHORT_FROM = 10**4


def plain(value: int, places: int = 0) -> str:
    """The number itself, for files: 1250, 2 -> '12.5'."""
    return _decimal(value, places, group=False)


def written(value: int, places: int = 0) -> str:
    """The exact number for people: 123456 -> '123,456'; 1250, 2 -> '12.5'."""
    return _decimal(value, places, group=True)


def compact(value: int, places: int = 0, language: str = "zh-hans") -> str:
    """The number as it is written at a bar: exact below ten thousand, then rounded (half up) to two decimals."""
    one = int(10**places)
    if abs(value) < SHORT_FROM * one:
        return written(value, places)
    units = CHINESE if language.startswith("zh") else ENGLISH
    sign, rest = ("-", -value) if value < 0 else ("", value)
    number = max(index for index, (size, _name) in enumerate(units) if rest >= size * one)
    size, name = units[number]
    if number + 1 < len(units) and _hundredths(rest, size * one) * size >= 100 * units[number + 1][0]:
        size, name = units[number + 1]  # rounding has carried it there: 99 999 999 is '1亿', not '10,000万'
    return sign + _decimal(_hundredths(rest, size * one), 2, group=True) + name


def _hundredths(value: int, unit: int) -> int:
    return (200 * value + unit) // (2 * unit)


def _decimal(value: int, places: int, *, group: bool) -> str:
    sign, rest = ("-", -value) if value < 0 else ("", value)
    whole, part = divmod(rest, int(10**places))
    digits = f"{whole:,}" if group else str(whole)
    decimals = f"{part:0{places}d}".rstrip("0") if places else ""
    return f"{sign}{digits}.{decimals}" if decimals else f"{sign}{digits}"
