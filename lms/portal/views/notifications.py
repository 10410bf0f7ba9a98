"""What the site has to tell somebody: the list, opening one, having read them all."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from lms.common import clock
from lms.common.addresses import is_local
from lms.common.pagination import page_of
from lms.members import access, services
from lms.members import queries as member_queries

# The icon of a kind of message, by the room that sent it (the part before the dot).
SYMBOLS = {"certificates": "award", "courses": "collection", "exams": "pencil-square", "media_pipeline": "film"}


@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """By day, newest first; within a day what has not been read comes first."""
    member = access.member_of(request)
    unread_only = request.GET.get("show") == "unread"
    page = page_of(request, member_queries.list_notifications(member, unread_only=unread_only))
    for one in page.object_list:
        one.symbol = SYMBOLS.get(one.kind.partition(".")[0], "bell")
    now = clock.now()
    days = [
        (day, sorted(told, key=lambda one: one.read_at is not None))
        for day, told in groupby(page.object_list, key=lambda one: one.day)
    ]
    today = clock.business_date(now)
    context = {
        "page_obj": page,
        "days": days,
        "unread_only": unread_only,
        "now": now,
        "today": today,
        "yesterday": today - timedelta(days=1),
    }
    return render(request, "portal/notifications.html", context)


@require_GET
def open_notification(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Note that it was read and go where it leads: a link, so that it can be opened in another tab as well."""
    notification = access.notification_for_member(request, notification_id)
    services.mark_read(notification=notification, now=clock.now())
    return redirect(notification.url if is_local(notification.url) else "portal:notifications")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Everything on the list as it was shown (`until`) counts as read; what has arrived since does not."""
    member = access.member_of(request)
    now = clock.now()
    services.mark_all_read(member=member, until=_instant(request.POST.get("until", ""), now), now=now)
    return redirect("portal:notifications")


def _instant(text: str, otherwise: datetime) -> datetime:
    """What isoformat() wrote with its zone; `otherwise` for anything else."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return instant if instant.tzinfo else otherwise
