"""The customer takes what they are offered, or does not: on their page, or told to us in person."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle, links
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.queries import locked
from complaints.cases.states import Move
from complaints.common.actors import Actor
from complaints.common.errors import NotFound
from complaints.common.words import clean
from complaints.fulfilment import queue as orders
from complaints.handling import tell
from complaints.handling.offer_remedy import note
from complaints.handling.texts import LONGEST
from complaints.outbox.models import Kind
from complaints.remedies import ledger
from complaints.remedies import lifecycle as remedies
from complaints.remedies.models import Remedy
from complaints.remedies.states import MOVES, UNTOLD, RemedyMove
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission

_ANSWERS = {
    True: (RemedyMove.ACCEPT, Entry.REMEDY_ACCEPTED),
    False: (RemedyMove.DECLINE, Entry.REMEDY_DECLINED),
}


@transaction.atomic
def answer_offer(token: str, *, remedy: int, accepted: bool, text: str = "", at: datetime) -> Remedy:
    """The customer answers an offer; what they decline is released. The same answer sent twice is one.

    What they accept is ordered from the system outside that gives it, if there is one. Locks the case, then the
    balances. Raises NotFound, RemedyMovedOn.
    """
    case = locked(links.case_behind(token, at=at).reference)
    if remedies.of_case(case, remedy).status in UNTOLD:
        raise NotFound
    text = clean(text)[:LONGEST]
    item, is_new = _answered(case, remedy, accepted=accepted, by=case.customer.actor, at=at, text=text)
    if is_new:
        decision = "accepted" if accepted else "declined"
        tell.responsible(case, Kind.STAFF_CUSTOMER_ANSWERED, occasion=f"remedy {item.pk} {decision}", at=at, text=text)
    return item


@transaction.atomic
def note_answer(reference: str, *, remedy: int, accepted: bool, by: Employee, at: datetime) -> Remedy:
    """Write down what the customer said to an offer in person. Locks the case, then the balances."""
    case = lifecycle.lock_for(by, Permission.PROPOSE_REMEDY, reference, move=Move.NOTE)
    return _answered(case, remedy, accepted=accepted, by=by.actor, at=at, text="")[0]


def _answered(case: Case, remedy: int, *, accepted: bool, by: Actor, at: datetime, text: str) -> tuple[Remedy, bool]:
    item = remedies.of_case(case, remedy)
    move, entry = _ANSWERS[accepted]
    if item.status == MOVES[move].end:
        return item, False
    remedies.apply(item, move)
    if accepted:
        orders.order(case, item, at=at)
    else:
        ledger.give_back(item, at=at)
    note(case, item, entry, by=by, at=at, text=text)
    lifecycle.store(case)
    return item, True
