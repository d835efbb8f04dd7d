"""Stretches of days, and the years, months and days that they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from complaints.insights.models import Grain

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included, as the calendar of a unit has them."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.until - self.since).days + 1

    def pieces(self) -> Iterator[tuple[Grain, date]]:
        """Whole years, else whole months, else days, that together are the period and do not overlap."""
        day = self.since
        while day <= self.until:
            grain = next(grain for grain in (Grain.YEAR, Grain.MONTH, Grain.DAY) if self._holds(grain, day))
            yield grain, day
            day = after(grain, day)

    def _holds(self, grain: Grain, day: date) -> bool:
        return day == first(grain, day) and after(grain, day) - ONE_DAY <= self.until

    def stretches(self, grain: Grain) -> Iterator[Period]:
        """The period cut at the beginnings of months, or of another grain."""
        day = self.since
        while day <= self.until:
            behind = after(grain, first(grain, day))
            yield Period(day, min(behind - ONE_DAY, self.until))
            day = behind


def first(grain: Grain, day: date) -> date:
    """The first day of the year or month that a day lies in."""
    if grain == Grain.DAY:
        return day
    return day.replace(day=1) if grain == Grain.MONTH else day.replace(month=1, day=1)


def after(grain: Grain, start: date) -> date:
    """The first day after a day, month or year that begins on one."""
    if grain == Grain.DAY:
        return start + ONE_DAY
    if grain == Grain.YEAR:
        return start.replace(year=start.year + 1)
    return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
