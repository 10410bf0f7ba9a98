"""Time: instants are UTC, the business date is the date in Shanghai."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, with its zone. Only entrances (views, tasks, commands) call it; services are told."""
    return timezone.now()


def business_date(instant: datetime) -> date:
    """The date in Asia/Shanghai at `instant`: learning years run from 1 January to 31 December there."""
    return instant.astimezone(SHANGHAI).date()
