"""Clock arithmetic: pure functions from (start, budget, pauses) to a due moment and back. UTC in, UTC out."""

from __future__ import annotations

from datetime import datetime, timedelta


def due_at(start: datetime, budget: timedelta, *, paused: timedelta = timedelta()) -> datetime:
    """When the budget is used up, with the pause there has been already."""
    return start + budget + paused


def elapsed(start: datetime, until: datetime, *, paused: timedelta = timedelta()) -> timedelta:
    """How much of the budget was used at `until`; never negative."""
    return max(until - start - paused, timedelta())
