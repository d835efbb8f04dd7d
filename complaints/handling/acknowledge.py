from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.handling import tell
from complaints.outbox.models import Kind
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def acknowledge(reference: str, *, by: Employee, at: datetime, seen_version: int | None = None) -> Case:
    """Tell the customer that a person has read the complaint and looks after it; done twice, it is done once.

    Who acknowledges an unassigned case becomes responsible. Locks the case.
    """
    case = lifecycle.lock_for(by, Permission.ACKNOWLEDGE, reference, move=Move.ACKNOWLEDGE)
    if case.acknowledged_at is not None:
        return case
    lifecycle.check_version(case, seen_version)
    lifecycle.apply(case, Move.ACKNOWLEDGE, at=at, acknowledged_at=at, responsible=case.responsible or by)
    timeline.record(case, Entry.ACKNOWLEDGED, by=by.actor, at=at)
    tell.customer(case, Kind.ACKNOWLEDGED, occasion="acknowledged", at=at, by=by.name)
    return case
