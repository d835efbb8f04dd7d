"""What an approver did not decide in time goes to the next one up."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.common.actors import SYSTEM
from complaints.handling.ask_approval import ask_approval
from complaints.handling.offer_remedy import note
from complaints.remedies import ledger
from complaints.remedies import lifecycle as remedies
from complaints.remedies.models import Approval, Decision
from complaints.staff.models import Tier


def undecided_ids(*, at: datetime, limit: int | None = 200) -> list[int]:
    """Remedies whose approver has run out of time, the longest overdue first."""
    overdue = Approval.objects.filter(decision="", due_at__lte=at).order_by("due_at", "id")
    return list(overdue.values_list("remedy", flat=True)[:limit])


@transaction.atomic
def pass_up_approval(remedy_id: int, *, at: datetime) -> bool:
    """Take a request to the next superior whose authority covers it; False where it was decided meanwhile.

    What was set aside goes with it; whoever was asked first may still decide, with their own authority. Locks the
    case, skipping one that somebody is working on, then the balances.
    """
    cases = Case.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "customer", "unit", "responsible"
    )
    case = cases.filter(remedies=remedy_id).first()
    if case is None:
        return False
    remedy = remedies.of_case(case, remedy_id)
    asked = remedies.asked(remedy)
    if asked is None or asked.due_at is None or asked.due_at > at:
        return False
    remedies.decide(remedy, Decision.PASSED_UP, by=None, at=at)
    ledger.queue_for_moving()
    ledger.give_back(remedy, at=at)
    note(case, remedy, Entry.APPROVAL_PASSED_UP, by=SYSTEM, at=at)
    ask_approval(case, remedy, above=Tier(asked.tier), by=SYSTEM, at=at)
    return True
