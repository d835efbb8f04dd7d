"""Send orders to the systems outside that give remedies: the one a hint names, or what is due, one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from complaints.cases import lifecycle
from complaints.cases.entries import Entry
from complaints.cases.queries import locked
from complaints.common.actors import SYSTEM
from complaints.common.errors import RemedyMovedOn
from complaints.common.words import clean_line
from complaints.fulfilment import queue, signing, transport
from complaints.fulfilment.models import Endpoint, Order, Trouble
from complaints.fulfilment.queries import channel_of
from complaints.fulfilment.transport import SendError
from complaints.handling.confirm_fulfilment import confirm_fulfilment
from complaints.handling.offer_remedy import note
from complaints.outbox import breaker
from complaints.outbox.breaker import Permit
from complaints.remedies import lifecycle as remedies

log = structlog.get_logger(__name__)
LONGEST: Final = timedelta(seconds=45)
"""How long one system may keep a round busy: with one slow answer on top, below the limit of a flight."""


def send_order(key: str, *, clock: Callable[[], datetime]) -> bool:
    """Send the order a hint names, claimed by this call alone; False when it is not to be tried now or is done.

    Claims in one transaction, sends outside of any, marks in another: no lock is held while talking to the network.
    """
    endpoint = queue.endpoint_of(key)
    if endpoint is None:
        return False
    permit = breaker.permit(channel_of(endpoint), at=clock(), most=1)
    order = queue.claim(key, at=clock()) if permit.most else None
    return _sent(order, permit, clock=clock)


def send_due(*, clock: Callable[[], datetime]) -> int:
    """Send what waits and no hint has reached, system by system; how many were tried."""
    return sum(_send_due_to(endpoint, clock=clock) for endpoint in queue.endpoints_due(at=clock()))


def _send_due_to(endpoint: Endpoint, *, clock: Callable[[], datetime]) -> int:
    began, tried = clock(), 0
    while clock() - began <= LONGEST:
        permit = breaker.permit(channel_of(endpoint), at=clock(), most=1)
        order = queue.claim_due(endpoint, at=clock()) if permit.most else None
        if not _sent(order, permit, clock=clock):
            break
        tried += 1
    return tried


def _sent(order: Order | None, permit: Permit, *, clock: Callable[[], datetime]) -> bool:
    """Try what was claimed, if anything."""
    if order is not None:
        _try(order, permit, clock=clock)
    permit.hand_back(at=clock())
    return order is not None


def _try(order: Order, permit: Permit, *, clock: Callable[[], datetime]) -> None:
    try:
        body = _body(order)
        signed = signing.headers(order.key, body, secret=order.endpoint.secret, at=clock())
        reference = clean_line(transport.send(order.endpoint.url, body, signed))
    except SendError as error:
        _note_failure(order, error, permit, at=clock())
        return
    except Exception as error:
        log.exception("order.broken", key=order.key)
        _note_failure(order, SendError(Trouble.BROKEN, repr(error)), permit, at=clock())
        return
    permit.worked()
    if reference:
        _confirm(order, reference, at=clock())
    else:
        queue.mark_taken(order, at=clock())


def _confirm(order: Order, reference: str, *, at: datetime) -> None:
    """Keep the reference; a system that named another one before is told of in the log, and stops no other order."""
    try:
        confirm_fulfilment(order.key, reference=reference, at=at)
    except RemedyMovedOn:
        log.exception("order.two_references", key=order.key, reference=reference)


def _body(order: Order) -> bytes:
    """What the system is told: for whom and what, and nothing of the complaint but its reference."""
    remedy = order.remedy
    told = {
        "key": order.key,
        "complaint": remedy.case.reference,
        "customer": remedy.case.customer.name,
        "kind": str(remedy.kind),
        "amount": str(remedy.amount.amount),
        "currency": str(remedy.amount.currency),
    }
    return json.dumps(told, sort_keys=True).encode()


def _note_failure(order: Order, error: SendError, permit: Permit, *, at: datetime) -> None:
    """Mark an order as failed, in the case's timeline too where it is for good.

    What passes counts against the system, what is for good only against the order. Locks the case, then the order.
    """
    log.warning("order.not_sent", key=order.key, reason=error.reason, permanent=error.permanent)
    with transaction.atomic():
        case = locked(order.remedy.case.reference)
        if queue.mark_failed(order, error.trouble, permanent=error.permanent, reason=error.reason, at=at):
            item = remedies.of_case(case, order.remedy_id)
            endpoint, reason = order.endpoint.name, error.reason[:500]
            note(case, item, Entry.REMEDY_NOT_SENT, by=SYSTEM, at=at, endpoint=endpoint, reason=reason)
            lifecycle.store(case)
    if error.permanent:
        permit.worked()
    else:
        permit.failed(error.trouble, reason=error.reason, at=at)
