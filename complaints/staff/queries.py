"""Reads over people and units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid, NotFound
from complaints.staff.models import Absence, Course, Employee, Role, Tier, Training, Unit
from complaints.staff.permissions import Permission, may


def sees_whole_organisation(employee: Employee) -> bool:
    """Whether the employee stands at the root and sees below: then no unit needs to be named in a query."""
    return employee.role != Role.FRONT_LINE and employee.unit.parent_id is None


def visible_units(employee: Employee) -> QuerySet[Unit]:
    """The units whose cases the employee sees: front line their own, everybody else also what is below."""
    if not employee.is_active:
        return Unit.objects.none()
    if employee.role == Role.FRONT_LINE:
        return Unit.objects.filter(pk=employee.unit_id)
    return Unit.objects.below(employee.unit)


def visible_unit_ids(employee: Employee) -> list[int]:
    """The same by their keys: for the front line no question to the database, as theirs is the one they work in."""
    if employee.is_active and employee.role == Role.FRONT_LINE:
        return [employee.unit_id]
    return list(visible_units(employee).values_list("pk", flat=True))


def visible_unit(employee: Employee, unit_id: int) -> Unit:
    """One of the visible units that are in use; raises NotFound for any other."""
    unit = visible_units(employee).filter(pk=unit_id, is_active=True).first()
    if unit is None:
        raise NotFound
    return unit


def may_keep_absences_of(employee: Employee, other: Employee) -> bool:
    """Whether one may say when the other is away: oneself, and with the right those of the units one sees."""
    if not employee.is_active:
        return False
    leads = may(employee, Permission.KEEP_ABSENCES) and visible_units(employee).filter(pk=other.unit_id).exists()
    return employee.pk == other.pk or leads


def whose_absences(employee: Employee) -> QuerySet[Employee]:
    """Active people of whom one may say when they are away, oneself among them."""
    theirs = Q(pk=employee.pk)
    if may(employee, Permission.KEEP_ABSENCES):
        theirs |= Q(unit__in=visible_units(employee))
    return Employee.objects.filter(theirs, is_active=True).select_related("unit").order_by("name", "pk")


def who_may_stand_in(employee: Employee) -> QuerySet[Employee]:
    """Active people in the units one sees, and above them whoever sees down to one's own."""
    above = Q(unit__in=employee.unit.ancestor_ids) & ~Q(role=Role.FRONT_LINE)
    found = Employee.objects.filter(Q(unit__in=visible_units(employee)) | above, is_active=True)
    return found.select_related("unit").order_by("name", "pk")


def catch_all() -> Unit:
    """The unit that takes what nobody else would; raises Invalid when the organisation has no unit at all."""
    unit = Unit.objects.filter(is_active=True).order_by("-takes_public_complaints", "path").first()
    if unit is None:
        raise Invalid(field="", sentence=_("The organisation has no unit yet."))
    return unit


def colleagues(unit: Unit) -> QuerySet[Employee]:
    """Active employees on the ladder who can be responsible for a case of this unit: in it or above it."""
    return (
        Employee.objects.filter(is_active=True, role__in=Tier.values, unit_id__in=unit.ancestor_ids)
        .exclude(role=Role.FRONT_LINE, unit_id__in=unit.ancestor_ids[:-1])
        .select_related("unit")
        .order_by("name")
    )


def at_work(people: Iterable[Employee], *, at: datetime) -> dict[int, Employee]:
    """Who answers for each of these people at a moment: themselves, their stand-in, or nobody (left out).

    Follows stand-ins who are away themselves; two who stand in for each other answer for nobody. One query per round.
    """
    answers: dict[int, Employee] = {person.pk: person for person in people if person.is_active}
    met: dict[int, set[int]] = {pk: {pk} for pk in answers}
    while answers:
        away = {
            absence.employee_id: absence.stand_in
            for absence in Absence.objects.filter(
                employee__in=answers.values(), since__lte=at, until__gt=at
            ).select_related("stand_in__unit")
        }
        if not away:
            break
        for pk, person in list(answers.items()):
            if person.pk not in away:
                continue
            stand_in = away[person.pk]
            if stand_in is None or not stand_in.is_active or stand_in.pk in met[pk]:
                del answers[pk]
            else:
                answers[pk] = stand_in
                met[pk].add(stand_in.pk)
    return answers


