"""Short confirmations of what was done without a new page. A page of its own uses django.contrib.messages instead."""

from __future__ import annotations

import json
from typing import Literal

from django.http import HttpResponse

Level = Literal["success", "info", "warning", "danger"]


def toast(response: HttpResponse, message: str, level: Level = "success") -> HttpResponse:
    """Let the answer to an htmx request say `message`, once it has arrived.

    Args:
        response: the answer; events it raises already are kept. A second message replaces the first.
        message: one sentence in the reader's language, plain text.
        level: warnings and failures ("danger") stay until they are closed, the others for some seconds.

    Returns:
        The same response.
    """
    return raise_event(response, "toast", {"message": str(message), "level": level})


def close_dialog(response: HttpResponse) -> HttpResponse:
    """Let the answer to a form in a dialog close that dialog. Returns the same response."""
    return raise_event(response, "dialog-close", {})


def raise_event(response: HttpResponse, name: str, detail: dict[str, str]) -> HttpResponse:
    """Add an event to those htmx raises at the element that asked (header HX-Trigger). Returns the same response."""
    events = _events_of(response.get("HX-Trigger", ""))
    events[name] = detail
    response["HX-Trigger"] = json.dumps(events)  # ASCII, as a header must be
    return response


def _events_of(header: str) -> dict[str, object]:
    """What the header says: JSON, or names with commas between them."""
    if header.startswith("{"):
        return dict(json.loads(header))
    return {name.strip(): {} for name in header.split(",") if name.strip()}
