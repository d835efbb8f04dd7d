"""Complaints on which authority was not used in time: they climbed without a remedy, or it came late.

A remedy here is one that is worth a sum: nobody needs authority for an apology. Months are those of the unit that the
complaint belongs to now, in its zone. Counted are complaints, each by its first step up or its first remedy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery

from complaints.cases.entries import Entry
from complaints.cases.models import Clock, TimelineEntry
from complaints.insights.unused import Group
from complaints.remedies.models import Authority, Remedy
from complaints.staff.models import Tier, Unit
from complaints.standards.models import ClockKind

MOST: Final = 20_000
"""First steps up, and first remedies, of a month that are looked at, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """Of one group: complaints, by their ids.

    `missed` of those that `climbed` had no remedy before, though the authority of the front line would have covered
    one. Of those that were `offered` their first remedy, it came `late`, after the time by which it was promised to
    be put right, or only `after` the complaint had climbed.
    """

    climbed: frozenset[int]
    missed: frozenset[int]
    offered: frozenset[int]
    late: frozenset[int]
    after: frozenset[int]
    is_whole: bool = True
    """Whether the whole month was looked at, not only its newest MOST."""

    @property
    def share(self) -> Decimal | None:
        """How many of a hundred that climbed should not have had to; None where none climbed."""
        if not self.climbed:
            return None
        return Decimal(100 * len(self.missed)) / len(self.climbed)


def late_in(shown: Sequence[Group], month: date) -> dict[int, Late]:
    """What came late or climbed in each group in a month, by the id of its unit."""
    where = {unit.pk: group.unit.pk for group in shown for unit in group.units}
    units = [unit for group in shown for unit in group.units]
    climbs, offers = _climbs(units, month), _offers(units, month)
    missed = _covered([one for one in climbs if not one["had_remedy"]], units)
    return {
        group.unit.pk: Late(
            climbed=_of(climbs, where, group),
            missed=_of(missed, where, group),
            offered=_of(offers, where, group),
            late=_of([one for one in offers if one["due_at"] and one["at"] > one["due_at"]], where, group),
            after=_of([one for one in offers if one["had_climbed"]], where, group),
            is_whole=max(len(climbs), len(offers)) < MOST,
        )
        for group in shown
    }


def _of(rows: Iterable[Mapping[str, Any]], where: Mapping[int, int], group: Group) -> frozenset[int]:
    return frozenset(row["case"] for row in rows if where[row["case__unit"]] == group.unit.pk)


def _climbs(units: Sequence[Unit], month: date) -> list[Any]:
    """Complaints that went up for the first time, and whether they had been offered a remedy before."""
    rows = TimelineEntry.objects.filter(
        _in_month(units, month), ~Exists(_before(Entry.ESCALATED)), kind=Entry.ESCALATED
    )
    rows = rows.annotate(had_remedy=Exists(_before(Entry.REMEDY_OFFERED).filter(facts__has_key="amount")))
    return list(rows.order_by("-at", "-pk").values("case", "case__unit", "at", "had_remedy")[:MOST])


def _offers(units: Sequence[Unit], month: date) -> list[Any]:
    """Complaints that were offered their first remedy, whether they had climbed, and by when it was promised."""
    earlier = _before(Entry.REMEDY_OFFERED).filter(facts__has_key="amount")
    promised = Clock.objects.filter(case=OuterRef("case"), kind=ClockKind.RESOLVE).values("case")
    rows = TimelineEntry.objects.filter(
        _in_month(units, month), ~Exists(earlier), kind=Entry.REMEDY_OFFERED, facts__has_key="amount"
    ).annotate(
        had_climbed=Exists(_before(Entry.ESCALATED)),
        due_at=Subquery(promised.annotate(first=Min("due_at")).values("first")),
    )
    return list(rows.order_by("-at", "-pk").values("case", "case__unit", "at", "had_climbed", "due_at")[:MOST])


def _before(kind: Entry) -> QuerySet[TimelineEntry]:
    """What of a kind stands on the timeline of the same complaint before the row."""
    return TimelineEntry.objects.filter(case=OuterRef("case"), pk__lt=OuterRef("pk"), kind=kind)


def _in_month(units: Sequence[Unit], month: date) -> Q:
    """The entries of complaints of these units in a month, as the calendar of each unit has it."""
    by_zone = defaultdict[str, list[int]](list)
    for unit in units:
        by_zone[unit.time_zone].append(unit.pk)
    found, moments = Q(), list[datetime]()
    for zone, ids in by_zone.items():
        since, until = _bounds(month, ZoneInfo(zone))
        moments += [since, until]
        found |= Q(case__unit__in=ids, at__gte=since, at__lt=until)
    return found & Q(at__gte=min(moments), at__lt=max(moments)) if moments else Q(pk__in=[])


def _bounds(month: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a month in a zone, and the first one behind it."""
    behind = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return datetime.combine(month, time.min, zone), datetime.combine(behind, time.min, zone)


def _covered(rows: Sequence[Any], units: Sequence[Unit]) -> list[Any]:
    """Those of the rows on which the front line could have decided by itself.

    By the rule of its tier that was in force when the complaint went up, the most specific one for the unit. It covers
    all that was ever proposed on the complaint in the rule's currency; where nothing was, any remedy.
    """
    rules = list(Authority.objects.filter(tier=Tier.FRONT_LINE, per_failure__gt=0).select_related("unit"))
    above = {unit.pk: set(unit.ancestor_ids) for unit in units}
    asked = defaultdict[int, list[tuple[str, Decimal]]](list)
    proposed = Remedy.objects.filter(case__in=[row["case"] for row in rows], amount__isnull=False)
    for case, currency, amount in proposed.values_list("case", "amount_currency", "amount"):
        asked[case].append((str(currency), amount or Decimal(0)))
    return [
        row for row in rows if _is_covered(asked[row["case"]], _in_force(rules, above[row["case__unit"]], row["at"]))
    ]


def _in_force(rules: Iterable[Authority], above: set[int], at: datetime) -> dict[str, Decimal]:
    """What the front line of a unit could give for one failure at a moment, by currency."""
    fitting = [
        rule
        for rule in rules
        if rule.valid_from <= at
        and (rule.valid_until is None or rule.valid_until > at)
        and (rule.unit_id is None or rule.unit_id in above)
    ]
    return {rule.currency: rule.per_failure for rule in sorted(fitting, key=lambda rule: rule.specificity)}


def _is_covered(asked: Sequence[tuple[str, Decimal]], caps: Mapping[str, Decimal]) -> bool:
    return bool(caps) and all(amount <= caps.get(currency, Decimal(0)) for currency, amount in asked)
