"""The very cases that a number counts: those that bear its label, newest first.

Every list goes by keyset over days and ids. The sums say on which days there are any, so that a page of a label that
one case in ten thousand bears is found without walking over the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, takewhile
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Sum

from complaints.cases.models import Case
from complaints.cases.queries import visible_to
from complaints.common.errors import NotFound
from complaints.common.keyset import read_id
from complaints.customers.models import UNSHOWN
from complaints.insights.models import Grain, LabelTally
from complaints.insights.periods import Period
from complaints.staff.models import Employee, Unit
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import visible_units
from complaints.standards.catalogued import AS_FILED, Catalogued

PAGE: Final = 25
TAKEN_AWAY: Final = 500
DAYS: Final = 400
"""Days that are looked up at a time; most labels fill a page with the first few."""


class DayKey(NamedTuple):
    """The place of a case in a list: its day, then its id."""

    day: date
    pk: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()}~{self.pk}"


def read_day_key(text: str) -> DayKey | None:
    """The key in an address; None for the beginning, and for what cannot be a key."""
    day, _sep, pk = text.partition("~")
    number = read_id(pk)
    try:
        return None if number is None else DayKey(date.fromisoformat(day), number)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which cases: of a unit and what is below it, filed in a period, that bear a label.

    With `seen`, as it stood at the end of that day: what was closed later is still open. Only the labels of being over
    know of that. A failure type stands for all that count as it where they are read as `catalogued`; a case bears the
    label of one failure type.
    """

    unit: Unit
    period: Period
    label: str
    seen: date | None = None
    catalogued: Catalogued = AS_FILED

    @property
    def borne(self) -> list[str]:
        """The labels that the sums are asked for, of which a case bears one at most."""
        if self.seen is not None and self.label == "goingon":
            return ["all"]  # what is open now says nothing of an earlier day
        word, _sep, key = self.label.partition(":")
        number = read_id(key) if word == "type" else None
        return [self.label] if number is None else [f"type:{kind}" for kind in self.catalogued.filed_as(number)]

    def condition(self) -> tuple[str, list[Any]]:
        """What a measured case must be besides, as SQL."""
        if self.seen is None:
            return "", []
        if self.label == "goingon":
            still = " AND coalesce(closed_on > %s, TRUE) AND day <= %s AND NOT labels @> ARRAY['end:unknown']"
            return still, [self.seen, self.seen]
        return " AND closed_on <= %s", [self.seen]


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of cases and the key to go on from."""

    cases: Sequence[Case]
    next_key: str = ""


def asked_unit(employee: Employee, pk: int | None) -> Unit:
    """The unit asked for, else the employee's own; raises NotFound where they do not see it."""
    found = visible_units(employee).filter(pk=employee.unit_id if pk is None else pk).first()
    if found is None:
        raise NotFound
    return found


def may_see_measures(employee: Employee, unit: int) -> bool:
    """Whether the employee may open the measures of a unit: a department may not, where it is asked about others."""
    return may(employee, Permission.VIEW_INSIGHTS) and visible_units(employee).filter(pk=unit).exists()


def page(employee: Employee, asked: Asked, *, after: str = "", size: int = PAGE) -> CasePage:
    """A page of the cases of a number, those that the employee sees."""
    keys = _keys(asked, read_day_key(after), wanted=size + 1)
    shown = (
        visible_to(employee)
        .select_related("customer", "unit", "responsible", "failure_type")
        .defer(*UNSHOWN)
        .in_bulk([key.pk for key in keys[:size]])
    )
    cases = [shown[key.pk] for key in keys[:size] if key.pk in shown]
    return CasePage(cases, str(keys[size - 1]) if len(keys) > size else "")


def everything(employee: Employee, asked: Asked) -> Iterator[Case]:
    """Every case of a number, one after the other, read in stretches: for taking away."""
    after = ""
    while True:
        found = page(employee, asked, after=after, size=TAKEN_AWAY)
        yield from found.cases
        if not found.next_key:
            return
        after = found.next_key


def _keys(asked: Asked, after: DayKey | None, *, wanted: int) -> list[DayKey]:
    found: list[DayKey] = []
    while len(found) < wanted:
        days = _days(asked, after, wanted=wanted - len(found))
        if not days:
            break
        found += _on(asked, days, after, wanted=wanted - len(found))
        after = found[-1] if len(found) >= wanted else DayKey(days[-1], 0)
    return found


def _days(asked: Asked, after: DayKey | None, *, wanted: int) -> list[date]:
    """The next days with any such case, the newest first: as many as hold enough of them."""
    rows = LabelTally.objects.filter(unit_id=asked.unit.pk, label__in=asked.borne, grain=Grain.DAY, n__gt=0)
    rows = rows.filter(start__range=(asked.period.since, asked.period.until))
    if after is not None:
        # the day of a key may hold more of them; a key without an id is behind all of its day
        rows = rows.filter(start__lte=after.day) if after.pk else rows.filter(start__lt=after.day)
    counted = list(rows.values("start").annotate(n=Sum("n")).order_by("-start").values_list("start", "n")[:DAYS])
    before = [0, *accumulate(n for _day, n in counted)]
    first_may_be_half = 1 if after is not None and after.pk else 0
    enough = wanted + (counted[0][1] if counted and first_may_be_half else 0)
    return [day for (day, _n), so_far in takewhile(lambda pair: pair[1] < enough, zip(counted, before, strict=False))]


def _on(asked: Asked, days: Sequence[date], after: DayKey | None, *, wanted: int) -> list[DayKey]:
    condition, params = asked.condition()
    # below the one top unit there is everything, and no unit needs to be named; there may be several
    if asked.unit.parent_id is not None or Unit.objects.filter(parent=None).exclude(pk=asked.unit.pk).exists():
        condition += " AND unit_id = ANY(%s)"
        params.append(list(Unit.objects.below(asked.unit).values_list("pk", flat=True)))
    if after is not None and after.pk:
        condition += " AND (day, case_id) < (%s, %s)"
        params += [after.day, after.pk]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, case_id FROM complaints_measuredcase WHERE day = ANY(%s) AND labels && %s"
            f"{condition} ORDER BY day DESC, case_id DESC LIMIT %s",
            [list(days), asked.borne, *params, wanted],
        )
        return [DayKey(*row) for row in cursor.fetchall()]
