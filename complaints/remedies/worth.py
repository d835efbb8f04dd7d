"""What a remedy should be worth, so that the second service makes up for the first: V2 >= V1 + C.

V1 is the price the customer paid for what failed, C what complaining cost them, V2 the value of what puts it right.
The formula is how service recovery is taught; C is ours, in the money of one currency:

    C = times they had to turn to us * per_contact + whole days of waiting * per_day + what the severity weighs

The weights are rows that analysts keep (`TroubleRate`); the parts are read from the case, and whoever proposes can put
them right. It only advises: nobody is kept from giving more, or less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from djmoney.money import Money

from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.common.actors import ActorKind
from complaints.common.errors import Invalid
from complaints.common.money import CENT, MOST, money_words
from complaints.remedies.models import TroubleRate
from complaints.standards.models import Severity

MOST_CONTACTS: Final = 999
MOST_DAYS: Final = 3660
_NO_TROUBLE: Final = frozenset(
    {Entry.FILED, Entry.RESOLUTION_ACCEPTED, Entry.REMEDY_ACCEPTED, Entry.REMEDY_DECLINED, Entry.ATTACHMENT_ADDED}
)
"""What a customer does that is no further time of turning to us: the first one is counted by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What it is reckoned from. Without a price, nobody knows what was paid."""

    price: Decimal | None = None
    contacts: int
    days: int
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the customer's trouble counts for, in the money of one currency."""

    currency: str
    per_contact: Decimal
    per_day: Decimal
    by_severity: Mapping[Severity, Decimal]

    @classmethod
    def of(cls, rate: TroubleRate) -> Self:
        """The weights as they are kept."""
        by_severity = dict(zip(Severity, (rate.low, rate.medium, rate.high, rate.critical), strict=True))
        return cls(currency=rate.currency, per_contact=rate.per_contact, per_day=rate.per_day, by_severity=by_severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What it should be worth at least, with every part that leads there, in the money of one currency."""

    currency: str
    parts: Parts
    per_contact: Decimal
    per_day: Decimal
    of_severity: Decimal

    @property
    def of_contacts(self) -> Decimal:
        """What turning to us counts for."""
        return self.per_contact * self.parts.contacts

    @property
    def of_days(self) -> Decimal:
        """What waiting counts for."""
        return self.per_day * self.parts.days

    @property
    def trouble(self) -> Decimal:
        """C: what complaining cost the customer."""
        return self.of_contacts + self.of_days + self.of_severity

    @property
    def least(self) -> Decimal:
        """V1 + C, and C alone where the price is not known."""
        return self.trouble + (self.parts.price or Decimal(0))

    def money(self, amount: Decimal) -> Money:
        """One of its sums with the currency."""
        return Money(amount, self.currency)

    def lines(self) -> list[tuple[str, Money | None]]:
        """Every part in words, with what it comes to; None for a price that is not known."""
        parts = self.parts
        each = {"each": money_words(self.money(self.per_contact)), "days": money_words(self.money(self.per_day))}
        return [
            (_("What they paid"), None if parts.price is None else self.money(parts.price)),
            (
                ngettext("Turned to us once", "Turned to us %(times)s times, at %(each)s", parts.contacts)
                % {**each, "times": parts.contacts},
                self.money(self.of_contacts),
            ),
            (
                ngettext("Waited a day", "Waited %(count)s days, at %(days)s", parts.days)
                % {**each, "count": parts.days},
                self.money(self.of_days),
            ),
            (_("Severity: %(severity)s") % {"severity": parts.severity.label}, self.money(self.of_severity)),
        ]

    @property
    def least_money(self) -> Money:
        """V1 + C with its currency."""
        return self.money(self.least)

    def facts(self) -> dict[str, Any]:
        """What is kept with a remedy: every part and every weight as it was that day."""
        parts = self.parts
        return {
            "currency": self.currency,
            "price": None if parts.price is None else str(parts.price),
            "contacts": parts.contacts,
            "days": parts.days,
            "severity": int(parts.severity),
            "per_contact": str(self.per_contact),
            "per_day": str(self.per_day),
            "of_severity": str(self.of_severity),
        }

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any] | None) -> Self | None:
        """The reckoning that was kept with a remedy, if there is one."""
        if facts is None:
            return None
        price = facts["price"]
        parts = Parts(
            price=None if price is None else Decimal(price),
            contacts=facts["contacts"],
            days=facts["days"],
            severity=Severity(facts["severity"]),
        )
        weights = {name: Decimal(facts[name]) for name in ("per_contact", "per_day", "of_severity")}
        return cls(currency=facts["currency"], parts=parts, **weights)


def reckon(parts: Parts, weights: Weights) -> Reckoning:
    """What a remedy should be worth; raises Invalid, naming the part, for one that cannot be."""
    if parts.price is not None and not (0 <= parts.price <= MOST and parts.price == parts.price.quantize(CENT)):
        raise Invalid(field="price", sentence=_("This is not an amount of money."))
    for name, number, most in (("contacts", parts.contacts, MOST_CONTACTS), ("days", parts.days, MOST_DAYS)):
        if not 0 <= number <= most:
            raise Invalid(field=name, sentence=_("Please give a number from 0 to %(most)s.") % {"most": most})
    return Reckoning(
        currency=weights.currency,
        parts=parts,
        per_contact=weights.per_contact,
        per_day=weights.per_day,
        of_severity=weights.by_severity[parts.severity],
    )


def parts_of(case: Case, entries: Iterable[TimelineEntry], *, price: Decimal | None, at: datetime) -> Parts:
    """What a case tells of the parts: the customer's first word and every later one, and whole days since then.

    What came in the same moment came together. A call that was only noted down is not counted: people put it right.
    """
    turned_to_us = {one.at for one in entries if one.actor_kind == ActorKind.CUSTOMER and one.kind not in _NO_TROUBLE}
    waited = (case.closed_at or at) - case.filed_at
    return Parts(
        price=price,
        contacts=min(1 + len(turned_to_us), MOST_CONTACTS),
        days=min(max(waited.days, 0), MOST_DAYS),
        severity=Severity(case.severity),
    )
