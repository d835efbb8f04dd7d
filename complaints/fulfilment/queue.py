"""Write orders: with the acceptance of a remedy, claimed for sending, marked with what became of them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from complaints.cases.models import Case
from complaints.common.errors import NotFound
from complaints.common.flights import HINT_GRACE, TRIES, mark, pause
from complaints.common.flights import claim as claim_rows
from complaints.common.tokens import new_token
from complaints.fulfilment.models import PENDING, Endpoint, Order, OrderState, Trouble
from complaints.outbox import kick
from complaints.remedies.models import Remedy
from complaints.staff.models import Unit

_WITH = ("endpoint", "remedy__case__customer")


def order(case: Case, remedy: Remedy, *, at: datetime) -> Order | None:
    """Order an accepted remedy from the system that gives its kind in the case's unit; None where there is none.

    Belongs into the transaction of the acceptance; a worker hears of it after the commit.
    """
    endpoint = _endpoint_for(case.unit, remedy.kind)
    if endpoint is None:
        return None
    made = Order.objects.create(
        remedy=remedy, endpoint=endpoint, key=new_token(), ordered_at=at, look_again_at=at + HINT_GRACE
    )
    kick.order_on_commit(made.key)
    return made


def _endpoint_for(unit: Unit, kind: str) -> Endpoint | None:
    here = Endpoint.objects.filter(Q(unit=None) | Q(unit__in=unit.ancestor_ids), is_active=True, kinds__contains=[kind])
    found = list(here.select_related("unit"))
    return max(found, key=lambda one: (len(one.unit.ancestor_ids) if one.unit else 0, -one.pk), default=None)


def endpoint_of(key: str) -> Endpoint | None:
    """Where the order that a hint names goes; None for an order that is not to be sent now."""
    return Endpoint.objects.filter(
        pk__in=Order.objects.filter(key=key, state=OrderState.QUEUED).values("endpoint"), is_active=True
    ).first()


def endpoints_due(*, at: datetime) -> list[Endpoint]:
    """The systems in use for which orders wait that no hint has reached."""
    due = Order.objects.filter(state__in=PENDING, look_again_at__lte=at)
    return list(Endpoint.objects.filter(is_active=True, pk__in=due.values("endpoint")).order_by("pk"))


def how_many_due(*, at: datetime) -> int:
    """How many orders wait that no hint has reached; counts them all, for the command line."""
    return Order.objects.filter(state__in=PENDING, look_again_at__lte=at, endpoint__is_active=True).count()


def claim(key: str, *, at: datetime) -> Order | None:
    """Take the order a hint names, or None when somebody else has it or it is done. Locks it, skipping a locked one."""
    claimed = claim_rows(Order.objects.filter(key=key, state=OrderState.QUEUED), at=at, most=1, related=_WITH)
    return claimed[0] if claimed else None


def claim_due(endpoint: Endpoint, *, at: datetime) -> Order | None:
    """Take the order for a system that waits longest. Locks it, skipping locked ones."""
    due = Order.objects.filter(endpoint=endpoint, state__in=PENDING, look_again_at__lte=at)
    claimed = claim_rows(due.order_by("look_again_at", "id"), at=at, most=1, related=_WITH)
    return claimed[0] if claimed else None


def mark_taken(flying: Order, *, at: datetime) -> bool:
    """Note that the system took it and will name the reference later; False where it moved on meanwhile."""
    return mark(flying, state=OrderState.TAKEN, trouble="", reason="", taken_at=at)


def mark_failed(flying: Order, trouble: Trouble, *, permanent: bool, reason: str, at: datetime) -> bool:
    """Note a failure: for good, or to be tried again after a pause that grows; whether it was for good."""
    why = {"trouble": trouble, "reason": reason[:500] or str(trouble.label)}
    if permanent or flying.attempts % TRIES == 0:
        return mark(flying, state=OrderState.FAILED, **why)
    again = at + pause(flying.key, (flying.attempts - 1) % TRIES + 1)
    mark(flying, state=OrderState.RETRY, look_again_at=again, **why)
    return False


def by_key(key: str) -> Order:
    """One order by its key, with what it is for; raises NotFound."""
    found = Order.objects.select_related("endpoint", "remedy__case").filter(key=key).first()
    if found is None:
        raise NotFound
    return found


def locked(pk: int) -> Order:
    """One order under its lock; the lock of its case comes first."""
    return Order.objects.select_for_update(of=("self",)).select_related("endpoint").get(pk=pk)


def confirmed(held: Order, state: OrderState, *, reference: str, at: datetime) -> None:
    """Keep the reference that the system named on a locked order."""
    held.state, held.reference, held.trouble, held.reason = state, reference, "", ""
    held.taken_at = held.taken_at or at
    held.save(update_fields=["state", "reference", "trouble", "reason", "taken_at"])


def tick_off(remedy: Remedy) -> None:
    """Somebody gave it by hand: it is not sent any more, and what was sent waits for nothing. Under the case's lock."""
    standing = [*PENDING, OrderState.TAKEN, OrderState.FAILED]
    Order.objects.filter(remedy=remedy, state__in=standing).update(state=OrderState.BY_HAND)


def call_off(remedy: Remedy) -> None:
    """The remedy was taken back: it is not sent any more; what may have arrived is to be called back by somebody.

    Under the case's lock.
    """
    theirs = Order.objects.filter(remedy=remedy).exclude(state__in=[OrderState.CALLED_OFF, OrderState.RECALL])
    theirs.filter(attempts=0).update(state=OrderState.CALLED_OFF)
    theirs.filter(attempts__gt=0).update(state=OrderState.RECALL)


def requeue(held: Order, *, at: datetime) -> None:
    """Send a locked order once more that failed for good, under the same key."""
    held.state, held.trouble, held.reason, held.look_again_at = OrderState.QUEUED, "", "", at + HINT_GRACE
    held.save(update_fields=["state", "trouble", "reason", "look_again_at"])
    kick.order_on_commit(held.key)


def settle(held: Order) -> None:
    """Note on a locked order that what had been sent was called back."""
    held.state = OrderState.CALLED_OFF
    held.save(update_fields=["state"])
