"""Several threads that begin at the same moment, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def all_at_once(acts: Sequence[Callable[[], object]]) -> list[BaseException]:
    """Run every act in a thread of its own, all starting together; the errors that came of it."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        futures = [pool.submit(run, act) for act in acts]
    return [error for future in futures if (error := future.exception()) is not None]
