from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import lifecycle
from complaints.cases.entries import Entry
from complaints.cases.states import Move
from complaints.common.errors import Invalid
from complaints.common.words import clean_line
from complaints.handling.offer_remedy import note
from complaints.remedies import lifecycle as remedies
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Remedy
from complaints.remedies.states import RemedyMove, RemedyStatus
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def fulfil_remedy(reference: str, *, remedy: int, proof: str = "", by: Employee, at: datetime) -> Remedy:
    """Tick off that a remedy was given, with the reference of the payment or whatever proves it.

    A voucher is issued by that, and its code is the proof. The same proof sent twice is one; another one raises
    RemedyMovedOn. Locks the case.
    """
    proof = clean_line(proof)[:120]
    case = lifecycle.lock_for(by, Permission.FULFIL_REMEDY, reference, move=Move.NOTE)
    item = remedies.of_case(case, remedy)
    is_voucher = item.kind == RemedyKind.VOUCHER
    if item.status == RemedyStatus.FULFILLED and (is_voucher or item.proof == proof):
        return item
    remedies.check(item, RemedyMove.FULFIL)
    if is_voucher:
        proof = remedies.issue_voucher(item, at=at).code
    elif not proof:
        raise Invalid(field="proof", sentence=_("Please say what proves it, such as the number of the payment."))
    remedies.apply(item, RemedyMove.FULFIL, given_at=at, proof=proof, lapses_at=None)
    note(case, item, Entry.REMEDY_FULFILLED, by=by.actor, at=at, reason="" if is_voucher else proof)
    lifecycle.store(case)
    return item
