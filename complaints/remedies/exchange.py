from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from complaints.common.errors import RateMissing
from complaints.remedies.models import ExchangeRate


def rate(source: str, target: str, *, at: datetime) -> Decimal:
    """What one unit of a currency comes to in another, by the rate written down last; raises RateMissing."""
    if source == target:
        return Decimal(1)
    written = ExchangeRate.objects.filter(source=source, target=target, since__lte=at).order_by("-since").first()
    if written is None:
        raise RateMissing(source=source, target=target)
    return written.rate
