from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from complaints.common.errors import RateMissing
from complaints.remedies.models import Authority, ExchangeRate


def currencies(*, at: datetime) -> list[str]:
    """The currencies something can be offered in: those that authorities are in, and those that are converted."""
    ruled = Authority.objects.filter(valid_from__lte=at).values_list("currency").order_by()
    converted = ExchangeRate.objects.filter(since__lte=at).values_list("source").order_by()
    return sorted(currency for (currency,) in ruled.union(converted))


def rate(source: str, target: str, *, at: datetime) -> Decimal:
    """What one unit of a currency comes to in another, by the rate written down last; raises RateMissing."""
    if source == target:
        return Decimal(1)
    written = ExchangeRate.objects.filter(source=source, target=target, since__lte=at).order_by("-since").first()
    if written is None:
        raise RateMissing(source=source, target=target)
    return written.rate
