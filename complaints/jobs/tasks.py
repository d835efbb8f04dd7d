"""Celery's door: every task takes ids, calls one verb per row, and can run twice without harm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

import structlog
from celery import shared_task
from django.utils.timezone import now

from complaints.handling.deliver_message import deliver_message
from complaints.handling.escalate_overdue import escalate_overdue, overdue_ids, put_off
from complaints.handling.expire_remedy import expire_remedy, lapsed_ids
from complaints.handling.let_rest import let_rest, resting_ids
from complaints.handling.pass_up_approval import pass_up_approval, undecided_ids
from complaints.handling.prove_ledger import prove_ledger
from complaints.handling.recompute_clocks import changed, recompute_clocks
from complaints.handling.remind import fall_due, people_to_tell, reminding_ids, skip_reminder, tell_reminders
from complaints.handling.warn_of_training import expiring_ids, warn_of_training
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


@shared_task(name="remedies.pass_up", ignore_result=True)
def pass_up() -> int:
    """Take requests for approval that nobody decided on in time to the next one up."""
    return each(undecided_ids(at=now()), lambda remedy_id: pass_up_approval(remedy_id, at=now()))


@shared_task(name="remedies.expire", ignore_result=True)
def expire() -> int:
    """Let go of remedies that nobody decided on or answered for too long."""
    return each(lapsed_ids(at=now()), lambda remedy_id: expire_remedy(remedy_id, at=now()))


@shared_task(name="trainings.warn", ignore_result=True)
def warn() -> int:
    """Tell people that the training their authority needs expires within a month."""
    return each(expiring_ids(at=now()), lambda training_id: warn_of_training(training_id, at=now()))


@shared_task(name="ledger.prove", ignore_result=True)
def prove() -> bool:
    """Compare every balance with its entries, once a night, and raise the alarm where one differs."""
    return prove_ledger(at=now())


@shared_task(name="deadlines.recompute", ignore_result=True)
def recompute() -> int:
    """Reckon open deadlines anew where a calendar or a time zone was changed; how many complaints it moved.

    What failed on a complaint is looked at again the next time.
    """
    done = 0
    for one in changed():
        last, failed, why = 0, list[int](), one.why
        while ids := one.cases(beyond=last):
            done += each(ids, partial(_recompute, why=why), on_failure=failed.append)
            last = ids[-1]
        if not failed:
            one.settle()
    return done


def _recompute(case_id: int, *, why: str) -> bool:
    return recompute_clocks(case_id, why=why, at=now())


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
