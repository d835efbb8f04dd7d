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
def confirm_solved(
    reference: str, *, text: str, by: Employee, at: datetime, seen_version: int | None = None, submission: str = ""
) -> Case:
    """Close a case that was put right on the spot: the customer said so, at the counter or on the telephone.

    The text says what was done; the customer gets it in writing, and can still object. Locks the
    case, then the balances.
    """
    text = written(text)
    case, is_done = lifecycle.lock_for_form(
        by, Permission.CONFIRM, reference, move=Move.CONFIRM, seen_version=seen_version, submission=submission
    )
    if is_done:
        return case
    facts: dict[str, Any] = {
        "solved": True,
        "acknowledged_at": case.acknowledged_at or at,
        "responsible": case.responsible or by,
    }
    lifecycle.apply(case, Move.CONFIRM, at=at, outcome=Outcome.SOLVED, **facts)
    timeline.record(case, Entry.SOLVED_IN_PERSON, by=by.actor, at=at, text=text, submission=submission)
    end_remedies(case, by=by.actor, closed_by=by, at=at)
    tell.customer(case, Kind.CLOSED, occasion=f"v{case.version}", at=at, outcome=Outcome.SOLVED.value, text=text)
    return case
