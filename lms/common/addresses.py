"""Addresses that lead somewhere on this site."""

from __future__ import annotations

from django.utils.http import url_has_allowed_host_and_scheme


def is_local(url: str) -> bool:
    """Whether `url` is a path of this site: not one like '//x', which browsers take elsewhere."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
