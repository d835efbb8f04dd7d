"""Celery's door: every task takes ids, asks for one round or calls one verb, and can run twice without harm."""

from __future__ import annotations

from time import monotonic
from typing import Final

from celery import shared_task
from django.utils.timezone import now

from complaints.handling.deliver_message import BATCH, deliver_message
from complaints.handling.prove_ledger import prove_ledger
from complaints.handling.refresh_rollups import refresh_rollups
from complaints.handling.send_order import send_order
from complaints.handling.tally_outcomes import tally_outcomes
from complaints.jobs import rounds

HELPERS: Final = 3
TURN: Final = 9.0  # seconds, a little less than beat's between two turns


@shared_task(name="messages.deliver", ignore_result=True)
def deliver(message_id: str) -> bool:
    """Send the message a hint names."""
    return deliver_message(message_id, clock=now)


@shared_task(name="messages.send_missed", ignore_result=True)
def send_missed(helpers: int = HELPERS) -> int:
    """Send what no hint has reached. A worker who finds a backlog calls another to help, once.

    A turn ends after a while even so, so that hints and other jobs come between two of them.
    """
    ends = monotonic() + TURN

    def goes_on(taken: int) -> bool:
        nonlocal helpers
        if taken == BATCH and helpers:
            send_missed.apply_async((helpers - 1,), expires=TURN)
            helpers = 0
        return monotonic() < ends

    return rounds.send_missed(clock=now, goes_on=goes_on)


@shared_task(name="mail.fetch", ignore_result=True)
def fetch_mail() -> int:
    """Fetch mail from the configured mailbox, and sort what waits."""
    return rounds.fetch_mail(clock=now)


@shared_task(name="fulfilments.send", ignore_result=True)
def send_one_order(key: str) -> bool:
    """Send the order a hint names to the system outside."""
    return send_order(key, clock=now)


@shared_task(name="fulfilments.send_missed", ignore_result=True)
def send_missed_orders() -> int:
    """Send the systems outside what no hint has reached."""
    return rounds.send_orders(clock=now)


@shared_task(name="cases.close_unanswered", ignore_result=True)
def close_unanswered() -> int:
    """Close cases whose proposed resolution nobody has answered."""
    return rounds.close_unanswered(clock=now)


@shared_task(name="deadlines.sweep", ignore_result=True)
def sweep_deadlines() -> int:
    """Hand up every case whose clock has run out."""
    return rounds.hand_up(clock=now)


@shared_task(name="deadlines.remind", ignore_result=True)
def remind() -> int:
    """Tell people that deadlines draw near."""
    return rounds.remind(clock=now)


@shared_task(name="remedies.pass_up", ignore_result=True)
def pass_up() -> int:
    """Take requests for approval that nobody decided on in time to the next one up."""
    return rounds.pass_up(clock=now)


@shared_task(name="remedies.expire", ignore_result=True)
def expire() -> int:
    """Let go of remedies that nobody decided on or answered for too long."""
    return rounds.expire(clock=now)


@shared_task(name="remedies.tally", ignore_result=True)
def tally() -> int:
    """Count anew what each kind of remedy did in similar cases."""
    return tally_outcomes(at=now())


@shared_task(name="trainings.warn", ignore_result=True)
def warn() -> int:
    """Tell people that the training their authority needs expires within a month."""
    return rounds.warn_of_trainings(clock=now)


@shared_task(name="causes.watch", ignore_result=True)
def watch_causes() -> int:
    """Look after causes and corrective actions that are due."""
    return rounds.watch_causes(clock=now)


@shared_task(name="staff.tell_days", ignore_result=True)
def tell_days() -> int:
    """Tell people in the morning of a working day which complaints are theirs."""
    return rounds.tell_days(clock=now)


@shared_task(name="cases.survey", ignore_result=True)
def ask_how_it_was() -> int:
    """Ask customers the two questions some days after closing."""
    return rounds.ask_how_it_was(clock=now)


@shared_task(name="ledger.prove", ignore_result=True)
def prove() -> bool:
    """Compare every balance with its entries, once a night, and raise the alarm where one differs."""
    return prove_ledger(at=now())


@shared_task(name="customers.look_for_doubles", ignore_result=True)
def look_for_doubles() -> int:
    """Look for doubles of customers whose files were written."""
    return rounds.look_for_customers_twice(clock=now)


@shared_task(name="cases.renew_texts", ignore_result=True)
def renew_texts() -> int:
    """Let cases of an older make be found by all that was written on them; a turn ends after a while."""
    ends = monotonic() + TURN
    return rounds.renew_texts(goes_on=lambda: monotonic() < ends)


@shared_task(name="deadlines.recompute", ignore_result=True)
def recompute() -> int:
    """Reckon open deadlines anew where a calendar or a time zone was changed."""
    return rounds.recompute(clock=now)


@shared_task(name="insights.refresh", ignore_result=True)
def refresh() -> int:
    """Count what changed, so that the page of measures follows; a turn ends before the next one begins."""
    ends = monotonic() + TURN
    return refresh_rollups(goes_on=lambda: monotonic() < ends)
