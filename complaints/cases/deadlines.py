"""Deadlines as a manager looks at them: what is overdue, due today, at risk; worked out from facts, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.cases.models import Case, Clock
from complaints.cases.queries import due_soonest
from complaints.staff.models import Employee
from complaints.standards import hours
from complaints.standards.calendars import hours_of

LOOKED_AT: Final = 500
"""Cases, the soonest due, whose clocks are looked at."""
AT_RISK_LEFT: Final = 5
"""At risk is a deadline of whose budget less than one part in so many is left."""


class Pressure(models.TextChoices):
    """How close a running deadline is, worst first."""

    OVERDUE = "overdue", _("Overdue")
    TODAY = "today", _("Due today")
    AT_RISK = "at_risk", _("At risk")
    LATER = "later", _("Later")


class ClockState(models.TextChoices):
    """What became of a deadline."""

    RUNNING = "running", _("Running")
    RESTING = "resting", _("Resting")
    MET = "met", _("Met")
    MISSED = "missed", _("Missed")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A running clock with its case, and how close it is; `left` is open time of its calendar."""

    clock: Clock
    case: Case
    pressure: Pressure
    left: timedelta


@dataclass(frozen=True, slots=True)
class Board:
    """The running deadlines that were looked at, soonest first; `more` when cases further off were left out."""

    deadlines: Sequence[Deadline]
    more: bool


def board(employee: Employee, *, at: datetime, zone: tzinfo, unit: int | None = None) -> Board:
    """The running deadlines of the cases due soonest in the units an employee sees; "today" is a day of `zone`."""
    cases, more = due_soonest(employee, most=LOOKED_AT, unit=unit)
    return Board(_running(cases, at=at, zone=zone), more)


def soonest(cases: Iterable[Case], *, at: datetime, zone: tzinfo) -> dict[int, Deadline]:
    """Of each case, by its id, the running deadline that comes first; none where the clocks rest. One query."""
    first: dict[int, Deadline] = {}
    for one in _running(cases, at=at, zone=zone):
        first.setdefault(one.case.pk, one)
    return first


def in_business_time(clock: Clock) -> bool:
    """Whether a clock runs in the hours of a place that is not always open."""
    return clock.calendar is not None and not clock.calendar.is_calendar_time


def open_time_left(clock: Clock, *, at: datetime) -> timedelta:
    """How much open time there is until a clock runs out; none when it has."""
    if clock.due_at <= at:
        return timedelta(0)
    return hours.elapsed(hours_of(clock.calendar), at, clock.due_at)


def state_of(clock: Clock, *, at: datetime) -> ClockState:
    """What became of a clock, judged by its moments alone."""
    if clock.ended_at is None and clock.paused_at is not None:
        return ClockState.MISSED if clock.due_at <= clock.paused_at else ClockState.RESTING
    if clock.due_at < (clock.ended_at or at):
        return ClockState.MISSED
    return ClockState.RUNNING if clock.ended_at is None else ClockState.MET


def _running(cases: Iterable[Case], *, at: datetime, zone: tzinfo) -> list[Deadline]:
    """The running deadlines of cases, soonest first."""
    of = {case.pk: case for case in cases}
    running = Clock.objects.filter(case__in=of, ended_at__isnull=True, paused_at__isnull=True)
    return [
        _deadline(clock, of[clock.case_id], at=at, zone=zone)
        for clock in running.select_related("calendar").order_by("due_at", "pk")
    ]


def _deadline(clock: Clock, case: Case, *, at: datetime, zone: tzinfo) -> Deadline:
    left = open_time_left(clock, at=at)
    if clock.due_at <= at:
        pressure = Pressure.OVERDUE
    elif clock.due_at.astimezone(zone).date() == at.astimezone(zone).date():
        pressure = Pressure.TODAY
    elif left * AT_RISK_LEFT < clock.budget:
        pressure = Pressure.AT_RISK
    else:
        pressure = Pressure.LATER
    return Deadline(clock, case, pressure, left)
