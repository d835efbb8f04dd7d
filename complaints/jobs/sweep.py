"""Everything that the periodic jobs do, once and at a moment of one's choice: for the command of the same name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from complaints.handling.deliver_message import deliver_message
from complaints.handling.escalate_overdue import escalate_overdue, overdue_ids, put_off
from complaints.handling.expire_remedy import expire_remedy, lapsed_ids
from complaints.handling.let_rest import let_rest, resting_ids
from complaints.handling.pass_up_approval import pass_up_approval, undecided_ids
from complaints.handling.prove_ledger import prove_ledger
from complaints.handling.remind import fall_due, people_to_tell, reminding_ids, skip_reminder, tell_reminders
from complaints.handling.warn_of_training import expiring_ids, warn_of_training
from complaints.jobs.tasks import each
from complaints.outbox import queue


@dataclass(frozen=True, slots=True)
class Swept:
    """What was due, and how much of it was taken up."""

    messages: int
    cases: int
    deadlines: int
    reminders: int
    approvals: int
    remedies: int
    sent: int = 0
    closed: int = 0
    handed_up: int = 0
    reminded: int = 0
    passed_up: int = 0
    expired: int = 0


def due(*, at: datetime) -> Swept:
    """What a sweep would take up, all of it."""
    return Swept(
        messages=len(queue.due_ids(at=at, limit=None)),
        cases=len(resting_ids(at=at, limit=None)),
        deadlines=len(overdue_ids(at=at, limit=None)),
        reminders=len(reminding_ids(at=at, limit=None)),
        approvals=len(undecided_ids(at=at, limit=None)),
        remedies=len(lapsed_ids(at=at, limit=None)),
    )


def sweep(*, clock: Callable[[], datetime]) -> Swept:
    """Remind, hand up, let go, close, and send, in this order, each row in its own transaction."""
    reminders, deadlines = reminding_ids(at=clock(), limit=None), overdue_ids(at=clock(), limit=None)
    cases = resting_ids(at=clock(), limit=None)
    each(reminders, lambda one: fall_due(one, at=clock()), on_failure=skip_reminder)
    reminded = each(people_to_tell(limit=None), lambda person: tell_reminders(person, at=clock()))
    handed_up = each(
        deadlines, lambda one: escalate_overdue(one, at=clock()), on_failure=lambda one: put_off(one, at=clock())
    )
    approvals, remedies = undecided_ids(at=clock(), limit=None), lapsed_ids(at=clock(), limit=None)
    passed_up = each(approvals, lambda remedy_id: pass_up_approval(remedy_id, at=clock()))
    expired = each(remedies, lambda remedy_id: expire_remedy(remedy_id, at=clock()))
    each(expiring_ids(at=clock(), limit=None), lambda training_id: warn_of_training(training_id, at=clock()))
    prove_ledger(at=clock())
    closed = each(cases, lambda case_id: let_rest(case_id, at=clock()))
    messages = queue.due_ids(at=clock(), limit=None)
    sent = each(messages, lambda message_id: deliver_message(message_id, clock=clock, swept=True))
    return Swept(
        messages=len(messages),
        cases=len(cases),
        deadlines=len(deadlines),
        reminders=len(reminders),
        approvals=len(approvals),
        remedies=len(remedies),
        sent=sent,
        closed=closed,
        handed_up=handed_up,
        reminded=reminded,
        passed_up=passed_up,
        expired=expired,
    )
