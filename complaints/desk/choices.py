"""What can be chosen in the forms of the desk."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from itertools import groupby
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext

from complaints.common.keyset import read_id
from complaints.desk.wording import name_of
from complaints.escalation.urgent import groups_with_a_rule
from complaints.outbox.texts import languages_of_customers
from complaints.staff.models import Employee, Unit
from complaints.staff.queries import visible_units
from complaints.standards.models import FailureType, ServiceStandard
from complaints.standards.queries import areas as known_areas
from complaints.standards.queries import groups_with_a_standard, offered_failure_types, offered_service_standards

MOST_OFFERED: Final = 400
"""Longer lists cannot be chosen from; whatever stands beyond is reached by a link or by search."""

Choice = tuple[int | str, str]


def languages() -> list[tuple[str, str]]:
    """The languages that customers are written to in."""
    return list(languages_of_customers().items())


def failure_types() -> list[tuple[str, list[Choice]]]:
    """The catalogue in its two levels, in the language that is active."""
    offered = list(offered_failure_types()[:MOST_OFFERED])
    lines = {one.parent.line for one in offered if one.parent}
    grouped = groupby(offered, key=lambda one: one.parent)
    return [
        (_area_words(area, among=lines), [(one.pk, name_of(one)) for one in kinds]) for area, kinds in grouped if area
    ]


def areas() -> list[Choice]:
    """Every area, those of imported records too, which nobody is offered when filing."""
    found = list(known_areas()[:MOST_OFFERED])
    lines = {one.line for one in found}
    return [(one.pk, _area_words(one, among=lines)) for one in found]


def service_standards() -> list[tuple[str | int, Any]]:
    """The promises that can be named as missed: those about anything, then those about a failure, under its name."""
    offered = offered_service_standards()[:MOST_OFFERED]
    named = groupby(offered, key=lambda one: name_of(one.failure_type) if one.failure_type else "")
    return [choice for failure, group in named for choice in ([(failure, _named(group))] if failure else _named(group))]


def customer_groups(*, also: str) -> list[Choice]:
    """The groups that promise something or make something urgent, and the one a customer is in; nothing without any."""
    groups = sorted({*groups_with_a_standard(), *groups_with_a_rule(), *([also] if also else [])})
    return [("", gettext("none")), *((group, group) for group in groups)] if groups else []


def failure_filters(*, also: object = "") -> list[tuple[str, list[Choice]]]:
    """What lists and rules can be narrowed to: whole areas, those of imported records too, then the catalogue.

    `also` is the key of a failure that a link leads to or a rule names. Merged or split since, it is offered to them
    all the same: else the list would be of everything, and the rule, kept again, would hold for everything.
    """
    offered = [(gettext("Whole areas"), areas()), *failure_types()]
    key = read_id(str(also or ""))
    if key is None or any(pk == key for _area, kinds in offered for pk, _name in kinds):
        return offered
    gone: list[Choice] = [(one.pk, name_of(one)) for one in FailureType.objects.filter(pk=key)]
    return [*offered, (gettext("Not offered any more"), gone)] if gone else offered


def units(employee: Employee, *, also: str = "") -> list[Choice]:
    """The units in use an employee sees, as a tree; `also` is one that a link leads to, shown beyond the others."""
    return tree(visible_units(employee).filter(is_active=True), also=also, among=visible_units(employee))


def tree(rows: QuerySet[Unit], *, also: object = "", among: QuerySet[Unit] | None = None) -> list[Choice]:
    """Units below each other as they stand in the organisation; `also` is the key of one `among` more of them."""
    visible = rows.order_by("path").values_list("pk", "name", "path")
    offered, key = list(visible[:MOST_OFFERED]), read_id(str(also or ""))
    if key is not None and all(pk != key for pk, _name, _path in offered):
        offered += (rows if among is None else among).filter(pk=key).values_list("pk", "name", "path")
    top = min((path.count(".") for _pk, _name, path in offered), default=0)
    return [(pk, f"{'– ' * (path.count('.') - top)}{name}") for pk, name, path in offered]


def _area_words(area: FailureType, *, among: AbstractSet[str]) -> str:
    """An area by its name, and with its line of business where there are several."""
    name = name_of(area)
    return f"{area.get_line_display()} · {name}" if area.line and len(among) > 1 else name


def _named(standards: Iterable[ServiceStandard]) -> list[Choice]:
    return [(one.pk, one.name) for one in standards]
