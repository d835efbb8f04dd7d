"""The clocks of a case, written under its lock. What they compute is `standards.clocks`' business."""

from __future__ import annotations

from datetime import datetime, timedelta

from complaints.cases.models import NOT_DUE, Case, Clock, ClockKind
from complaints.standards import clocks as arithmetic
from complaints.standards.models import RecoveryStandard, Severity
from complaints.standards.queries import standard_for


def promised(case: Case, standard: RecoveryStandard, *, at: datetime) -> list[Clock]:
    """The clocks of a new case, not yet stored: acknowledge and put right, both from `at`."""
    return [
        _clock(case, ClockKind.ACKNOWLEDGE, timedelta(minutes=standard.acknowledge_minutes), at=at),
        _clock(case, ClockKind.RESOLVE, timedelta(minutes=standard.resolve_minutes), at=at),
    ]


def at_rest(case: Case, standard: RecoveryStandard, *, at: datetime) -> Clock:
    """The clock of a case taken over from elsewhere, not yet stored: it rests until somebody takes the case up."""
    clock = _clock(case, ClockKind.RESOLVE, timedelta(minutes=standard.resolve_minutes), at=at)
    clock.paused_at = at
    return clock


def live(case: Case) -> list[Clock]:
    """The clocks that have not ended, running or paused."""
    return list(Clock.objects.filter(case=case, ended_at__isnull=True).order_by("due_at"))


def next_due(case: Case) -> datetime:
    """When the next running clock runs out; NOT_DUE while none runs."""
    return min((clock.due_at for clock in live(case) if clock.paused_at is None), default=NOT_DUE)


def pause(case: Case, *, at: datetime) -> None:
    """Let every running clock stand still: it is the customer's turn."""
    Clock.objects.filter(case=case, ended_at__isnull=True, paused_at__isnull=True).update(paused_at=at)


def resume_or_start(case: Case, *, at: datetime) -> None:
    """Let every paused clock run on with exactly the budget it had left; a case without one gets a new one."""
    clocks = live(case)
    for clock in clocks:
        if clock.paused_at is not None:
            clock.paused_for += max(at - clock.paused_at, timedelta())
            clock.paused_at = None
            clock.due_at = arithmetic.due_at(clock.started_at, clock.budget, paused=clock.paused_for)
            clock.save(update_fields=["paused_for", "paused_at", "due_at"])
    if not any(clock.kind == ClockKind.RESOLVE for clock in clocks):
        budget = timedelta(minutes=standard_for(Severity(case.severity)).resolve_minutes)
        _clock(case, ClockKind.RESOLVE, budget, at=at).save()


def end(case: Case, kind: ClockKind, *, at: datetime) -> None:
    """End one clock: what it asked for was done."""
    Clock.objects.filter(case=case, kind=kind, ended_at__isnull=True).update(ended_at=at)


def end_all(case: Case, *, at: datetime) -> None:
    """End every clock: the case is closed."""
    Clock.objects.filter(case=case, ended_at__isnull=True).update(ended_at=at)


def _clock(case: Case, kind: ClockKind, budget: timedelta, *, at: datetime) -> Clock:
    return Clock(
        case=case, kind=kind, started_at=at, budget=budget, due_at=arithmetic.due_at(at, budget), paused_for=timedelta()
    )
