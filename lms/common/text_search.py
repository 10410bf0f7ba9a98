"""Looking for words in columns, plainly: every word must occur in one of them, capital or small."""

from __future__ import annotations

from django.db.models import Q

MOST_WORDS = 5
LONGEST = 60  # characters of a question; what is longer was pasted by mistake


def words_of(text: str) -> list[str]:
    """The words somebody typed, at most MOST_WORDS; blanks of any kind part them, the ideographic one too."""
    return text[:LONGEST].split()[:MOST_WORDS]


def every_word(text: str, *fields: str) -> Q:
    """Condition on rows in which each word of `text` occurs in one of `fields`; all rows for an empty text."""
    condition = Q()
    for word in words_of(text):
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__icontains": word})
        condition &= anywhere
    return condition
