"""Reads over people and units."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid, NotFound
from complaints.staff.models import Employee, Role, Tier, Unit


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


def visible_unit(employee: Employee, unit_id: int) -> Unit:
    """One of the visible units; raises NotFound for any other."""
    unit = visible_units(employee).filter(pk=unit_id).first()
    if unit is None:
        raise NotFound
    return unit


def catch_all() -> Unit:
    """The unit that takes what nobody else would; raises Invalid when the organisation has no unit at all."""
    unit = Unit.objects.order_by("-takes_public_complaints", "path").first()
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
