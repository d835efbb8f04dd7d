"""The ladder of a unit: front line, manager, VP. Who is next, and never nobody without saying so."""

from __future__ import annotations

from dataclasses import dataclass

from complaints.staff.models import Employee, Tier, Unit

TIERS = tuple(Tier)


def higher(tier: Tier, other: Tier | None) -> Tier:
    """The higher of two tiers; somebody beside the ladder counts for none."""
    return tier if other is None else max(tier, other, key=TIERS.index)


@dataclass(frozen=True, slots=True)
class Step:
    """A rung: the tier, and the employee who stands on it for this unit; nobody means the unit's own list."""

    tier: Tier
    responsible: Employee | None

    @property
    def who(self) -> str:
        """The person or the tier, for sentences."""
        return self.responsible.name if self.responsible else str(self.tier.label)


def next_step(unit: Unit, tier: Tier) -> Step | None:
    """The next rung above `tier` that somebody stands on; None on top of the ladder.

    Looks in the unit itself first, then up the tree; a tier that nobody holds is passed over. Where nobody at all
    stands higher, the next tier comes without a person: the case goes to the list of the unassigned.
    """
    higher = TIERS[TIERS.index(tier) + 1 :]
    if not higher:
        return None
    people = list(
        Employee.objects.filter(is_active=True, role__in=higher, unit_id__in=unit.ancestor_ids).select_related("unit")
    )
    for candidate in higher:
        nearest = sorted((p for p in people if p.role == candidate), key=lambda p: (-len(p.unit.path), p.pk))
        if nearest:
            return Step(candidate, nearest[0])
    return Step(higher[0], None)
