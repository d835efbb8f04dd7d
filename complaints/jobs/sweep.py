"""Everything that the periodic jobs do, once and at a moment of one's choice: for the command of the same name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from complaints.handling.deliver_message import deliver_due
from complaints.handling.escalate_overdue import escalate_overdue, overdue_ids, put_off
from complaints.handling.let_rest import let_rest, resting_ids
from complaints.handling.remind import fall_due, people_to_tell, reminding_ids, skip_reminder, tell_reminders
from complaints.jobs.tasks import each
from complaints.outbox import queue


@dataclass(frozen=True, slots=True)
class Swept:
    """What was due, and how much of it was taken up."""

    messages: int
    cases: int
    deadlines: int
    reminders: int
    sent: int = 0
    closed: int = 0
    handed_up: int = 0
    reminded: int = 0


def due(*, at: datetime) -> Swept:
    """What a sweep would take up, all of it."""
    return Swept(
        messages=queue.how_many_due(at=at),
        cases=len(resting_ids(at=at, limit=None)),
        deadlines=len(overdue_ids(at=at, limit=None)),
        reminders=len(reminding_ids(at=at, limit=None)),
    )


def sweep(*, clock: Callable[[], datetime]) -> Swept:
    """Remind, hand up, close, and send, in this order, each row in its own transaction."""
    reminders, deadlines = reminding_ids(at=clock(), limit=None), overdue_ids(at=clock(), limit=None)
    cases = resting_ids(at=clock(), limit=None)
    each(reminders, lambda one: fall_due(one, at=clock()), on_failure=skip_reminder)
    reminded = each(people_to_tell(limit=None), lambda person: tell_reminders(person, at=clock()))
    handed_up = each(
        deadlines, lambda one: escalate_overdue(one, at=clock()), on_failure=lambda one: put_off(one, at=clock())
    )
    closed = each(cases, lambda case_id: let_rest(case_id, at=clock()))
    messages, sent = queue.how_many_due(at=clock()), 0
    while taken := deliver_due(clock=clock):
        sent += taken
    return Swept(messages, len(cases), len(deadlines), len(reminders), sent, closed, handed_up, reminded)
