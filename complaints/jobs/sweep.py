"""Everything that the periodic jobs do, once and at a moment of one's choice: for the command of the same name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from complaints.handling.deliver_message import deliver_message
from complaints.handling.let_rest import let_rest, resting_ids
from complaints.jobs.tasks import each
from complaints.outbox import queue


@dataclass(frozen=True, slots=True)
class Swept:
    """How many messages and complaints were due, and how many of them were taken up."""

    messages: int
    cases: int
    sent: int = 0
    closed: int = 0


def due(*, at: datetime) -> Swept:
    """What a sweep would take up."""
    return Swept(len(queue.due_ids(at=at)), len(resting_ids(at=at)))


def sweep(*, clock: Callable[[], datetime]) -> Swept:
    """Send what was missed and close what nobody answered, each row in its own transaction."""
    messages, cases = queue.due_ids(at=clock()), resting_ids(at=clock())
    sent = each(messages, lambda message_id: deliver_message(message_id, clock=clock, swept=True))
    closed = each(cases, lambda case_id: let_rest(case_id, at=clock()))
    return Swept(len(messages), len(cases), sent, closed)
