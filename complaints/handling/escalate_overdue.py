"""The sweep: whatever ran out goes up the ladder, each case in its own transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from complaints.cases import clocks, lifecycle
from complaints.cases.models import Case, Clock
from complaints.cases.sentences import deadline_names
from complaints.cases.states import MOVES, Move, Status
from complaints.common.actors import SYSTEM
from complaints.escalation.ladder import Ladders
from complaints.handling import tell
from complaints.handling.escalate import climb, note_run_out
from complaints.outbox.models import Kind, Message
from complaints.outbox.queue import enqueue
from complaints.staff.queries import at_work

PAUSE = timedelta(minutes=10)


def overdue_ids(*, at: datetime, limit: int | None = 200) -> list[int]:
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
def escalate_overdue(clock_id: int, *, at: datetime, ladders: Ladders | None = None) -> bool:
    """Hand a case up because a clock ran out; False where it was met, paused, or acted on meanwhile.

    All clocks of the case that have run out are one reason and one step up. Locks the case, skipping one that somebody
    is working on: the next sweep comes back to it. With `ladders`, who is next is looked up there.
    """
    case = lifecycle.lock_by_clock(clock_id)
    if case is None:
        return False
    live = clocks.unended(case)
    run_out = [clock.pk for clock in clocks.run_out(live, at=at)]
    if clock_id not in run_out or Status(case.status) not in MOVES[Move.CLIMB].start:
        return False
    if not climb(case, move=Move.CLIMB, by=SYSTEM, at=at, reason=None, ladders=ladders, live=live):
        missed = note_run_out(case, live, at=at)
        lifecycle.store(case, live=live)
        enqueue(*missed, *_to_the_top(case, reason=deadline_names(missed[0].facts["deadlines"]), at=at))
    return True


def _to_the_top(case: Case, *, reason: str, at: datetime) -> list[Message]:
    """Nobody stands higher: who has the case or stands in for them is told; where nobody does, the alarm is raised."""
    people = [case.responsible] if case.responsible else []
    colleague = next(iter(at_work(people, at=at).values()), None)
    occasion = f"v{case.version}"
    if colleague is None:
        return tell.to_administrators(case, occasion=occasion, at=at, reason=reason)
    return tell.to_employee(colleague, case, Kind.STAFF_BREACHED, occasion=occasion, at=at, deadline=reason, to="")
