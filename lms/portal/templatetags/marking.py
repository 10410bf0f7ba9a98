"""What was looked for is marked where it was found."""

from __future__ import annotations

import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from lms.portal.queries import Hit

register = template.Library()


@register.filter
def marked(text: str, words: list[str]) -> SafeString:
    """`text`, escaped, with every occurrence of `words` in <mark>, capital or small."""
    if not words:
        return conditional_escape(text)
    longest_first = sorted(words, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", text, flags=re.IGNORECASE)
    # Every second part is an occurrence.
    pieces = [format_html("<mark>{}</mark>" if at % 2 else "{}", part) for at, part in enumerate(parts)]
    return mark_safe("".join(pieces))  # noqa: S308 - each piece is escaped above


@register.simple_tag
def excerpt(hit: Hit, words: list[str], around: int = 24) -> str:
    """The part of the body of `hit` in which the first of `words` occurs that title and note do not show; else ''."""
    shown = f"{hit.title} {hit.note}".casefold()
    hidden = [word for word in words if word.casefold() not in shown]
    at = next((found for word in hidden if (found := hit.body.casefold().find(word.casefold())) >= 0), -1)
    if at < 0:
        return ""
    start, end = max(0, at - around), at + 2 * around
    return ("…" if start else "") + hit.body[start:end].strip() + ("…" if end < len(hit.body) else "")
