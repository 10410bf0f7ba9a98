"""Pages of a list."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PAGE_SIZE = 20


def page_of(request: HttpRequest, rows: Any, *, size: int = PAGE_SIZE) -> Page[Any]:
    """The page named by ?page= (the first for nonsense, the last for too much) of a queryset or list."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
