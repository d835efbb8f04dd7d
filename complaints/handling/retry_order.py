"""Look after orders that the systems outside did not take, or that are to be called back from them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.queries import locked
from complaints.fulfilment import queue
from complaints.fulfilment.models import Order, OrderState
from complaints.fulfilment.queries import one_seen
from complaints.handling.offer_remedy import note
from complaints.remedies import lifecycle as remedies
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require


@transaction.atomic
def retry_order(pk: int, *, by: Employee, at: datetime) -> bool:
    """Send an order once more that failed for good, its cause mended; False where it had not failed.

    It goes out under the same key. Locks the case, then the order. Raises NotFound, NotPermitted.
    """
    case, order = _locked(pk, by=by)
    if order.state != OrderState.FAILED:
        return False
    queue.requeue(order, at=at)
    _note(case, order, Entry.REMEDY_SENT_AGAIN, by=by, at=at)
    return True


@transaction.atomic
def settle_order(pk: int, *, by: Employee, at: datetime) -> bool:
    """Note that what had been sent for a reversed remedy was called back; False where nothing was to be.

    Locks the case, then the order. Raises NotFound, NotPermitted.
    """
    case, order = _locked(pk, by=by)
    if order.state != OrderState.RECALL:
        return False
    queue.settle(order)
    _note(case, order, Entry.REMEDY_CALLED_BACK, by=by, at=at)
    return True


def _locked(pk: int, *, by: Employee) -> tuple[Case, Order]:
    seen = one_seen(by, pk)
    require(by, Permission.RETRY_ORDER)
    return locked(seen.remedy.case.reference), queue.locked(pk)


def _note(case: Case, order: Order, kind: Entry, *, by: Employee, at: datetime) -> None:
    note(case, remedies.of_case(case, order.remedy_id), kind, by=by.actor, at=at, endpoint=order.endpoint.name)
    lifecycle.store(case)
