"""Authority that was granted and not used, unit by unit and month by month: not using it is the failure.

Sums of units only, never of people: a unit in which one person alone has authority is counted with the unit above it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from djmoney.money import Money

from complaints.remedies.budgets import Account, accounts_of
from complaints.remedies.models import LedgerEntry, LedgerKind
from complaints.staff.models import Employee, Tier, Unit
from complaints.staff.queries import visible_units

PAGE: Final = 20
FEWEST: Final = 2
"""People with authority that a sum has to be of, so that it is nobody's own."""


@dataclass(slots=True)
class Group:
    """A unit and those below it that are counted with it, because so few have authority there."""

    unit: Unit
    folded: list[Unit] = field(default_factory=list)
    people: int = 0

    @property
    def units(self) -> list[Unit]:
        """All the units that are counted here."""
        return [self.unit, *self.folded]


@dataclass(frozen=True, slots=True)
class Groups:
    """One page of groups in the order of the tree, the key to go on from, and units with too few people to be shown."""

    shown: Sequence[Group]
    left_out: Sequence[Unit]
    next_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What the people of a group were granted for a month in one currency, and what became of it."""

    granted: Money
    held: Money
    spent: Money

    @property
    def unused(self) -> Money:
        """What nobody used."""
        return self.granted - self.held - self.spent


def groups(viewer: Employee, month: date, *, after: str = "") -> Groups:
    """A page of the units one sees, in the order of the tree, small ones counted with the unit above them."""
    whole, left_out = _folded(viewer, month)
    keys = [str(one.unit.pk) for one in whole]
    start = keys.index(after) + 1 if after in keys else 0
    page = whole[start : start + PAGE]
    return Groups(page, left_out, str(page[-1].unit.pk) if len(whole) > start + PAGE else "")


def one_group(viewer: Employee, month: date, *, unit: int) -> Group | None:
    """The group of this name; None where it is not shown."""
    return next((one for one in _folded(viewer, month)[0] if one.unit.pk == unit), None)


def use_of(shown: Iterable[Group], month: date, *, at: datetime) -> dict[int, list[Use]]:
    """What was granted, held and spent in each group, by the id of its unit, in every currency that was granted."""
    where = _where(shown)
    people = list(_with_authority(where, month).select_related("unit"))
    sums: dict[tuple[int, str], list[Money]] = {}
    by_person = accounts_of(people, month, at=at)
    for person in people:
        for currency, theirs in _by_currency(by_person[person.pk]).items():
            total = sums.setdefault((where[person.unit_id], currency), [Money(0, currency)] * 3)
            sums[where[person.unit_id], currency] = [a + b for a, b in zip(total, theirs, strict=True)]
    found = defaultdict[int, list[Use]](list)
    for (unit_id, _currency), (granted, aside, spent) in sorted(sums.items()):
        found[unit_id].append(Use(granted=granted, held=aside, spent=spent))
    return found


def cases_spent_on(shown: Iterable[Group], month: date) -> dict[int, set[int]]:
    """For each group the complaints, by their ids, that its people spent on in a month, where it was not given back."""
    where = _where(shown)
    back = LedgerEntry.objects.filter(hold=OuterRef("hold"), kind__in=[LedgerKind.RELEASE, LedgerKind.REVERSE])
    spends = LedgerEntry.objects.filter(~Exists(back), kind=LedgerKind.SPEND, month=month, holder__unit__in=where)
    found = defaultdict[int, set[int]](set)
    for unit, case in spends.values_list("holder__unit", "case").distinct():
        found[where[unit]].add(case)
    return found


def _folded(viewer: Employee, month: date) -> tuple[list[Group], list[Unit]]:
    """All groups in the order of the tree, and the units at the top that are too small and have nothing above them."""
    units = list(visible_units(viewer).order_by("path"))
    made = {unit.pk: Group(unit) for unit in units}
    for unit_id in _with_authority(made, month).values_list("unit", flat=True):
        made[unit_id].people += 1
    left_out: list[Unit] = []
    for unit in sorted(units, key=lambda one: -len(one.ancestor_ids)):
        group = made[unit.pk]
        if group.people >= FEWEST:
            continue
        above = made.get(unit.parent_id or 0)
        if above is None:
            left_out += group.units
        else:
            above.folded += group.units
            above.people += group.people
        del made[unit.pk]
    return [made[unit.pk] for unit in units if unit.pk in made], left_out


def _with_authority(units: Collection[int], month: date) -> QuerySet[Employee]:
    """Who works there on a tier, and so may have authority, or has left and took something in that month."""
    took = LedgerEntry.objects.filter(holder=OuterRef("pk"), month=month)
    theirs = Employee.objects.filter(unit__in=units, role__in=Tier.values)
    return theirs.filter(Q(is_active=True) | Exists(took)).order_by("pk")


def _where(shown: Iterable[Group]) -> dict[int, int]:
    """For each unit the one that it is counted with."""
    return {unit.pk: group.unit.pk for group in shown for unit in group.units}


def _by_currency(accounts: Sequence[Account]) -> dict[str, list[Money]]:
    """What one person was granted, holds and has spent, in each currency.

    By the rule in force, or by the newest where none is any more. Who was suspended was granted what they had taken.
    """
    found: dict[str, list[Money]] = {}
    for one in accounts:  # that in force first, then from the newest to the oldest
        nothing = Money(0, one.authority.currency)
        first = [nothing if one.is_suspended else one.budget, nothing, nothing]
        granted, held, spent = found.get(one.authority.currency, first)
        held, spent = held + one.held, spent + one.spent
        found[one.authority.currency] = [max(granted, held + spent), held, spent]
    return found
