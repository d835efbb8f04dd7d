from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move, Outcome
from complaints.handling import tell
from complaints.handling.end_remedies import end_remedies
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
    """Close a case because the customer wishes so; the reason says how they told us.

    What was offered and not accepted goes with it, and the customer is told so. Locks the case, then the balances.
    """
    reason = written(reason, field="reason")
    case, is_done = lifecycle.lock_for_form(
        by, Permission.WITHDRAW, reference, move=Move.WITHDRAW, seen_version=seen_version, submission=submission
    )
    if is_done:
        return case
    lifecycle.apply(case, Move.WITHDRAW, at=at, outcome=Outcome.WITHDRAWN)
    timeline.record(case, Entry.WITHDRAWN, by=by.actor, at=at, reason=reason, submission=submission)
    facts: dict[str, Any] = {"lost": end_remedies(case, by=by.actor, closed_by=by, at=at)}
    tell.customer(case, Kind.CLOSED, occasion=f"v{case.version}", at=at, outcome=Outcome.WITHDRAWN.value, **facts)
    return case
