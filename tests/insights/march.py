"""A month at Harbour Hotel, worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from complaints.cases.models import Case, Clock
from complaints.handling.escalate import escalate
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Authority, Remedy
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.remedies.purse import AT, an_authority, later, usd

MARCH: Final = date(2026, 3, 1)
AFTERWARDS: Final = later(days=60)


@dataclass(frozen=True)
class Month:
    """What happened, complaint by complaint."""

    on_the_spot: Case
    """$150 at once, by Fern."""
    left_alone: Case
    """Up without anything, and nothing since."""
    too_much: Case
    """Up without anything; Max gives $500, more than Fern may, eighteen days after it was filed: late."""
    needless: Case
    """Up without anything; Max gives $120 the next hour, which Fern could have."""
    tried: Case
    """$100 by Fern first, then up."""
    sorry: Case
    """An apology, which needs no authority, then up."""


def give(case: Case, amount: float | None, *, by: Employee, at: datetime) -> Remedy:
    kind = RemedyKind.GIFT if amount else RemedyKind.APOLOGY
    facts = RemedyFacts(kind=kind, words="Sorry.", amount=usd(amount) if amount else None)
    return propose_remedy(case.reference, facts, by=by, at=at)


def a_month(fern: Employee, max_: Employee) -> Month:
    """The month, by two people who may spend $1,000 and $10,000 in it."""
    if not Authority.objects.exists():
        an_authority(Tier.FRONT_LINE, 200, 1000)
        an_authority(Tier.MANAGER, 2000, 10000)
    cases = [a_complaint(by=fern, at=AT) for _ in range(6)]
    month = Month(*cases)
    give(month.on_the_spot, 150, by=fern, at=later(hours=1))
    give(month.tried, 100, by=fern, at=later(hours=1))
    give(month.sorry, None, by=fern, at=later(hours=1))
    for case in cases[1:]:
        escalate(case.reference, reason="Beyond me.", by=fern, at=later(hours=2))
    give(month.needless, 120, by=max_, at=later(hours=3))
    Clock.objects.filter(case=month.too_much, kind="resolve").update(due_at=later(days=5))
    give(month.too_much, 500, by=max_, at=later(days=18))
    return month
