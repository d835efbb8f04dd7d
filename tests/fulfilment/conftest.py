from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import pytest

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.fulfilment.models import Endpoint, Order
from complaints.handling.answer_offer import note_answer
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.send_order import send_due
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Remedy
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.fulfilment.outside import Outside, a_system
from tests.remedies.purse import AT, an_authority, later, usd

SECRET: Final = "a secret that both sides know"
SOON: Final = later(minutes=1)


@pytest.fixture
def outside(settings: Any) -> Iterator[Outside]:
    """A system that pays at once, until it is told otherwise."""
    with a_system(settings) as opened:
        yield opened


@pytest.fixture
def till(db: None, outside: Outside) -> Endpoint:
    """Refunds and goodwill payments go there, from everywhere."""
    return Endpoint.objects.create(name="Till & Pay", url=outside.url, secret=SECRET, kinds=["refund", "goodwill"])


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer) -> Case:
    an_authority(Tier.FRONT_LINE, 2000)
    an_authority(Tier.MANAGER, 2000)
    return a_complaint(by=fern, customer=cara, at=AT)


def offered(case: Case, by: Employee, kind: RemedyKind = RemedyKind.REFUND) -> Remedy:
    """Fifty dollars that the customer may take."""
    return propose_remedy(case.reference, RemedyFacts(kind=kind, words="Sorry.", amount=usd(50)), by=by, at=AT)


def accepted(case: Case, by: Employee, kind: RemedyKind = RemedyKind.REFUND) -> Remedy:
    """Fifty dollars that the customer took."""
    made = offered(case, by, kind)
    return note_answer(case.reference, remedy=made.pk, accepted=True, by=by, at=AT)


def order_of(remedy: Remedy) -> Order:
    return Order.objects.select_related("endpoint").get(remedy=remedy)


def fresh(remedy: Remedy) -> Remedy:
    return Remedy.objects.get(pk=remedy.pk)


def sweep(at: datetime = SOON) -> int:
    """Send what is due at a moment; how many were tried."""
    return send_due(clock=lambda: at)
