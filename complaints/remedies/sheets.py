"""What is kept of authorities, trainings and exchange rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self

from complaints.common.sheets import Sheet
from complaints.remedies.models import Authority


@dataclass(frozen=True, kw_only=True)
class AuthoritySheet(Sheet):
    """Without `valid_from` it holds at once."""

    tier: str
    employee: int | None
    unit: int | None
    currency: str
    per_failure: Decimal
    per_customer: Decimal | None
    customer_days: int | None
    per_month: Decimal
    kinds: tuple[str, ...]
    course: int | None
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    @classmethod
    def of_authority(cls, authority: Authority) -> Self:
        """The sheet of a rule."""
        return cls.of(authority, kinds=tuple(authority.kinds))

    def write(self, authority: Authority) -> None:
        """Set the columns of a rule that is not stored yet, or locked."""
        self.write_on(authority)
        authority.kinds = list(self.kinds)


@dataclass(frozen=True, kw_only=True)
class RateSheet(Sheet):
    """Without `since` it holds at once."""

    source: str
    target: str
    rate: Decimal
    since: datetime | None = None
    origin: str = ""
