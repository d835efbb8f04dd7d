"""A system outside says that a customer got a remedy, and by which reference: in its answer, or later by a call."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import lifecycle
from complaints.cases.queries import locked
from complaints.common.actors import SYSTEM
from complaints.common.errors import Invalid, NotPermitted, RemedyMovedOn
from complaints.common.words import clean_line
from complaints.fulfilment import queue, signing
from complaints.fulfilment.models import Order, OrderState
from complaints.handling.offer_remedy import give
from complaints.remedies import lifecycle as remedies
from complaints.remedies.states import RemedyStatus


def signed_by_system(key: str, body: bytes, *, timestamp: str, signature: str, at: datetime) -> None:
    """Refuse a call that the system behind an order has not signed; raises NotFound and NotPermitted."""
    order = queue.by_key(key)
    secret = order.endpoint.secret
    if not signing.is_genuine(body, timestamp=timestamp, signature=signature, secret=secret, at=at):
        raise NotPermitted


@transaction.atomic
def confirm_fulfilment(key: str, *, reference: str, at: datetime) -> Order:
    """Mark the remedy as given, with the reference that the system names; it is kept whatever happened meanwhile.

    Who gave it by hand before keeps their own proof, and a remedy that was reversed is to be called back. The same
    reference told twice is one; another one raises RemedyMovedOn. Locks the case, then the order. Raises NotFound,
    Invalid.
    """
    reference = clean_line(reference)[:120]
    if not reference:
        raise Invalid(field="reference", sentence=_("Please name the reference."))
    known = queue.by_key(key)
    case = locked(known.remedy.case.reference)
    item, order = remedies.of_case(case, known.remedy_id), queue.locked(known.pk)
    if order.reference:
        if order.reference != reference:
            raise RemedyMovedOn
        return order
    if item.status == RemedyStatus.ACCEPTED:
        queue.confirmed(order, OrderState.DONE, reference=reference, at=at)
        give(case, item, proof=reference, by=SYSTEM, at=at, endpoint=order.endpoint.name)
        lifecycle.store(case)
    else:
        gone = item.status == RemedyStatus.REVERSED
        queue.confirmed(order, OrderState.RECALL if gone else OrderState.BY_HAND, reference=reference, at=at)
    return order
