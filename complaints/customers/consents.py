"""What customers agreed to, and what they withdrew."""

from __future__ import annotations

from complaints.customers import merging
from complaints.customers.models import Consent, Customer, Purpose


def history(customer: Customer) -> list[Consent]:
    """Every word a customer has said, newest first; those said to a file that was merged into theirs among them."""
    theirs = Consent.objects.filter(customer__in=merging.family(customer)).select_related("noted_by")
    return list(theirs.order_by("-at", "-pk")[:200])


def standing(customer: Customer) -> dict[Purpose, Consent]:
    """The last word on each purpose."""
    return {Purpose(said.purpose): said for said in reversed(history(customer))}
