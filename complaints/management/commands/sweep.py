from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now

from complaints.handling.deliver_message import deliver_message
from complaints.handling.let_rest import let_rest, resting_ids
from complaints.jobs.tasks import each
from complaints.outbox import queue


class Command(BaseCommand):
    help = "Do what the periodic jobs do, once: send messages that were missed, close what nobody answered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", type=_moment, metavar="TIME", help="as if it were this moment, 2026-05-04T12:00Z")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done and do nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Take up what is due, each row in its own transaction, and say how many were done."""
        at: datetime | None = options["at"]
        clock: Callable[[], datetime] = (lambda: at) if at is not None else now
        messages, cases = queue.due_ids(at=clock()), resting_ids(at=clock())
        if options["dry_run"]:
            self.stdout.write(f"{len(messages)} messages would be sent.")
            self.stdout.write(f"{len(cases)} complaints would be closed without an answer.")
            return
        sent = each(messages, lambda message_id: deliver_message(message_id, clock=clock, swept=True))
        closed = each(cases, lambda case_id: let_rest(case_id, at=clock()))
        self.stdout.write(f"{sent} of {len(messages)} messages were taken up.")
        self.stdout.write(f"{closed} of {len(cases)} complaints were closed without an answer.")


def _moment(text: str) -> datetime:
    """A moment with its offset; without one nobody knows which is meant."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ArgumentTypeError(f"“{text}” is no moment such as 2026-05-04T12:00Z.")
    return moment
