"""When the periodic job looks at what somebody owes: once to remind them, then up the ladder."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from complaints.standards import hours
from complaints.standards.calendars import hours_of
from complaints.standards.models import BusinessCalendar

REMIND_AFTER: Final = 0.75
"""The share of the time after which a reminder goes out."""
LEAST_MINUTES: Final = 60


def deadline(calendar: BusinessCalendar | None, minutes: int, *, at: datetime) -> tuple[datetime, datetime]:
    """When a reminder goes out and when the time is over, reckoned in the open hours of a calendar. UTC."""
    open_hours, budget = hours_of(calendar), timedelta(minutes=minutes)
    return hours.due_at(open_hours, at, budget * REMIND_AFTER), hours.due_at(open_hours, at, budget)


def reminder_before(due_at: datetime, *, at: datetime) -> datetime:
    """When a reminder goes out for what is due at a fixed moment, in calendar time."""
    return at + (due_at - at) * REMIND_AFTER
