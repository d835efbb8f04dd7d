from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import clocks, lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move, Outcome
from complaints.common import rulebook
from complaints.common.errors import MoveNotAllowed
from complaints.handling import tell
from complaints.handling.promises import promise_of
from complaints.handling.texts import written
from complaints.outbox.models import Kind
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission
from complaints.standards.models import ClockKind

ANEW = frozenset({ClockKind.RESOLVE, ClockKind.UPDATE})
"""What is promised once more when a case is opened again; a word from a person it has had."""


@transaction.atomic
def reopen(
    reference: str,
    *,
    reason: str,
    by: Employee,
    at: datetime,
    seen_version: int | None = None,
    submission: str = "",
) -> Case:
    """Open a case again that was resolved or closed, with the reason. Locks the case.

    A duplicate is not opened so: it would have its own caps again, which is a superior's to say (`unmark_duplicate`).
    """
    reason = written(reason, field="reason")
    case, is_done = lifecycle.lock_for_form(
        by, Permission.REOPEN, reference, move=Move.REOPEN, seen_version=seen_version, submission=submission
    )
    if is_done:
        return case
    if case.outcome == Outcome.DUPLICATE:
        raise MoveNotAllowed(case=case.reference, move=Move.REOPEN, status=case.status)
    open_again(case, responsible=case.responsible or by, at=at)
    timeline.record(case, Entry.REOPENED, by=by.actor, at=at, reason=reason, submission=submission)
    tell.customer(case, Kind.REOPENED, occasion=f"v{case.version}", at=at)
    return case


def open_again(case: Case, *, responsible: Employee | None, at: datetime) -> None:
    """Give a locked case its new deadlines and open it; whoever calls this tells of it."""
    promise = promise_of(case, rulebook.edition())
    clocks.start(case, [target for target in promise.targets if target.kind in ANEW], at=at)
    again = case.reopened_count + 1
    lifecycle.apply(case, Move.REOPEN, at=at, solved=None, reopened_count=again, responsible=responsible)
