"""Materialised paths of a tree: '1/5/23/' is below '1/5/'."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q


def under(field: str, path: str) -> Q:
    """Rows whose `field` holds `path` itself or a path below it.

    SQLite's LIKE cannot use an index, a range can; PostgreSQL's ranges follow the database's collation, its prefix
    search does not. '0' is the character after '/'.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": path, f"{field}__lt": path[:-1] + "0"})
    return Q(**{f"{field}__startswith": path})


def under_any(field: str, paths: list[str]) -> Q:
    """Rows below any of `paths`; no row at all when the list is empty."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= under(field, path)
    return condition
