from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.handling import tell
from complaints.handling.texts import written
from complaints.outbox.models import Kind
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def resolve(
    reference: str, *, text: str, by: Employee, at: datetime, seen_version: int | None = None, submission: str = ""
) -> Case:
    """Propose a resolution to the customer, who then says whether it is solved. Locks the case."""
    text = written(text)
    case, is_done = lifecycle.lock_for_form(
        by, Permission.RESOLVE, reference, move=Move.RESOLVE, seen_version=seen_version, submission=submission
    )
    if is_done:
        return case
    lifecycle.apply(
        case,
        Move.RESOLVE,
        at=at,
        acknowledged_at=case.acknowledged_at or at,
        solved=None,
        responsible=case.responsible or by,
    )
    entry = timeline.record(case, Entry.RESOLUTION_PROPOSED, by=by.actor, at=at, text=text, submission=submission)
    tell.customer(case, Kind.RESOLUTION_PROPOSED, occasion=f"entry {entry.pk}", at=at, by=by.name, text=text)
    return case
