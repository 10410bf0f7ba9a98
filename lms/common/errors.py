"""Domain errors: what can go wrong in a way a person should read.

    DomainError            400  the request cannot be carried out as it stands
    ├── NotPermitted       403  this person may not do this
    ├── NotFound           404  there is no such thing, or this person may not know of it
    ├── Conflict           409  somebody or something was faster, or the state does not allow it
    ├── TooLarge           413  more than the site takes
    └── Unavailable        503  the site itself cannot do it now; trying again later helps

One middleware (lms.common.middleware) turns them into a page, an htmx fragment or JSON.
"""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """`code` is a stable word for programs, `message` a translated sentence for people, `facts` what it is about."""

    status = 400

    def __init__(self, code: str, message: Any, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class NotPermitted(DomainError):
    status = 403


class NotFound(DomainError):
    status = 404


class Conflict(DomainError):
    status = 409


class TooLarge(DomainError):
    status = 413


class Unavailable(DomainError):
    status = 503
