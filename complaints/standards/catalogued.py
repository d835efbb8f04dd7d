"""As which failure type a complaint counts, where the catalogue is read as it was at another time than its own.

A complaint keeps the type it was filed under. So that years stay comparable, figures can also be read in the catalogue
of one moment: with the types of today, or with those of the beginning of a period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from complaints.standards.models import Succession, SuccessionKind


@dataclass(frozen=True, slots=True)
class Catalogued:
    """The catalogue as it was at a moment.

    `origins` are what a type was split from only later, `heirs` what a type had been merged into by then.
    """

    origins: Mapping[int, int]
    heirs: Mapping[int, int]

    def counts_as(self, kind: int) -> int:
        """The type that a complaint filed under this one counts as.

        A part that did not exist yet counts as the whole it was split from. What was merged counts as what it was
        merged into. What was split stays as it is: nobody can tell afterwards which part an old complaint would be.
        """
        while kind in self.origins:
            kind = self.origins[kind]
        while kind in self.heirs:
            kind = self.heirs[kind]
        return kind

    def filed_as(self, kind: int) -> list[int]:
        """Every type whose complaints count as this one, in the order of their keys; the reverse of `counts_as`."""
        known = {kind, *self.origins, *self.heirs}
        return sorted(one for one in known if self.counts_as(one) == kind)

    def together(self, counts: Mapping[int, int]) -> dict[int, int]:
        """Counts by the type that complaints were filed under, as counts by the type they count as."""
        found: dict[int, int] = defaultdict(int)
        for kind, n in counts.items():
            found[self.counts_as(kind)] += n
        return dict(found)


AS_FILED = Catalogued({}, {})


def catalogued(steps: Iterable[Succession], *, at: datetime) -> Catalogued:
    """The catalogue as it was at a moment: what was split since is whole, what was merged by then is one."""
    origins, heirs = {}, {}
    for step in steps:
        if step.kind == SuccessionKind.SPLIT and step.at > at:
            origins[step.new_id] = step.old_id
        elif step.kind == SuccessionKind.MERGED and step.at <= at:
            heirs[step.old_id] = step.new_id
    return Catalogued(origins, heirs)


def catalogued_at(at: datetime) -> Catalogued:
    """The catalogue as it was at a moment. One query; merges and splits are few."""
    return catalogued(Succession.objects.all(), at=at)
