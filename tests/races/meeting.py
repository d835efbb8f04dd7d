"""Let several callers meet on one row, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def meet(*callers: Callable[[], T]) -> Sequence[T | Exception]:
    """Start all callers at the same moment; what each returned or raised, in their order."""
    start = Barrier(len(callers))

    def run(caller: Callable[[], T]) -> T | Exception:
        connection.ensure_connection()
        start.wait(30)
        try:
            return caller()
        except Exception as error:  # noqa: BLE001 - the outcome of a race is what the test looks at
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(callers)) as pool:
        return list(pool.map(run, callers))
