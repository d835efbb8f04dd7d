"""How long it takes to work off deadlines that run out all at once, by the very job that beat asks for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pgtrigger
from django.db import connection, transaction
from django.utils.timezone import now

from complaints.cases.models import Case, CaseText, Clock, TimelineEntry
from complaints.cases.states import Status
from complaints.handling.escalate_overdue import overdue_ids
from complaints.jobs.tasks import sweep_deadlines
from complaints.management.measuring.load import add_open
from complaints.outbox.models import Message
from complaints.standards.models import ClockKind

AT_ONCE: Final = 10_000
MOST_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class SweepMeasured:
    """One worker's time for so many deadlines, each of a complaint of its own, and the queries for each."""

    deadlines: int
    seconds: float
    queries: float

    @property
    def seconds_for_all(self) -> float:
        """The time that AT_ONCE would have taken."""
        return self.seconds * AT_ONCE / self.deadlines

    @property
    def how_many_ran(self) -> str:
        """Said where another number was run than the one that is promised."""
        return "" if self.deadlines == AT_ONCE else f" (from {self.deadlines:,})"


def measure_sweep(*, deadlines: int = AT_ONCE) -> SweepMeasured:
    """Let deadlines of the organisation's complaints run out at one moment, sweep once, and take everything back.

    Deadlines of the load that have run out by now are put off meanwhile: it stays as it is.
    """
    due_at = now() - timedelta(seconds=1)
    with _put_off(), _run_out(deadlines, due_at=due_at):
        counted = _Count()
        began = time.perf_counter()
        with connection.execute_wrapper(counted):
            done = sweep_deadlines()
        took = time.perf_counter() - began
        if done != deadlines or overdue_ids(at=now(), limit=1):
            raise RuntimeError(f"Of {deadlines} deadlines that ran out, {done} were worked off.")
    return SweepMeasured(deadlines, took, counted.queries / deadlines)


class _Count:
    """Counts what is asked of the database."""

    queries = 0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.queries += 1
        return execute(sql, params, many, context)


@contextmanager
def _put_off() -> Iterator[None]:
    moment = now() + timedelta(days=1)
    waiting = Clock.objects.filter(pk__in=overdue_ids(at=now() + timedelta(hours=1), limit=None))
    waiting.update(retry_at=moment)
    try:
        yield
    finally:
        Clock.objects.filter(retry_at=moment).update(retry_at=None)


@contextmanager
def _run_out(deadlines: int, *, due_at: datetime) -> Iterator[None]:
    """Open complaints all over the organisation, four in five with somebody responsible, whose time is up."""
    last = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    add_open(deadlines, seed=11, at=due_at)
    cases, clocks = Case.objects.filter(pk__gt=last), Clock.objects.filter(case__gt=last)
    cases.update(status=Status.OPEN, resolved_at=None, due_at=due_at)
    clocks.filter(kind=ClockKind.RESOLVE).update(due_at=due_at, paused_at=None)
    _take_stock()
    try:
        yield
    finally:
        with transaction.atomic(), pgtrigger.ignore("complaints.TimelineEntry:append_only"):
            TimelineEntry.objects.filter(case__gt=last).delete()
            Message.objects.filter(about__in=list(cases.values_list("reference", flat=True))).delete()
            CaseText.objects.filter(case__gt=last).delete()
            clocks.delete()
            cases.delete()
        _take_stock()


def _take_stock() -> None:
    """Let PostgreSQL know what the tables hold, as it finds out by itself where there is time."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
