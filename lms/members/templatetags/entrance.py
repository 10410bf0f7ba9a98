"""What the pages before log-in need beyond what every page has."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template

from lms.common import clock

register = template.Library()


@register.filter
def from_now(wait: timedelta) -> datetime:
    """When `wait` will be over: axes starts a pause anew with every try, so it begins with this page."""
    return clock.now() + wait
