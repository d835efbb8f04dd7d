from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move, Outcome, Status
from complaints.common.errors import MoveNotAllowed
from complaints.handling import tell
from complaints.handling.texts import written
from complaints.outbox.models import Kind
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def unmark_duplicate(
    reference: str, *, reason: str, by: Employee, at: datetime, seen_version: int | None = None
) -> Case:
    """Take back that a case is a duplicate: it goes on as it was, with the deadlines it had, and with its own caps.

    Its deadlines ran on meanwhile, as the customer waited meanwhile: what has run out goes up the ladder. Remedies are
    where they are; what was withdrawn with the mark is to be proposed anew. A superior's to do, as it makes room for
    money. The customer, who was told that it is closed, is told that it was no duplicate, and whether we wait for them.

    Locks both cases, in the order of their ids. Raises NotFound, NotPermitted, ChangedMeanwhile, MoveNotAllowed.
    """
    reason = written(reason, field="reason")
    case = lifecycle.lock_with_original(reference)[0]
    original = case.duplicate_of
    case = lifecycle.lock_for(
        by, Permission.UNMARK_DUPLICATE, reference, move=Move.UNMARK_DUPLICATE, seen_version=seen_version
    )
    if original is None or case.outcome != Outcome.DUPLICATE:
        raise MoveNotAllowed(case=case.reference, move=Move.UNMARK_DUPLICATE, status=case.status)
    lifecycle.restore(case, timeline.status_before_mark(case), at=at)
    same_customer = case.customer_id == original.customer_id
    timeline.record(
        case,
        Entry.DUPLICATE_UNDONE,
        by=by.actor,
        at=at,
        public=same_customer,
        original=original.reference,
        reason=reason,
    )
    timeline.record(original, Entry.DUPLICATE_LEFT, by=by.actor, at=at, duplicate=case.reference, reason=reason)
    lifecycle.store(original)
    waits = case.status != Status.OPEN
    tell.customer(case, Kind.REOPENED, occasion=f"v{case.version}", at=at, was_duplicate=True, awaits_answer=waits)
    return case
