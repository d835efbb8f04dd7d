"""What is kept of ladders and urgent rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from complaints.common.sheets import Sheet
from complaints.escalation.models import LadderStep
from complaints.standards.written_times import write_minutes


@dataclass(frozen=True, kw_only=True)
class StepLine:
    """One step; without a tier it is outside. `key` is the stored step it was, if any; `calendar` is a name."""

    key: int | None = None
    name: str
    tier: str = ""
    contact: str = ""
    minutes: int | None = None
    calendar: str = ""

    @classmethod
    def of(cls, step: LadderStep) -> Self:
        """The line of a stored step."""
        calendar = step.calendar.name if step.calendar else ""
        return cls(
            key=step.pk, name=step.name, tier=step.tier, contact=step.contact, minutes=step.minutes, calendar=calendar
        )

    def __str__(self) -> str:
        return " · ".join(filter(None, [self.name, write_minutes(self.minutes), self.calendar, self.contact]))


@dataclass(frozen=True, kw_only=True)
class LadderSheet(Sheet):
    """The steps of one unit, lowest first; none where it takes those of the unit above."""

    steps: tuple[StepLine, ...] = ()

    @classmethod
    def of_steps(cls, steps: Iterable[LadderStep]) -> Self:
        """The sheet of stored steps, in their order."""
        return cls(steps=tuple(StepLine.of(step) for step in steps))


@dataclass(frozen=True, kw_only=True)
class UrgentSheet(Sheet):
    name: str
    words: str = ""
    failure_type: int | None = None
    customer_group: str = ""
    complainer: str = ""
    complaints: int | None = None
    following: int | None = None
    takes_as: str = ""
    tier: str = ""
    is_active: bool = True
