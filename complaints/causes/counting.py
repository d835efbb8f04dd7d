"""Complaints and exposure before and after an action took effect, counted from the rows."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import isinf
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from complaints.cases.models import Case
from complaints.cases.states import Outcome
from complaints.causes.effect import Effect, Observed, compare
from complaints.causes.models import CorrectiveAction, Exposure
from complaints.staff.models import Unit
from complaints.standards.models import FailureType

MOST_GROUPS: Final = 8


@dataclass(frozen=True, slots=True)
class Compared:
    """Before and after, for everybody (`group` None) or for one customer group, and what that comes to."""

    group: str | None
    before: int
    after: int
    effect: Effect

    def written(self) -> dict[str, Any]:
        """As it is kept; what nothing bounds is None."""
        high = None if isinf(self.effect.high) else self.effect.high
        told = {"group": self.group, "before": self.before, "after": self.after}
        return {**told, "ratio": self.effect.ratio, "low": self.effect.low, "high": high}


@dataclass(frozen=True, slots=True)
class Proof:
    """What was counted: the lines, everybody first, and the exposure of both windows."""

    lines: list[Compared]
    exposure_before: float
    exposure_after: float
    by_exposure: bool

    @property
    def has_effect(self) -> bool:
        """Whether the rate certainly fell."""
        return self.lines[0].effect.is_proved

    def written(self) -> dict[str, Any]:
        """As it is kept on the action."""
        return {
            "lines": [line.written() for line in self.lines],
            "exposure_before": self.exposure_before,
            "exposure_after": self.exposure_after,
            "by_exposure": self.by_exposure,
        }


def start_of(day: date, unit: Unit) -> datetime:
    """When a day begins in a unit; aware."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(unit.time_zone))


def measure(action: CorrectiveAction, effect_on: date, *, until: date) -> Proof:
    """Compare the days from `effect_on` to before `until` with `window_days` before. Days are those of the unit.

    Duplicates are not counted. Three queries, over the complaints of one failure type in two windows.
    """
    since = effect_on - timedelta(days=action.window_days)
    units = list(Unit.objects.below(action.unit).values_list("pk", flat=True))
    counts = _counts(action, units, since=since, turn=effect_on, until=until)
    before, after = _amount(units, since, effect_on), _amount(units, effect_on, until)
    by_exposure = bool(before and after)
    if not by_exposure:
        before, after = float((effect_on - since).days), float((until - effect_on).days)
    groups = sorted(counts, key=lambda name: (-sum(counts[name]), name))
    everybody = (sum(one[0] for one in counts.values()), sum(one[1] for one in counts.values()))
    named = [(None, everybody), *((name, counts[name]) for name in groups[:MOST_GROUPS])]
    lines = [
        Compared(name, n0, n1, compare(Observed(n0, before or 0.0), Observed(n1, after or 0.0)))
        for name, (n0, n1) in named
    ]
    return Proof(lines, before or 0.0, after or 0.0, by_exposure)


def _counts(
    action: CorrectiveAction, units: list[int], *, since: date, turn: date, until: date
) -> dict[str, tuple[int, int]]:
    """Complaints before and after the turn, by customer group."""
    kinds = FailureType.objects.filter(Q(pk=action.failure_type_id) | Q(parent=action.failure_type_id)).values("pk")
    turned = start_of(turn, action.unit)
    rows = (
        Case.objects.filter(
            failure_type__in=kinds,
            unit_id__in=units,
            filed_at__gte=start_of(since, action.unit),
            filed_at__lt=start_of(until, action.unit),
        )
        .exclude(outcome=Outcome.DUPLICATE)
        .values_list("customer__group")
        .annotate(before=Count("pk", filter=Q(filed_at__lt=turned)), after=Count("pk", filter=Q(filed_at__gte=turned)))
    )
    return {group: (before, after) for group, before, after in rows}


def _amount(units: list[int], since: date, until: date) -> float | None:
    """The exposure of a window, months shared out by days; None unless it is known of each unit for every month.

    Units of which no exposure was ever written down have none.
    """
    rows = Exposure.objects.filter(unit_id__in=units).values_list("unit", "month", "amount")
    known: dict[int, dict[date, int]] = defaultdict(dict)
    for unit, month, amount in rows:
        known[unit][month] = amount
    shares = _shares(since, until)
    if not known or any(month not in months for months in known.values() for month in shares):
        return None
    return sum(months[month] * share for months in known.values() for month, share in shares.items())


def _shares(since: date, until: date) -> dict[date, float]:
    """For each month that a window touches, the share of its days that lies inside."""
    shares, day = dict[date, float](), since
    while day < until:
        month, days = day.replace(day=1), monthrange(day.year, day.month)[1]
        end = min(until, month + timedelta(days=days))
        shares[month] = (end - day).days / days
        day = end
    return shares
