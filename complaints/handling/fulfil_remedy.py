from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle
from complaints.cases.states import Move
from complaints.common.words import clean_line
from complaints.fulfilment import queue as orders
from complaints.handling.offer_remedy import give, tell_of_voucher
from complaints.remedies import lifecycle as remedies
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def fulfil_remedy(reference: str, *, remedy: int, proof: str = "", by: Employee, at: datetime) -> Remedy:
    """Tick off that a remedy was given, with the reference of the payment or whatever proves it.

    A voucher is issued by that: its code is the proof, and goes to the customer. The same proof sent twice is one;
    another one raises RemedyMovedOn. An order for it to a system outside is not sent any more. Locks the case,
    then the order.
    """
    proof = clean_line(proof)[:120]
    case = lifecycle.lock_for(by, Permission.FULFIL_REMEDY, reference, move=Move.NOTE)
    item = remedies.of_case(case, remedy)
    if item.status == RemedyStatus.FULFILLED and (item.kind == RemedyKind.VOUCHER or item.proof == proof):
        return item
    give(case, item, proof=proof, by=by.actor, at=at)
    orders.tick_off(item)
    lifecycle.store(case)
    if item.kind == RemedyKind.VOUCHER:
        tell_of_voucher(case, item, at=at)
    return item
