"""What can be chosen in the forms of the desk."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from django.utils.translation import gettext

from complaints.desk.wording import name_of
from complaints.staff.models import Employee
from complaints.staff.queries import visible_units
from complaints.standards.queries import areas, offered_failure_types

MOST_OFFERED: Final = 400
"""Longer lists cannot be chosen from; whatever stands beyond is reached by a link or by search."""

Choice = tuple[int | str, str]


def failure_types() -> list[tuple[str, list[Choice]]]:
    """The catalogue in its two levels, in the language that is active."""
    offered = offered_failure_types()[:MOST_OFFERED]
    return [
        (name_of(area), [(kind.pk, name_of(kind)) for kind in kinds])
        for area, kinds in groupby(offered, key=lambda kind: kind.parent)
        if area is not None
    ]


def failure_filters() -> list[tuple[str, list[Choice]]]:
    """What the worklist can be narrowed to: whole areas, those of imported records too, then the catalogue."""
    whole: list[Choice] = [(area.pk, name_of(area)) for area in areas()[:MOST_OFFERED]]
    return [(gettext("Whole areas"), whole), *failure_types()]


def units(employee: Employee, *, also: str = "") -> list[Choice]:
    """The units an employee sees, as a tree; `also` is one that a link leads to, shown even beyond the others."""
    visible = visible_units(employee).order_by("path")
    offered = list(visible[:MOST_OFFERED])
    if also.isascii() and also.isdigit() and len(also) < 19 and all(unit.pk != int(also) for unit in offered):
        offered += visible.filter(pk=int(also))
    top = min((len(unit.ancestor_ids) for unit in offered), default=0)
    return [(unit.pk, f"{'– ' * (len(unit.ancestor_ids) - top)}{unit.name}") for unit in offered]
