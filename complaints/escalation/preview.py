"""What a complaint filed at a moment would be promised, and whom it would reach if nobody touched it. Only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from complaints.common import rulebook
from complaints.escalation.ladder import Rung, next_rung
from complaints.staff.models import Unit
from complaints.standards import hours
from complaints.standards.calendars import hours_of
from complaints.standards.models import ClockKind, FailureType, Severity, StandardVersion, Target
from complaints.standards.selection import Circumstances, promise_for


@dataclass(frozen=True, slots=True)
class Promised:
    """One deadline of the complaint: what for, in whose time, and when it runs out."""

    target: Target
    due_at: datetime

    @property
    def name(self) -> str:
        """What it is for, in words."""
        return self.target.label or str(ClockKind(self.target.kind).label)


@dataclass(frozen=True, slots=True)
class Climbed:
    """One step up: when, because of which deadlines, and who has the complaint from then on."""

    at: datetime
    because: str
    rung: Rung


@dataclass(frozen=True, slots=True)
class Forecast:
    """The deadlines, soonest first, and the way up the ladder; `at_top` is when nobody stands higher any more."""

    unit: Unit
    at: datetime
    version: StandardVersion | None
    promised: Sequence[Promised]
    climbs: Sequence[Climbed]
    at_top: datetime | None


def forecast(
    unit: Unit,
    *,
    at: datetime,
    failure_type: FailureType | None = None,
    severity: Severity = Severity.MEDIUM,
    customer_group: str = "",
    channel: str = "",
    complainer: str = "",
) -> Forecast:
    """What becomes of a complaint filed at this unit at a moment, as the rules and the people at work are now.

    Goes the way of the sweep: whatever has run out by then is one reason and one step, and the deadline of a step
    begins when it is reached. Urgent rules are left out: they go by what the customer says.
    """
    promise = promise_for(
        Circumstances(
            failure_type=failure_type,
            units=unit.ancestor_ids,
            severity=severity,
            customer_group=customer_group,
            channel=channel,
            complainer=complainer,
        ),
        rulebook.edition(),
    )
    due = [Promised(target, _due(target, at)) for target in promise.targets]
    due.sort(key=lambda one: one.due_at)
    climbs, at_top = _way_up(unit, due)
    return Forecast(unit, at, promise.version, due, climbs, at_top)


def _due(target: Target, at: datetime) -> datetime:
    return hours.due_at(hours_of(target.calendar), at, timedelta(minutes=target.minutes))


def _way_up(unit: Unit, promised: Sequence[Promised]) -> tuple[list[Climbed], datetime | None]:
    """The steps until nothing runs any more, or until nobody stands higher; then also that moment."""
    climbs: list[Climbed] = []
    running = [(one.due_at, one.name) for one in promised]
    step_due: datetime | None = None
    while running or step_due:
        at = min([due for due, _name in running] + ([step_due] if step_due else []))
        names = [name for due, name in running if due <= at]
        if step_due and step_due <= at:
            names.append(str(ClockKind.TIER.label))
        running = [(due, name) for due, name in running if due > at]
        rung = next_rung(unit, climbs[-1].rung.step.position if climbs else 0, at=at)
        if rung is None:
            return climbs, at
        climbs.append(Climbed(at, ", ".join(dict.fromkeys(names)), rung))
        step_due = None if rung.step.is_outside else rung.decides_by(at=at)
    return climbs, None
