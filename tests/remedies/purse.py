"""Authorities and remedies for the tests, with little typing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from djmoney.money import Money

from complaints.cases.models import Case
from complaints.remedies.authority import allowance
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Authority, LedgerEntry, Remedy, TroubleRate
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Tier

AT: Final = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
LONG_AGO: Final = datetime(2025, 1, 1, tzinfo=UTC)


def usd(amount: float | str) -> Money:
    return Money(Decimal(str(amount)), "USD")


def later(**by: float) -> datetime:
    return AT + timedelta(**by)


def an_authority(whose: Tier | Employee, per_failure: int, per_month: int | None = None, **facts: Any) -> Authority:
    """A rule in dollars, for every kind, since long ago."""
    told: dict[str, Any] = {"tier": whose} if isinstance(whose, Tier) else {"employee": whose}
    told |= {"per_failure": per_failure, "per_month": per_failure * 10 if per_month is None else per_month}
    return Authority.objects.create(**{**told, "currency": "USD", "valid_from": LONG_AGO, **facts})


def a_remedy(case: Case, amount: Money, kind: RemedyKind = RemedyKind.VOUCHER) -> Remedy:
    """One that nobody has put into the ledger yet."""
    return Remedy.objects.create(
        case=case, kind=kind, status=RemedyStatus.PROPOSED, amount=amount.amount, amount_currency=str(amount.currency)
    )


def left(employee: Employee, case: Case, at: datetime = AT) -> Money | None:
    """What the employee may still decide on the case."""
    return allowance(employee, Case.objects.select_related("unit").get(pk=case.pk), at=at).left


def movements(remedy: Remedy) -> list[str]:
    """What the ledger says of a remedy, oldest first."""
    return list(LedgerEntry.objects.filter(remedy=remedy).order_by("pk").values_list("kind", flat=True))


def a_trouble_rate(**facts: Any) -> TroubleRate:
    """What trouble counts for in dollars: 10 each time, 5 a day, 0, 20, 50 or 100 by severity."""
    told = {"currency": "USD", "per_contact": 10, "per_day": 5, "low": 0, "medium": 20, "high": 50, "critical": 100}
    return TroubleRate.objects.create(**{**told, **facts})
