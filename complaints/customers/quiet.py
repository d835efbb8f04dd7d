"""The hours in which a customer wants to be left alone, on the clocks of one place."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def quiet_until(at: datetime, *, begins: time, ends: time, zone: str) -> datetime | None:
    """When the quiet hours that `at` falls into are over, in UTC; None outside of them.

    They may go beyond midnight. Where clocks are put forward or back across one of their ends, they are the longer
    ones: nobody is woken too early.
    """
    place = ZoneInfo(zone)
    today = at.astimezone(place).date()
    for first in (today - timedelta(days=1), today):
        last = first if begins < ends else first + timedelta(days=1)
        end = max(_moments(last, ends, place))
        if min(_moments(first, begins, place)) <= at < end:
            return end
    return None


def _moments(day: date, hour: time, place: ZoneInfo) -> list[datetime]:
    """The moments at which a clock there shows this hour, or would: two on the days on which clocks are changed."""
    return [datetime.combine(day, hour, tzinfo=place).replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
