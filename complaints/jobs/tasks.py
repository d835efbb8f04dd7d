"""Celery's door: every task takes ids, calls one verb per row, and can run twice without harm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from celery import shared_task
from django.utils.timezone import now

from complaints.handling.deliver_message import deliver_message
from complaints.handling.let_rest import let_rest, resting_ids
from complaints.outbox import queue

log = structlog.get_logger(__name__)
T = TypeVar("T")


@shared_task(name="messages.deliver", ignore_result=True)
def deliver(message_id: str) -> bool:
    """Send the message a hint names."""
    return deliver_message(message_id, clock=now)


@shared_task(name="messages.send_missed", ignore_result=True)
def send_missed() -> int:
    """Send what no hint has reached: the broker was away, a worker died, or it is time to try again."""
    return each(queue.due_ids(at=now()), lambda message_id: deliver_message(message_id, clock=now, swept=True))


@shared_task(name="cases.close_unanswered", ignore_result=True)
def close_unanswered() -> int:
    """Close cases whose proposed resolution nobody has answered."""
    return each(resting_ids(at=now()), lambda case_id: let_rest(case_id, at=now()))


def each(ids: Iterable[T], step: Callable[[T], bool]) -> int:
    """Take the rows one by one, each in its own transaction; one that fails is logged and stops nobody else."""
    done = 0
    for row in ids:
        try:
            done += step(row)
        except Exception:
            log.exception("job.row_failed", row=str(row))
    return done
