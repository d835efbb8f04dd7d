from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import lifecycle
from complaints.cases.entries import Entry
from complaints.cases.states import Move
from complaints.common.errors import OwnAuthority, VoucherStays
from complaints.fulfilment import queue as orders
from complaints.handling.offer_remedy import note
from complaints.handling.texts import written
from complaints.remedies import ledger
from complaints.remedies import lifecycle as remedies
from complaints.remedies.models import Remedy, Voucher
from complaints.remedies.states import RemedyMove, RemedyStatus
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def reverse_remedy(reference: str, *, remedy: int, reason: str, by: Employee, at: datetime) -> Remedy:
    """Take back what was accepted or given, with the reason: the money returns to the month it came from, once.

    Never by whose authority it was: nobody makes room for themselves. A voucher becomes void; one that was redeemed
    or has expired stays. An order for it to a system outside is called off, or shown as to be called back. Locks the
    case, then the voucher, then the balances, then the order.
    """
    reason = written(reason, field="reason")
    case = lifecycle.lock_for(by, Permission.REVERSE_REMEDY, reference, move=Move.NOTE)
    item = remedies.of_case(case, remedy)
    if item.status == RemedyStatus.REVERSED:
        return item
    remedies.check(item, RemedyMove.REVERSE)
    held = ledger.standing(item)
    if held is not None and held.holder_id == by.pk:
        raise OwnAuthority(case=reference)
    voucher = Voucher.objects.select_for_update().filter(remedy=item).first()
    if voucher is not None:
        if voucher.redeemed_at is not None:
            raise VoucherStays(why=_("it was redeemed already."))
        if voucher.expired_at is not None:
            raise VoucherStays(why=_("it has expired, and what it was worth was given back."))
        voucher.void_at = at
        voucher.save(update_fields=["void_at"])
    remedies.apply(item, RemedyMove.REVERSE)
    ledger.give_back(item, at=at, given=True)
    orders.call_off(item)
    note(case, item, Entry.REMEDY_REVERSED, by=by.actor, at=at, reason=reason)
    lifecycle.store(case)
    return item
