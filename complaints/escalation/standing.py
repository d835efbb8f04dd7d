"""Where open complaints stand when a ladder changes under them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Q, QuerySet

from complaints.escalation.ladder import TIERS, steps_of
from complaints.escalation.models import LadderStep
from complaints.staff.models import Tier, Unit


def own_steps(unit: Unit | None) -> list[LadderStep]:
    """The steps that are a unit's own, lowest first; for None those of the whole organisation."""
    return list(LadderStep.objects.filter(unit=unit).select_related("calendar").order_by("position"))


def units_with_ladders(units: Collection[int]) -> set[int | None]:
    """Those of these units that have steps of their own."""
    return set(LadderStep.objects.filter(unit__in=units).values_list("unit_id", flat=True))


def steps_for(unit: Unit | None) -> list[LadderStep]:
    """The steps that hold for a unit: its own, or those it takes from above."""
    return own_steps(None) if unit is None else steps_of(unit)


def governed_by(unit: Unit | None) -> QuerySet[Unit]:
    """The units whose ladder is this unit's: itself and those below that have, and pass, no ladder nearer to them."""
    nearer = LadderStep.objects.filter(unit__isnull=False).exclude(unit=unit).values_list("unit__path", flat=True)
    below = Unit.objects.all() if unit is None else Unit.objects.below(unit)
    inside = [path for path in nearer.distinct() if unit is None or path.startswith(unit.path)]
    passed = Q(pk__in=[])
    for path in inside:
        passed |= Q(path__startswith=path)
    return below.exclude(passed)


def positions_after(before: Sequence[LadderStep], after: Sequence[LadderStep]) -> dict[int, int]:
    """For every position of the old ladder the one on the new: of the same step, else of its tier, else below it."""
    kept = {step.pk: step.position for step in after}
    return {step.position: kept.get(step.pk, _like(step, after)) for step in before}


def _like(step: LadderStep, ladder: Sequence[LadderStep]) -> int:
    same = [other.position for other in ladder if other.tier == step.tier]
    if same:
        return same[0]
    height = len(TIERS) if step.is_outside else TIERS.index(Tier(step.tier))
    lower = [other.position for other in ladder if not other.is_outside and TIERS.index(Tier(other.tier)) < height]
    return max(lower, default=0)
