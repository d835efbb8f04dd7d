"""What is kept of calendars and standards, in the words in which it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from complaints.common.sheets import Sheet
from complaints.standards.models import BusinessCalendar, ClockKind, RecoveryStandard, SpecialDay, Target
from complaints.standards.written_hours import DAYS
from complaints.standards.written_times import read_windows, write_minutes, write_plan, write_windows


@dataclass(frozen=True, kw_only=True)
class Day:
    """A special day; without windows it is closed."""

    day: date
    windows: str = ""
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.day} {self.windows or '–'} {self.reason}".rstrip()


@dataclass(frozen=True, kw_only=True)
class CalendarSheet(Sheet):
    """A calendar; the windows of each weekday on a line of their own, empty where it is closed."""

    name: str
    is_calendar_time: bool = False
    time_zone: str
    mon: str = ""
    tue: str = ""
    wed: str = ""
    thu: str = ""
    fri: str = ""
    sat: str = ""
    sun: str = ""
    holiday_country: str = ""
    holiday_subdivision: str = ""
    special_days: tuple[Day, ...] = ()

    @classmethod
    def of_calendar(cls, calendar: BusinessCalendar) -> Self:
        """The sheet of a stored calendar. One query."""
        week = {day: write_windows(calendar.week.get(day, [])) for day in DAYS}
        days = tuple(
            Day(day=one.day, windows=write_windows(one.windows), reason=one.reason)
            for one in calendar.special_days.order_by("day")
        )
        return cls.of(calendar, **week, special_days=days)

    def write_on_calendar(self, calendar: BusinessCalendar) -> None:
        """Set everything but the special days, which are rows of their own."""
        self.write_on(calendar)
        calendar.week = {day: windows for day in DAYS if (windows := read_windows(getattr(self, day)))}

    def days_of(self, calendar: BusinessCalendar) -> list[SpecialDay]:
        """The special days as unsaved rows."""
        return [
            SpecialDay(calendar=calendar, day=one.day, windows=read_windows(one.windows), reason=one.reason)
            for one in self.special_days
        ]


@dataclass(frozen=True, kw_only=True)
class TargetLine:
    """One deadline of a standard; `calendar` is a name, none means calendar time."""

    kind: str
    label: str = ""
    minutes: int
    calendar: str = ""
    reminders: str = ""

    @classmethod
    def of(cls, target: Target) -> Self:
        """The line of a stored target."""
        return cls(
            kind=target.kind,
            label=target.label,
            minutes=target.minutes,
            calendar=target.calendar.name if target.calendar else "",
            reminders=write_plan(target.reminders),
        )

    def __str__(self) -> str:
        name = self.label or str(ClockKind(self.kind).label)
        return " · ".join(filter(None, [f"{name}: {write_minutes(self.minutes)}", self.calendar, self.reminders]))


@dataclass(frozen=True, kw_only=True)
class StandardSheet(Sheet):
    """A recovery standard: its conditions, and what its current version promises."""

    name: str
    failure_type: int | None = None
    unit: int | None = None
    severity: int | None = None
    complainer: str = ""
    customer_group: str = ""
    channel: str = ""
    is_active: bool = True
    targets: tuple[TargetLine, ...] = ()

    @classmethod
    def of_standard(cls, standard: RecoveryStandard) -> Self:
        """The sheet of a stored standard. One query."""
        current = Target.objects.filter(version__standard=standard, version__is_current=True)
        lines = tuple(TargetLine.of(one) for one in current.select_related("calendar").order_by("pk"))
        return cls.of(standard, targets=lines)


@dataclass(frozen=True, kw_only=True)
class FailureSheet(Sheet):
    """A failure type; without a `parent` it is an area, and only an area names the line of business."""

    name: str
    name_zh: str = ""
    parent: int | None = None
    line: str = ""
    touchpoint: str = ""
    severity: int | None = None
    department: int | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the types that a failure type is split into; left open, it has what the whole had."""

    name: str
    name_zh: str = ""
    touchpoint: str = ""
    severity: int | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceSheet(Sheet):
    name: str
    promise: str
    failure_type: int | None = None
    is_active: bool = True
