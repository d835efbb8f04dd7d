from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now

from complaints.cases.models import Clock
from complaints.escalation.ladder import next_rung
from complaints.handling.escalate_overdue import overdue_ids
from complaints.handling.remind import reminding_ids
from complaints.jobs.sweep import due, sweep

NAMED: Final = 50
"""As many deadlines are named one by one in a dry run."""


class Command(BaseCommand):
    help = (
        "Do what the periodic jobs do, once: reckon anew what was changed, receive mail, hand up what ran out, remind, "
        "send, close what nobody answered."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", type=_moment, metavar="TIME", help="as if it were this moment, 2026-05-04T12:00Z")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done and do nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Take up what is due, each row in its own transaction, and say how many were done."""
        at: datetime | None = options["at"]
        clock: Callable[[], datetime] = (lambda: at) if at is not None else now
        if options["dry_run"]:
            found = due(at=clock())
            self.stdout.write(
                f"{found.rules} changed calendars or time zones would have their deadlines reckoned anew."
            )
            self.stdout.write(f"{found.deadlines} deadlines that ran out would hand their complaints up.")
            self._name_deadlines(at=clock())
            self.stdout.write(f"{found.reminders} reminders would be given.")
            self._name_reminders(at=clock())
            self.stdout.write(f"{found.approvals} requests for approval would go one up.")
            self.stdout.write(f"{found.remedies} remedies would expire.")
            self.stdout.write(f"{found.messages} messages would be sent.")
            self.stdout.write(f"{found.mails} mails that wait would be sorted.")
            self.stdout.write(f"{found.orders} orders would be sent to systems outside.")
            self.stdout.write(f"{found.cases} complaints would be closed without an answer.")
            return
        done = sweep(clock=clock)
        self.stdout.write(f"{done.rules} calendars or time zones were changed; {done.moved} complaints were due anew.")
        self.stdout.write(f"{done.mails} mails were received.")
        self.stdout.write(f"{done.handed_up} complaints went up the ladder; {done.deadlines} deadlines had run out.")
        self.stdout.write(f"{done.reminded} people were reminded of {done.reminders} deadlines.")
        self.stdout.write(f"{done.passed_up} of {done.approvals} requests for approval went one up.")
        self.stdout.write(f"{done.expired} of {done.remedies} remedies expired.")
        self.stdout.write(f"{done.sent} of {done.messages} messages were taken up.")
        self.stdout.write(f"{done.ordered} of {done.orders} orders were sent to systems outside.")
        self.stdout.write(f"{done.closed} of {done.cases} complaints were closed without an answer.")

    def _name_deadlines(self, *, at: datetime) -> None:
        """Say which deadlines ran out, the longest overdue first, and to whom their complaints would go."""
        for clock in self._clocks(overdue_ids(at=at, limit=NAMED)):
            case = clock.case
            rung = next_rung(case.unit, case.step, at=at)
            goes = f"goes to {rung.who}" if rung else "nobody stands higher"
            told = f"due {clock.due_at.isoformat()}, with {case.responsible or case.unit}; {goes}"
            self.stdout.write(f"  {case.reference}: {clock.name}, {told}")

    def _name_reminders(self, *, at: datetime) -> None:
        """Say of which deadlines somebody would be reminded, the earliest reminder first."""
        for clock in self._clocks(reminding_ids(at=at, limit=NAMED)):
            who = clock.case.responsible or clock.case.unit
            self.stdout.write(f"  {clock.case.reference}: {clock.name}, due {clock.due_at.isoformat()}, with {who}")

    def _clocks(self, ids: Sequence[int]) -> Iterator[Clock]:
        """Clocks with their cases, in this order; says so where there may be more."""
        of = Clock.objects.select_related("case__unit", "case__responsible").in_bulk(ids)
        yield from (of[pk] for pk in ids if pk in of)
        if len(ids) == NAMED:
            self.stdout.write("  and so on")


def _moment(text: str) -> datetime:
    """A moment with its offset; without one nobody knows which is meant."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ArgumentTypeError(f"“{text}” is no moment such as 2026-05-04T12:00Z.")
    return moment
