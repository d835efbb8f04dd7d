"""What would become of a remedy, told before it is proposed. Reads only: the verb looks again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from djmoney.money import Money

from complaints.cases.models import Case
from complaints.handling.ask_approval import covering, superiors
from complaints.remedies.authority import allowance
from complaints.staff.models import Employee


@dataclass(frozen=True, slots=True)
class Outlook:
    """Offered at once, or decided on by somebody; by nobody, where no authority covers it."""

    at_once: bool
    by: Employee | None = None


def who_decides(case: Case, kind: str, amount: Money | None, *, by: Employee, at: datetime) -> Outlook:
    """What would happen to a remedy if an employee proposed it now; raises RateMissing."""
    if amount is None:
        return Outlook(at_once=True)
    if allowance(by, case, at=at, currency=str(amount.currency)).covers(amount, kind):
        return Outlook(at_once=True, by=by)
    above = next(covering(case, kind, amount, above=by.tier, but=by.pk, at=at), None)
    return Outlook(at_once=False, by=above[1].employee if above else None)


def next_above(case: Case, *, by: Employee, at: datetime) -> Employee | None:
    """Who is asked first about what an employee may not decide on a case."""
    return next((person for _step, person in superiors(case, above=by.tier, but=by.pk, at=at)), None)
