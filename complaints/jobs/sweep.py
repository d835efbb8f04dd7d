"""Everything that the periodic jobs do, once and at a moment of one's choice: for the command of the same name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from complaints.handling.escalate_overdue import overdue_ids
from complaints.handling.let_rest import resting_ids
from complaints.handling.remind import reminding_ids
from complaints.jobs import rounds
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


def sweep(*, clock: rounds.Now) -> Swept:
    """Remind, hand up, close, and send, in this order, each row in its own transaction."""
    found = due(at=clock())
    reminded, handed_up = rounds.remind(clock=clock), rounds.hand_up(clock=clock)
    closed = rounds.close_unanswered(clock=clock, limit=None)
    messages = queue.how_many_due(at=clock())
    sent = rounds.send_missed(clock=clock)
    return replace(found, messages=messages, sent=sent, closed=closed, handed_up=handed_up, reminded=reminded)
