"""Celery's door: every task takes ids, calls one verb per row, and can run twice without harm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import TypeVar

import structlog
from celery import shared_task
from django.utils.timezone import now

from complaints.handling.deliver_message import BATCH, deliver_due, deliver_message
from complaints.handling.escalate_overdue import escalate_overdue, overdue_ids, put_off
from complaints.handling.let_rest import let_rest, resting_ids
from complaints.handling.recompute_clocks import cases_reckoned_in, recompute_clocks
from complaints.handling.remind import fall_due, people_to_tell, reminding_ids, skip_reminder, tell_reminders
from complaints.standards.models import BusinessCalendar

log = structlog.get_logger(__name__)
T = TypeVar("T")
HELPERS = 3
TURN = 9.0  # seconds, a little less than beat's between two turns


@shared_task(name="messages.deliver", ignore_result=True)
def deliver(message_id: str) -> bool:
    """Send the message a hint names."""
    return deliver_message(message_id, clock=now)


@shared_task(name="messages.send_missed", ignore_result=True)
def send_missed(helpers: int = HELPERS) -> int:
    """Send what no hint has reached: the broker was away, a worker died, or it is time to try again.

    A backlog is worked off for as long as a turn lasts, so that hints and other jobs come between two turns; a worker
    who finds one calls another to help.
    """
    ends = monotonic() + TURN
    done = taken = deliver_due(clock=now)
    if taken == BATCH and helpers:
        send_missed.apply_async((helpers - 1,), expires=TURN)
    while taken and monotonic() < ends:
        taken = deliver_due(clock=now)
        done += taken
    return done


@shared_task(name="cases.close_unanswered", ignore_result=True)
def close_unanswered() -> int:
    """Close cases whose proposed resolution nobody has answered."""
    return each(resting_ids(at=now()), lambda case_id: let_rest(case_id, at=now()))


@shared_task(name="deadlines.sweep", ignore_result=True)
def sweep_deadlines() -> int:
    """Hand up every case whose clock has run out, the longest overdue first, until nothing is due any more."""
    done = 0
    while ids := overdue_ids(at=now()):
        taken = each(ids, lambda clock_id: escalate_overdue(clock_id, at=now()), on_failure=_put_off)
        done += taken
        if not taken:
            break
    return done


@shared_task(name="deadlines.remind", ignore_result=True)
def remind() -> int:
    """Tell people that deadlines draw near: one by one, or in a summary."""
    while ids := reminding_ids(at=now()):
        if not each(ids, lambda clock_id: fall_due(clock_id, at=now()), on_failure=skip_reminder):
            break
    return each(people_to_tell(), lambda employee_id: tell_reminders(employee_id, at=now()))


@shared_task(name="deadlines.recompute", ignore_result=True)
def recompute(calendar_id: int) -> int:
    """Reckon every open deadline in a calendar anew after it was changed; how many complaints it moved."""
    calendar, done, last = BusinessCalendar.objects.get(pk=calendar_id), 0, 0
    while ids := cases_reckoned_in(calendar, beyond=last):
        done += each(ids, lambda case_id: recompute_clocks(case_id, calendar=calendar, at=now()))
        last = ids[-1]
    return done


def _put_off(clock_id: int) -> None:
    put_off(clock_id, at=now())


def each(ids: Iterable[T], step: Callable[[T], bool], *, on_failure: Callable[[T], None] | None = None) -> int:
    """Take the rows one by one, each in its own transaction; one that fails is logged and stops nobody else.

    `on_failure` puts such a row off, so that it does not come first again and again.
    """
    done = 0
    for row in ids:
        try:
            done += step(row)
        except Exception:
            log.exception("job.row_failed", row=str(row))
            if on_failure is not None:
                on_failure(row)
    return done
