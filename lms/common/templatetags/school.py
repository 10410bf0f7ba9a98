"""What every template may say: icons, hours, durations, rich text."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lms.common import rich_text as rich

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite lms/static/icons.svg; with `label` a screen reader says it, without it stays silent."""
    role = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"></use></svg>', role, static("icons.svg"), name)


@register.filter
def hours(hundredths: int | None) -> str:
    """Learning hours kept in hundredths, as people read them: 150 -> '1.5', 25 -> '0.25'."""
    if hundredths is None:
        return "–"
    sign, value = ("-", -hundredths) if hundredths < 0 else ("", hundredths)
    whole, rest = divmod(value, 100)
    return f"{sign}{whole}" + (f".{rest:02d}".rstrip("0") if rest else "")


@register.filter
def clock(milliseconds: int | None) -> str:
    """A length of film: 754000 -> '12:34', 3723000 -> '1:02:03'."""
    if milliseconds is None:
        return "–"
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours_part, minutes = divmod(minutes, 60)
    return f"{hours_part}:{minutes:02d}:{seconds:02d}" if hours_part else f"{minutes}:{seconds:02d}"


@register.filter
def minutes(milliseconds: int | None) -> str:
    """A length in words: 754000 -> '12 min 34 s'."""
    if milliseconds is None:
        return "–"
    whole, seconds = divmod(milliseconds // 1000, 60)
    if whole and seconds:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": whole, "seconds": seconds}
    if whole:
        return _("%(minutes)d min") % {"minutes": whole}
    return _("%(seconds)d s") % {"seconds": seconds}


@register.filter
def count(number: int | None) -> str:
    """A number of things, its thousands apart: 12345 -> '12,345'. Not for years and numbers that are names."""
    return "–" if number is None else number_format(number, use_l10n=True, force_grouping=True)


@register.filter
def percent(part: int, whole: int) -> int:
    """`part` of `whole` in per cent, rounded down: 100 only when nothing is missing."""
    return min(100, part * 100 // whole) if whole else 0


@register.filter
def rich_text(stored: str | None) -> SafeString:
    """Stored rich text as HTML, cleaned once more; plain text of older days gets its paragraphs.

    Put it inside an element with the class "rich-text", which gives it its looks.
    """
    return rich.render(stored or "")


@register.filter
def plain_text(stored: str | None) -> str:
    """Stored rich text without its formatting, for lists and descriptions."""
    return rich.to_text(rich.to_html(stored or ""))
