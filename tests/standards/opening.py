"""Business hours as tests write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from complaints.standards.hours import BusinessHours
from complaints.standards.written_hours import windows_of

OFFICE: Final = "09:00-17:00"
WORKING_WEEK: Final = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE)


def hours(
    zone: str = "America/Toronto",
    week: Mapping[str, str] = WORKING_WEEK,
    *,
    closed: tuple[str, ...] = (),
    extra: Mapping[str, str] | None = None,
) -> BusinessHours:
    """Hours with windows written as "09:00-12:30 13:30-24:00"."""
    return BusinessHours(
        zone=ZoneInfo(zone),
        week=tuple(windows(week.get(day, "")) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
        closed=frozenset(date.fromisoformat(day) for day in closed),
        extra={date.fromisoformat(day): windows(text) for day, text in (extra or {}).items()},
    )


def windows(text: str) -> tuple[tuple[int, int], ...]:
    """The windows of a day, read by the product."""
    return windows_of([window.split("-") for window in text.split()], part="week")


def daily(text: str) -> dict[str, str]:
    """The same windows on all seven days."""
    return dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), text)


def utc(text: str) -> datetime:
    """A moment written with its offset, or else meant in UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def local(text: str, zone: str = "America/Toronto", *, fold: int = 0) -> datetime:
    """A moment as the wall clock of a zone shows it; `fold=1` the second time it does."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
