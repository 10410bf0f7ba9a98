"""The WSGI entrance: `gunicorn lms.wsgi`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def behind_proxy(inner: Application) -> Application:
    """`inner`, told the visitor's address instead of the proxy's.

    It is the last one in X-Forwarded-For, which the proxy in front has written itself; what stands before it
    are the visitor's own words.
    """

    def outer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        visitor = environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if visitor:
            environ["REMOTE_ADDR"] = visitor
        return inner(environ, start_response)

    return outer


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
application: Application = get_wsgi_application()
if settings.BEHIND_PROXY:
    application = behind_proxy(application)
