"""The deadlines that press: how many by unit and person, then each one, soonest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC
from operator import attrgetter
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from complaints.cases.deadlines import Deadline, Pressure, board
from complaints.common.keyset import read_id
from complaints.desk.request import at_desk
from complaints.desk.wording import Due, time_left
from complaints.staff.models import Employee, Unit

LISTED: Final = 50
UNITS_SHOWN: Final = 20
PRESSING: Final = (Pressure.OVERDUE, Pressure.TODAY, Pressure.AT_RISK)


@dataclass(slots=True)
class Load:
    """How many deadlines press on a unit, or on a person of it; nobody means those that nobody is responsible for."""

    unit: Unit
    person: Employee | None = None
    people: list[Load] = field(default_factory=list)
    counted: Counter[Pressure] = field(default_factory=Counter)

    @property
    def overdue(self) -> int:
        return self.counted[Pressure.OVERDUE]

    @property
    def today(self) -> int:
        return self.counted[Pressure.TODAY]

    @property
    def at_risk(self) -> int:
        return self.counted[Pressure.AT_RISK]

    @property
    def weight(self) -> tuple[int, int, int]:
        """What makes one load worse than another."""
        return (self.overdue, self.today, self.at_risk)


@dataclass(frozen=True, slots=True)
class Shown:
    """One deadline of the list, with the time left in words."""

    deadline: Deadline
    left: Due


@require_safe
def deadlines(request: HttpRequest) -> HttpResponse:
    """Show what is overdue, due today and at risk in the units one sees."""
    at = timezone.now()
    unit = read_id(request.GET.get("unit", ""))
    found = board(at_desk(request).user, at=at, zone=timezone.get_current_timezone(), unit=unit)
    pressing = [one for one in found.deadlines if one.pressure in PRESSING]
    person, pressure = request.GET.get("person", ""), request.GET.get("pressure", "")
    asked = [one for one in pressing if _fits(one, person=person, pressure=pressure)]
    behind = [one for one in asked if _key(one) > request.GET.get("after", "")]
    context = {
        "totals": [(one, sum(deadline.pressure == one for deadline in pressing)) for one in PRESSING],
        "loads": _loads(pressing)[:UNITS_SHOWN],
        "listed": [Shown(one, time_left(one, at=at)) for one in behind[:LISTED]],
        "failing": sum(one.clock.failures > 0 for one in pressing),
        "more": found.more,
        "asked_pressure": pressure,
        "is_narrowed": unit is not None or bool(person or pressure),
        "next_key": _key(behind[LISTED - 1]) if len(behind) > LISTED else "",
    }
    return render(request, "desk/deadlines.html", context)


def _loads(pressing: Iterable[Deadline]) -> list[Load]:
    """The loads of units, worst first, each with those of its people."""
    units: dict[int, Load] = {}
    people: dict[tuple[int, int | None], Load] = {}
    for one in pressing:
        case = one.case
        of_unit = units.setdefault(case.unit_id, Load(case.unit))
        key = (case.unit_id, case.responsible_id)
        if key not in people:
            people[key] = Load(case.unit, case.responsible)
            of_unit.people.append(people[key])
        of_unit.counted[one.pressure] += 1
        people[key].counted[one.pressure] += 1
    for load in units.values():
        load.people.sort(key=attrgetter("weight"), reverse=True)
    return sorted(units.values(), key=attrgetter("weight"), reverse=True)


def _fits(one: Deadline, *, person: str, pressure: str) -> bool:
    who = str(one.case.responsible_id or "nobody")
    return person in {"", who} and pressure in {"", one.pressure.value}


def _key(one: Deadline) -> str:
    """Where a deadline stands in the list; keys sort as deadlines do."""
    return f"{one.clock.due_at.astimezone(UTC):%Y%m%d%H%M%S%f}-{one.clock.pk:019}"
