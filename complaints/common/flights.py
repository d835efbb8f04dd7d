"""Rows that wait to leave us: claimed by one worker, marked on the very flight, tried again after pauses that grow.

For any model with the columns `state`, `attempts` and `look_again_at`, whose states include `in_flight`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from zlib import crc32

from django.db import transaction
from django.db.models import F, Model, QuerySet

Row = TypeVar("Row", bound=Model)

IN_FLIGHT: Final = "in_flight"
HINT_GRACE: Final = timedelta(seconds=15)  # a hint that has not led to a claim by then was lost
FLIGHT_LIMIT: Final = timedelta(minutes=2)  # longer than a batch may take: the sender died on the way
FIRST_PAUSE: Final = timedelta(minutes=1)
GROWTH: Final = 4  # each pause is as many times the one before: a day of trying in all
TRIES: Final = 7


def claim(wanted: QuerySet[Row], *, at: datetime, most: int, related: Iterable[str] = ()) -> list[Row]:
    """Lock as many of the rows as nobody else has, with what they name, and note that they are on their way."""
    with transaction.atomic():
        rows = wanted.select_for_update(skip_locked=True, of=("self",)).select_related(*related)
        claimed: list[Any] = list(rows[:most])
        if claimed:
            type(claimed[0])._base_manager.filter(pk__in=[row.pk for row in claimed]).update(  # noqa: SLF001 - public
                state=IN_FLIGHT, attempts=F("attempts") + 1, look_again_at=at + FLIGHT_LIMIT
            )
        for row in claimed:
            row.state, row.look_again_at, row.attempts = IN_FLIGHT, at + FLIGHT_LIMIT, row.attempts + 1
        return claimed


def mark(row: Model, **changes: Any) -> bool:
    """Write the outcome only on the flight it belongs to: a claim taken over meanwhile keeps its own."""
    flying: Any = row
    own = type(flying)._base_manager.filter(pk=row.pk, state=IN_FLIGHT, attempts=flying.attempts)  # noqa: SLF001
    return bool(own.update(**changes))


def pause(name: str, attempts: int) -> timedelta:
    """How long to wait after so many attempts: growing, and a quarter up or down so that not all come at once."""
    spread = crc32(f"{name}{attempts}".encode()) / 2**32
    grown: timedelta = FIRST_PAUSE * GROWTH ** (attempts - 1)
    return grown * (0.75 + spread / 2)
