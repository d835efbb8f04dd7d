"""What is kept of authorities, exchange rates, the catalogue of remedies, playbooks and the cost of complaining."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Self

from complaints.common.sheets import Sheet
from complaints.remedies.catalogue import name_of_remedy
from complaints.remedies.models import Advice, Authority, Playbook, PlaybookVersion

SAID: Final = ("apology", "apology_zh", "questions", "avoid")
"""What a version of a playbook says in words."""


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


@dataclass(frozen=True, kw_only=True)
class AdviceLine:
    """One remedy of a playbook; without a range it costs no money."""

    kind: str
    least: Decimal | None = None
    most: Decimal | None = None
    currency: str = ""
    fits: str = ""

    @classmethod
    def of(cls, advice: Advice) -> Self:
        """The line of a stored one."""
        return cls(kind=advice.kind, least=advice.least, most=advice.most, currency=advice.currency, fits=advice.fits)

    def __str__(self) -> str:
        worth = f"{self.least}–{self.most} {self.currency}" if self.least is not None else ""
        return " · ".join(filter(None, [name_of_remedy(self.kind), worth, self.fits]))


@dataclass(frozen=True, kw_only=True)
class PlaybookSheet(Sheet):
    """A playbook: whom it is for, and what one version of it says."""

    name: str
    failure_type: int | None = None
    severity: int | None = None
    is_active: bool = True
    apology: str = ""
    apology_zh: str = ""
    questions: str = ""
    avoid: str = ""
    advice: tuple[AdviceLine, ...] = ()

    @classmethod
    def of_playbook(cls, playbook: Playbook) -> Self:
        """The sheet of a stored playbook as it is now. Two queries."""
        return cls.of_version(playbook.versions.get(is_current=True), playbook)

    @classmethod
    def of_version(cls, version: PlaybookVersion, playbook: Playbook) -> Self:
        """The sheet with what an earlier version said. One query."""
        lines = tuple(AdviceLine.of(one) for one in version.advice.order_by("pk"))
        said = {name: getattr(version, name) for name in SAID}
        return cls.of(playbook, advice=lines, **said)

    def says_other(self, now: PlaybookSheet) -> bool:
        """Whether it makes a new version: another name, or other cases, does not."""
        return not {*SAID, "advice"}.isdisjoint(self.differs_in(now))


@dataclass(frozen=True, kw_only=True)
class RemedyTypeSheet(Sheet):
    """Whether it is worth a sum stays as it was added; `cost_share` in per cent of its worth to the customer."""

    name: str
    name_zh: str = ""
    is_tangible: bool = True
    cost_share: int = 100
    place: int = 100
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class TroubleSheet(Sheet):
    currency: str
    per_contact: Decimal
    per_day: Decimal
    low: Decimal
    medium: Decimal
    high: Decimal
    critical: Decimal
