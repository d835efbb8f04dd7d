"""When the periodic job looks at what somebody owes: once to remind them, then up the ladder."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from complaints.staff.models import Unit
from complaints.standards import hours
from complaints.standards.calendars import hours_of
from complaints.standards.models import BusinessCalendar

REMIND_AFTER: Final = 0.75
"""The share of the time after which a reminder goes out."""
LEAST_MINUTES: Final = 60
JUDGES_WITHIN: Final = timedelta(days=7)
"""How long somebody has to decide what an employee was heard on before they are reminded, and again."""
APPEAL_DAYS: Final = 14
"""How many days an employee has to appeal a finding: whole days of their unit, the day of the finding not counted."""


def appeal_by(unit: Unit, *, at: datetime) -> datetime:
    """When the time to appeal a finding made at this moment is over: at the end of a day in the unit. UTC."""
    zone = ZoneInfo(unit.time_zone)
    day = at.astimezone(zone).date() + timedelta(days=APPEAL_DAYS + 1)
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def deadline(calendar: BusinessCalendar | None, minutes: int, *, at: datetime) -> tuple[datetime, datetime]:
    """When a reminder goes out and when the time is over, reckoned in the open hours of a calendar. UTC."""
    open_hours, budget = hours_of(calendar), timedelta(minutes=minutes)
    return hours.due_at(open_hours, at, budget * REMIND_AFTER), hours.due_at(open_hours, at, budget)


def reminder_before(due_at: datetime, *, at: datetime) -> datetime:
    """When a reminder goes out for what is due at a fixed moment, in calendar time."""
    return at + (due_at - at) * REMIND_AFTER
