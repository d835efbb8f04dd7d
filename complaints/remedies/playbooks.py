"""Which playbook is shown beside a case, and what the customer's trouble weighs: kept edition by edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Prefetch

from complaints.common.rulebook import InForce, Mark
from complaints.common.words import clean
from complaints.customers.models import Language
from complaints.remedies.models import Advice, PlaybookVersion, TroubleRate
from complaints.remedies.worth import Reckoning, Weights
from complaints.standards.models import FailureType


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the version in force says."""

    version: PlaybookVersion
    advice: Sequence[Advice]

    @property
    def questions(self) -> list[str]:
        """What to ask, one by one."""
        return _lines(self.version.questions)

    @property
    def avoid(self) -> list[str]:
        """What to avoid, one by one."""
        return _lines(self.version.avoid)

    def apology(self, language: str) -> str:
        """The words for a customer who reads that language; none rather than words in another one."""
        return self.version.apology_zh if language == Language.CHINESE else self.version.apology


IN_ORDER: Final = Prefetch("advice", Advice.objects.order_by("pk"))
"""For reading several versions with their remedies in the order they were written in."""


def guidance_of(version: PlaybookVersion) -> Guidance:
    """What one version says; one query, or none where it was read IN_ORDER."""
    return Guidance(version, sorted(version.advice.all(), key=lambda one: one.pk))


def playbook_for(kind: FailureType | None, severity: int, edition: Mark | None) -> Guidance | None:
    """The most specific playbook in force: for the failure, then its area, then any; there, one for the severity first.

    Queries only for a new edition of the rules.
    """
    written = _WRITTEN.of(edition)
    named = [None] if kind is None else [kind.pk, kind.parent_id, None]
    found = (written.get((one, of)) for one in named for of in (severity, None))
    return next((one for one in found if one is not None), None)


def weights_in(currency: str, edition: Mark | None) -> Weights | None:
    """What the customer's trouble counts for in a currency; None where nobody has said. Queries as above."""
    return _WEIGHTS.of(edition).get(currency)


def advised(advice: Advice, reckoning: Reckoning | None) -> Decimal | None:
    """The sum to propose: what it should be worth, within the range; its lower end where that is not reckoned.

    None for what costs no money.
    """
    if advice.least is None or advice.most is None:
        return None
    if reckoning is None:
        return advice.least
    return min(max(reckoning.least, advice.least), advice.most)


def _lines(text: str) -> list[str]:
    return [line for one in clean(text).splitlines() if (line := one.strip())]


def _read() -> dict[tuple[int | None, int | None], Guidance]:
    """The playbooks in force by the failure and the severity that they are for."""
    current = PlaybookVersion.objects.filter(is_current=True, playbook__is_active=True).select_related("playbook")
    return {
        (one.playbook.failure_type_id, one.playbook.severity): guidance_of(one)
        for one in current.prefetch_related(IN_ORDER)
    }


_WRITTEN: Final = InForce(_read)
_WEIGHTS: Final = InForce(lambda: {rate.currency: Weights.of(rate) for rate in TroubleRate.objects.all()})
