"""Look after orders that the systems outside did not take, or that are to be called back from them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases.queries import locked
from complaints.fulfilment import queue
from complaints.fulfilment.models import Order, OrderState
from complaints.fulfilment.queries import one_seen
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require


@transaction.atomic
def retry_order(pk: int, *, by: Employee, at: datetime) -> bool:
    """Send an order once more that failed for good, its cause mended; False where it had not failed.

    It goes out under the same key. Locks the case, then the order. Raises NotFound, NotPermitted.
    """
    order = _locked(pk, by=by)
    if order.state != OrderState.FAILED:
        return False
    queue.requeue(order, at=at)
    return True


@transaction.atomic
def settle_order(pk: int, *, by: Employee, at: datetime) -> bool:
    """Note that what had been sent for a reversed remedy was called back; False where nothing was to be.

    Locks the case, then the order. Raises NotFound, NotPermitted.
    """
    order = _locked(pk, by=by)
    if order.state != OrderState.RECALL:
        return False
    queue.settle(order)
    return True


def _locked(pk: int, *, by: Employee) -> Order:
    seen = one_seen(by, pk)
    require(by, Permission.RETRY_ORDER)
    locked(seen.remedy.case.reference)
    return queue.locked(pk)
