"""What can be chosen in the forms of the desk."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext

from complaints.desk.wording import name_in
from complaints.staff.models import Employee, Unit
from complaints.staff.queries import visible_units
from complaints.standards.queries import areas, offered_failure_types

MOST_OFFERED: Final = 400
"""Longer lists cannot be chosen from; whatever stands beyond is reached by a link or by search."""

Choice = tuple[int | str, str]


def failure_types() -> list[tuple[str, list[Choice]]]:
    """The catalogue in its two levels, in the language that is active."""
    offered = offered_failure_types().values_list("parent__name", "parent__name_zh", "pk", "name", "name_zh")
    return [
        (name_in(*area), [(pk, name_in(name, name_zh)) for _area, _area_zh, pk, name, name_zh in kinds])
        for area, kinds in groupby(offered[:MOST_OFFERED], key=lambda row: row[:2])
    ]


def failure_filters() -> list[tuple[str, list[Choice]]]:
    """What the worklist can be narrowed to: whole areas, those of imported records too, then the catalogue."""
    named = areas().values_list("pk", "name", "name_zh")[:MOST_OFFERED]
    whole: list[Choice] = [(pk, name_in(name, name_zh)) for pk, name, name_zh in named]
    return [(gettext("Whole areas"), whole), *failure_types()]


def units(employee: Employee, *, also: str = "") -> list[Choice]:
    """The units in use an employee sees, as a tree; `also` is one that a link leads to, shown beyond the others."""
    return tree(visible_units(employee).filter(is_active=True), also=also, among=visible_units(employee))


def tree(rows: QuerySet[Unit], *, also: object = "", among: QuerySet[Unit] | None = None) -> list[Choice]:
    """Units below each other as they stand in the organisation; `also` is the key of one `among` more of them."""
    visible = rows.order_by("path").values_list("pk", "name", "path")
    offered, key = list(visible[:MOST_OFFERED]), str(also or "")
    if key.isascii() and key.isdigit() and len(key) < 19 and all(pk != int(key) for pk, _name, _path in offered):
        offered += (rows if among is None else among).filter(pk=int(key)).values_list("pk", "name", "path")
    top = min((path.count(".") for _pk, _name, path in offered), default=0)
    return [(pk, f"{'– ' * (path.count('.') - top)}{name}") for pk, name, path in offered]
