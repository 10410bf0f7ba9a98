from __future__ import annotations

from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, object]:
    """Samples for the examples of this section."""
    return {}
