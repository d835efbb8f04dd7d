"""The hours of stored calendars, worked out once for each revision and kept in the process."""

from __future__ import annotations

from functools import lru_cache

from complaints.standards.hours import ALWAYS, BusinessHours
from complaints.standards.models import BusinessCalendar


def hours_of(calendar: BusinessCalendar | None) -> BusinessHours:
    """What deadlines in this calendar are reckoned with: calendar time where there is none.

    Two queries for a revision not seen before, else none.
    """
    return ALWAYS if calendar is None else _hours(calendar.pk, calendar.revision)


@lru_cache(maxsize=256)
def _hours(pk: int, _revision: int) -> BusinessHours:
    return BusinessCalendar.objects.prefetch_related("special_days").get(pk=pk).to_hours()
