from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move, Outcome
from complaints.handling import tell
from complaints.handling.texts import written
from complaints.outbox.models import Kind
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def withdraw(
    reference: str,
    *,
    reason: str,
    by: Employee,
    at: datetime,
    seen_version: int | None = None,
    submission: str = "",
) -> Case:
    """Close a case because the customer wishes so; the reason says how they told us. Locks the case."""
    reason = written(reason, field="reason")
    case, is_done = lifecycle.lock_for_form(
        by, Permission.WITHDRAW, reference, move=Move.WITHDRAW, seen_version=seen_version, submission=submission
    )
    if is_done:
        return case
    lifecycle.apply(case, Move.WITHDRAW, at=at, outcome=Outcome.WITHDRAWN)
    timeline.record(case, Entry.WITHDRAWN, by=by.actor, at=at, reason=reason, submission=submission)
    tell.customer(case, Kind.CLOSED, occasion=f"v{case.version}", at=at, outcome=Outcome.WITHDRAWN.value)
    return case
