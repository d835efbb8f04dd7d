from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle
from complaints.cases.entries import Entry
from complaints.cases.states import Move
from complaints.handling import tell
from complaints.handling.end_remedies import let_go
from complaints.handling.offer_remedy import words_of
from complaints.handling.texts import written
from complaints.outbox.models import Kind
from complaints.remedies import lifecycle as remedies
from complaints.remedies.models import Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def withdraw_remedy(reference: str, *, remedy: int, reason: str, by: Employee, at: datetime) -> Remedy:
    """Take back what was not given yet, with the reason; what it took is released. Sent twice, done once.

    The customer is told where they had been offered it, and who was to decide on it that they need not.
    Locks the case, then the balances.
    """
    reason = written(reason, field="reason")
    case = lifecycle.lock_for(by, Permission.PROPOSE_REMEDY, reference, move=Move.NOTE)
    item = remedies.of_case(case, remedy)
    if item.status == RemedyStatus.WITHDRAWN:
        return item
    was_offered = item.status == RemedyStatus.OFFERED
    let_go(case, item, Entry.REMEDY_WITHDRAWN, by=by.actor, decided_by=by, at=at, reason=reason)
    lifecycle.store(case)
    if was_offered:
        occasion = f"remedy {item.pk}"
        tell.customer(case, Kind.REMEDY_WITHDRAWN, occasion=occasion, at=at, remedy=words_of(item))
    return item
