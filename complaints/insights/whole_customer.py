"""One customer whole: what was said, what they were given and what it cost, what they answered and agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Q, Sum
from djmoney.money import Money

from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.queries import TOLD_OF, visible_to
from complaints.customers import consents, merging
from complaints.customers.models import Consent, Customer, Merge
from complaints.remedies.models import Remedy
from complaints.remedies.queries import remedies_of_customer
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee

ANSWERS: Final = 20
CONTACTS: Final = 20
_SAID: Final = (
    Entry.FILED,
    Entry.IMPORTED,
    Entry.ACKNOWLEDGED,
    Entry.WRITTEN,
    Entry.QUESTION_ASKED,
    Entry.CUSTOMER_ANSWERED,
    Entry.RESOLUTION_PROPOSED,
    Entry.RESOLUTION_ACCEPTED,
    Entry.RESOLUTION_REFUSED,
    Entry.SOLVED_IN_PERSON,
)
"""What is a contact: one of us said something to the customer, or they to us. Deadlines and notes are none."""
_GIVEN: Final = (RemedyStatus.ACCEPTED, RemedyStatus.FULFILLED)


@dataclass(frozen=True, slots=True)
class Whole:
    """What a colleague sees of a customer beyond their file and their complaints."""

    contacts: Sequence[TimelineEntry]
    remedies: Sequence[Remedy]
    given: Sequence[Money]
    cost: Sequence[Money]
    answers: Sequence[Case]
    consents: Sequence[Consent]
    merges: Sequence[Merge]


def whole(customer: Customer, *, seen_by: Employee) -> Whole:
    """Gather it, of the complaints that the employee may see; contacts and sums over the newest TOLD_OF of them."""
    theirs = visible_to(seen_by).filter(customer=customer)
    answered = theirs.filter(Q(solved__isnull=False) | Q(handling_rating__isnull=False))
    newest = theirs.order_by("-filed_at").values("pk")[:TOLD_OF]
    sums = (
        Remedy.objects.filter(case__in=newest, status__in=_GIVEN, amount__isnull=False)
        .values_list("amount_currency")
        .annotate(given=Sum("amount"), cost=Sum("cost"))
        .order_by("amount_currency")
    )
    said = TimelineEntry.objects.filter(case__in=newest, kind__in=_SAID).select_related("case")
    rows = [(currency, given, cost or Decimal(0)) for currency, given, cost in sums]
    return Whole(
        contacts=list(said.order_by("-at", "-pk")[:CONTACTS]),
        remedies=remedies_of_customer(customer, seen_by=seen_by),
        given=[Money(given, currency) for currency, given, _cost in rows],
        cost=[Money(cost, currency) for currency, _given, cost in rows if cost],
        answers=list(answered.select_related("failure_type").order_by("-filed_at")[:ANSWERS]),
        consents=consents.history(customer),
        merges=merging.history_of(customer),
    )
