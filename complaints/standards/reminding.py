"""When somebody is reminded of a deadline: pure, from the plan of its target.

A plan is a list of entries such as {"share": 80, "to": "superior"} or {"minutes_before": 60, "to": "responsible"}. Both
are counted in the deadline's own time, so that "two hours before" never lands in the night of a place that is closed.
What was given is marked {"done": true}.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.standards import hours
from complaints.standards.hours import ALWAYS, BusinessHours, Pause

Plan = Sequence[dict[str, Any]]
OFFICE: Final = 5 * (((8 * 60, 18 * 60),),) + 2 * ((),)
"""When people are reminded of deadlines in calendar time: Monday to Friday, eight to six, in their own zone."""


class To(StrEnum):
    RESPONSIBLE = "responsible"
    SUPERIOR = "superior"


def check_plan(plan: object) -> None:
    """Raise Invalid, with a sentence, unless this is a plan."""
    entries = plan if isinstance(plan, list) else [None]
    for entry in entries:
        fits = (
            isinstance(entry, dict)
            and entry.get("to") in set(To)
            and (_is_number(entry.get("share"), 1, 99) != _is_number(entry.get("minutes_before"), 1, 60 * 24 * 365))
        )
        if not fits:
            raise Invalid(
                field="reminders",
                sentence=_("A reminder has a share (1 to 99 per cent) or minutes before, and goes to somebody."),
            )


def next_reminder(
    plan: Plan, open_hours: BusinessHours, start: datetime, budget: timedelta, pauses: Iterable[Pause], *, zone: str
) -> datetime | None:
    """The moment, in UTC, of the first reminder that was not given yet; None when there is no more."""
    first = min(_coming(plan, open_hours, start, budget, pauses).values(), default=None)
    return None if first is None else _within_office_hours(first, open_hours, zone)


def due_entry(
    plan: Plan, open_hours: BusinessHours, start: datetime, budget: timedelta, pauses: Iterable[Pause]
) -> int:
    """The number, in the plan, of the reminder that comes first; raises ValueError when none is left."""
    coming = _coming(plan, open_hours, start, budget, pauses)
    return min(coming, key=lambda number: (coming[number], number))


def _coming(
    plan: Plan, open_hours: BusinessHours, start: datetime, budget: timedelta, pauses: Iterable[Pause]
) -> dict[int, datetime]:
    taken = list(pauses)
    return {
        number: hours.due_at(open_hours, start, _used(entry, budget), taken)
        for number, entry in enumerate(plan)
        if not entry.get("done")
    }


def _used(entry: dict[str, Any], budget: timedelta) -> timedelta:
    if "share" in entry:
        return budget * int(entry["share"]) / 100
    return max(budget - timedelta(minutes=int(entry["minutes_before"])), timedelta())


def _within_office_hours(moment: datetime, open_hours: BusinessHours, zone: str) -> datetime:
    """A deadline in calendar time reminds nobody at midnight: the next office hour does."""
    if open_hours is not ALWAYS:
        return moment
    return hours.due_at(_office(zone), moment, timedelta(microseconds=1)) - timedelta(microseconds=1)


@lru_cache(maxsize=64)
def _office(zone: str) -> BusinessHours:
    return BusinessHours(zone=ZoneInfo(zone), week=OFFICE)


def _is_number(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
