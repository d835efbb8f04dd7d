"""The sweep: whatever ran out goes up the ladder, each case in its own transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from complaints.cases import clocks, lifecycle
from complaints.cases.models import Case, Clock
from complaints.cases.states import MOVES, Move, Status
from complaints.common.actors import SYSTEM
from complaints.handling import tell
from complaints.handling.escalate import climb, note_run_out
from complaints.outbox.models import Kind
from complaints.staff.queries import at_work

PAUSE = timedelta(minutes=10)


def overdue_ids(*, at: datetime, limit: int | None = 500) -> list[int]:
    """Clocks that have run out and were not acted on, the longest overdue first."""
    run_out = Clock.objects.filter(
        Q(retry_at__isnull=True) | Q(retry_at__lte=at),
        ended_at__isnull=True,
        paused_at__isnull=True,
        missed_at__isnull=True,
        due_at__lte=at,
    )
    return list(run_out.order_by("due_at", "id").values_list("pk", flat=True)[:limit])


def put_off(clock_id: int, *, at: datetime) -> None:
    """Let a clock that the sweep failed on wait, so that it stops nobody else; it stays counted and shown."""
    Clock.objects.filter(pk=clock_id).update(failures=F("failures") + 1, retry_at=at + PAUSE)


@transaction.atomic
def escalate_overdue(clock_id: int, *, at: datetime) -> bool:
    """Hand a case up because a clock ran out; False where it was met, paused, or acted on meanwhile.

    All clocks of the case that have run out are one reason and one step up. Locks the case, skipping one that somebody
    is working on: the next sweep comes back to it.
    """
    cases = Case.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "customer", "unit", "responsible"
    )
    case = cases.filter(clocks=clock_id).first()
    if case is None:
        return False
    run_out = [clock.pk for clock in clocks.live(case) if clock.has_run_out(at=at)]
    if clock_id not in run_out or Status(case.status) not in MOVES[Move.CLIMB].start:
        return False
    names = note_run_out(case, at=at)
    if not climb(case, move=Move.CLIMB, by=SYSTEM, at=at, reason=names):
        lifecycle.store(case)
        _tell_the_top(case, reason=names, at=at)
    return True


def _tell_the_top(case: Case, *, reason: str, at: datetime) -> None:
    """Nobody stands higher: tell who has the case or stands in for them, and where nobody does, raise the alarm."""
    people = [case.responsible] if case.responsible else []
    colleague = next(iter(at_work(people, at=at).values()), None)
    occasion = f"v{case.version}"
    if colleague is None:
        tell.alarm(case, occasion=occasion, at=at, reason=reason)
    else:
        tell.employee(colleague, case, Kind.STAFF_ASSIGNED, occasion=occasion, at=at, by="", reason=reason)
