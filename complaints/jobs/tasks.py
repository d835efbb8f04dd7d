"""Celery's door: every task takes ids, asks for one round or calls one verb, and can run twice without harm."""

from __future__ import annotations

from celery import shared_task
from django.utils.timezone import now

from complaints.handling.deliver_message import deliver_message
from complaints.jobs import rounds


@shared_task(name="messages.deliver", ignore_result=True)
def deliver(message_id: str) -> bool:
    """Send the message a hint names."""
    return deliver_message(message_id, clock=now)


@shared_task(name="messages.send_missed", ignore_result=True)
def send_missed() -> int:
    """Send what no hint has reached."""
    return rounds.send_missed(clock=now)


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


@shared_task(name="deadlines.recompute", ignore_result=True)
def recompute() -> int:
    """Reckon open deadlines anew where a calendar or a time zone was changed."""
    return rounds.recompute(clock=now)
