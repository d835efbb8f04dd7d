"""The ladder of a unit: its steps in order, and who is next; never nobody without an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from complaints.escalation.models import LadderStep
from complaints.staff.models import Employee, Tier, Unit
from complaints.staff.queries import Roster
from complaints.standards import hours
from complaints.standards.calendars import hours_of

TIERS = tuple(Tier)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder, and the employee who stands on it for a unit; nobody means the unit's own list."""

    step: LadderStep
    responsible: Employee | None

    @property
    def who(self) -> str:
        """The person, or the step where nobody stands on it, for sentences."""
        return self.responsible.name if self.responsible else str(self.step.title)

    def decides_by(self, *, at: datetime) -> datetime | None:
        """When the deadline of this step would run out, asked for at a moment; None where it has none."""
        if not self.step.minutes:
            return None
        return hours.due_at(hours_of(self.step.calendar), at, timedelta(minutes=self.step.minutes))


def higher(tier: Tier, other: Tier | None) -> Tier:
    """The higher of two tiers; somebody beside the ladder counts for none."""
    return tier if other is None else max(tier, other, key=TIERS.index)


def steps_of(unit: Unit) -> list[LadderStep]:
    """The steps of a unit's ladder, lowest first: its own, or those of the nearest unit above that has some."""
    rows = LadderStep.objects.filter(Q(unit=None) | Q(unit_id__in=unit.ancestor_ids))
    return _of_nearest(unit, list(_with_calendars(rows)))


def next_rung(unit: Unit, position: int, *, at: datetime, least: Tier | None = None) -> Rung | None:
    """The next step above a position that somebody at work stands on; None on top of the ladder.

    A step whose people have left or are away without a stand-in is passed over. Where nobody at all stands higher
    inside, the next step comes without a person: the case goes to the unit's list, and an alarm is due. With `least`,
    steps below that tier are passed over as well; where the ladder has none so high, its highest is meant, and never
    the one outside.
    """
    return _next(steps_of(unit), Roster(at=at, units=unit.ancestor_ids), unit, position, least)


class Ladders:
    """Every ladder and who stands on it, asked of the database once: for a batch of cases that go up together.

    What it keeps is looked at again before it is given, so that it may grow a little old.
    """

    def __init__(self, *, at: datetime) -> None:
        self._steps = list(_with_calendars(LadderStep.objects.all()))
        self._roster = Roster(at=at)

    def next_rung(self, unit: Unit, position: int, *, at: datetime, least: Tier | None = None) -> Rung | None:
        """As the function of this name; asked anew unless somebody stands there who is still at work."""
        rung = _next(_of_nearest(unit, self._steps), self._roster, unit, position, least)
        return rung if rung is not None and _holds(rung, at=at) else next_rung(unit, position, at=at, least=least)


def position_of(unit: Unit, tier: Tier) -> int:
    """Where a tier first stands on a unit's ladder."""
    return next((step.position for step in steps_of(unit) if step.tier == tier), 0)


def _next(steps: Sequence[LadderStep], roster: Roster, unit: Unit, position: int, least: Tier | None) -> Rung | None:
    higher_steps = [step for step in steps if step.position > position]
    ours = [step for step in higher_steps if not step.is_outside]
    inside = [step for step in ours if _reaches(step, least)] or ours[-1:]
    for step in inside:
        person = roster.nearest(unit, [Tier(step.tier)])
        if person is not None:
            return Rung(step, person)
    if inside:
        return Rung(inside[0], None)
    outside = [] if least else [step for step in higher_steps if step.is_outside]
    return Rung(outside[0], None) if outside else None


def _with_calendars(steps: QuerySet[LadderStep]) -> QuerySet[LadderStep]:
    return steps.select_related("calendar").order_by("position")


def _of_nearest(unit: Unit, steps: Sequence[LadderStep]) -> list[LadderStep]:
    """Of the steps of several units, those of the unit, or of the nearest one above it that has some."""
    nearest_first = [*reversed(unit.ancestor_ids), None]
    return next((own for owner in nearest_first if (own := [s for s in steps if s.unit_id == owner])), [])


def _holds(rung: Rung, *, at: datetime) -> bool:
    """Whether a rung is still as it was: its person works there and is not away, its step and calendar are the same."""
    if rung.responsible is None:
        return False
    person, step, calendar = rung.responsible, rung.step, rung.step.calendar
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM complaints_employee one WHERE id = %s AND is_active AND role = %s"
            " AND unit_id = %s AND NOT EXISTS"
            " (SELECT FROM complaints_absence WHERE employee_id = one.id AND since <= %s AND until > %s)),"
            " EXISTS (SELECT FROM complaints_ladderstep WHERE id = %s AND position = %s AND tier = %s"
            " AND minutes IS NOT DISTINCT FROM %s AND calendar_id IS NOT DISTINCT FROM %s),"
            " (SELECT revision FROM complaints_businesscalendar WHERE id = %s)",
            [
                *(person.pk, person.role, person.unit_id, at, at),
                *(step.pk, step.position, step.tier, step.minutes, step.calendar_id, step.calendar_id),
            ],
        )
        return bool(cursor.fetchone() == (True, True, calendar and calendar.revision))


def _reaches(step: LadderStep, least: Tier | None) -> bool:
    return least is None or TIERS.index(Tier(step.tier)) >= TIERS.index(least)