def stood_in_for(employee: Employee, *, at: datetime) -> QuerySet[Absence, int]:
    """The ids of those who are away and for whom this employee answers, also for a stand-in who is away as well."""
    away = Absence.objects.filter(since__lte=at, until__gt=at)
    directly = away.filter(stand_in=employee).values_list("employee", flat=True)
    indirectly = away.filter(stand_in__in=directly).values_list("employee", flat=True)
    return directly.union(indirectly)


def nearest(unit: Unit, tiers: Sequence[Tier], *, at: datetime) -> Employee | None:
    """Who answers on the first of these tiers that somebody holds, in the unit or the nearest one above it."""
    return Roster(at=at, units=unit.ancestor_ids).nearest(unit, tiers)


class Roster:
    """Who answers for each unit on each tier, and for each person, at a moment; nothing is asked for twice.

    For the units named, or for all: so that many cases in many units share what was read for the first of them.
    """

    def __init__(self, *, at: datetime, units: Collection[int] | None = None) -> None:
        self._at = at
        self._units = units
        self._known: dict[Tier, dict[int, Employee]] = {}
        self._people: dict[int, tuple[Employee, Employee | None]] = {}

    def nearest(self, unit: Unit, tiers: Sequence[Tier]) -> Employee | None:
        """As the function of this name."""
        for tier in tiers:
            answering = self._answering(tier)
            for unit_id in reversed(unit.ancestor_ids):
                if unit_id in answering:
                    return answering[unit_id]
        return None

    def answering(self, employee_id: int) -> Employee | None:
        """Who answers for an employee: themselves, their stand-in, or nobody."""
        return self._person(employee_id)[1]

    def superior_of(self, employee_id: int, unit: Unit) -> Employee | None:
        """The nearest person at work one tier or more above an employee, looking from a unit upwards."""
        tier = self._person(employee_id)[0].tier
        return None if tier is None else self.nearest(unit, list(Tier)[list(Tier).index(tier) + 1 :])

    def _person(self, employee_id: int) -> tuple[Employee, Employee | None]:
        if employee_id not in self._people:
            person = Employee.objects.get(pk=employee_id)
            self._people[employee_id] = person, at_work([person], at=self._at).get(employee_id)
        return self._people[employee_id]

    def _answering(self, tier: Tier) -> dict[int, Employee]:
        """For each unit where somebody holds the tier, who answers there: of several, who came first."""
        if tier not in self._known:
            held = Employee.objects.filter(is_active=True, role=tier).order_by("-pk")
            people = list(held if self._units is None else held.filter(unit_id__in=self._units))
            answers = at_work(people, at=self._at)
            self._known[tier] = {person.unit_id: answers[person.pk] for person in people if person.pk in answers}
        return self._known[tier]


def answering(unit: Unit, tiers: Sequence[Tier], *, at: datetime) -> list[tuple[Tier, Employee]]:
    """Everybody who answers on these tiers for a unit, with the tier: by tier in order, the nearest first."""
    people = list(
        Employee.objects.filter(is_active=True, role__in=tiers, unit_id__in=unit.ancestor_ids).select_related("unit")
    )
    there = at_work(people, at=at) if people else {}
    held = sorted((p for p in people if p.pk in there), key=lambda p: (tiers.index(Tier(p.role)), _nearness(p)))
    return [(Tier(person.role), there[person.pk]) for person in held]


def administrators() -> list[Employee]:
    """Whom an alarm reaches."""
    return list(Employee.objects.filter(is_active=True, role=Role.ADMINISTRATOR).order_by("pk"))


def last_training(employee: Employee, course: Course) -> Training | None:
    """The training of a course that an employee took last; None where they never did."""
    return Training.objects.filter(employee=employee, course=course).order_by("-taken_on", "-pk").first()


def _nearness(person: Employee) -> tuple[int, int]:
    return (-len(person.unit.ancestor_ids), person.pk)
