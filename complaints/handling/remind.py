"""Reminders: who is told that a deadline draws near, once, and not forty times at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import clocks, lifecycle
from complaints.cases.models import Case, Clock
from complaints.escalation.models import Reminder
from complaints.handling import tell
from complaints.outbox.models import Kind
from complaints.staff.models import Employee, Tier
from complaints.staff.queries import at_work, nearest, superior_of
from complaints.standards.reminding import To

SEVERAL = 4
"""From so many reminders for one person at once, they get a summary."""


def reminding_ids(*, at: datetime, limit: int | None = 500) -> list[int]:
    """Clocks that remind somebody now, the earliest first."""
    due = Clock.objects.filter(ended_at__isnull=True, paused_at__isnull=True, remind_at__lte=at)
    return list(due.order_by("remind_at", "id").values_list("pk", flat=True)[:limit])


@transaction.atomic
def fall_due(clock_id: int, *, at: datetime) -> bool:
    """Note the reminders of a clock whose moment has come, for whom they are; False where there are none any more.

    Of several that came due together (after an outage) only the last is given to each person, and none at all for a
    deadline that has passed: then the ladder speaks. Locks the case, skipping one that somebody is working on.
    """
    case = lifecycle.lock_by_clock(clock_id)
    clock = None if case is None else next((one for one in clocks.live(case) if one.pk == clock_id), None)
    if case is None or clock is None or clock.paused_at is not None:
        return False
    come = clocks.take_reminders(clock, at=at)
    if not come:
        return False
    clock.save(update_fields=["reminders", "remind_at"])
    if clock.due_at > at:
        for to, number in come.items():
            recipient = _recipient(case, to, at=at)
            if recipient is not None:
                Reminder.objects.get_or_create(clock=clock, entry=number, defaults={"recipient": recipient, "at": at})
    return True


def skip_reminder(clock_id: int) -> None:
    """Give up the coming reminder of a clock that could not be worked out: it must not come first for ever."""
    Clock.objects.filter(pk=clock_id).update(remind_at=None)


def people_to_tell() -> list[int]:
    """Employees with reminders they were not told of yet."""
    waiting = Reminder.objects.filter(told_at__isnull=True).order_by("recipient").values_list("recipient", flat=True)
    return list(waiting.distinct())


@transaction.atomic
def tell_reminders(recipient_id: int, *, at: datetime) -> bool:
    """Tell one person of their reminders, one by one or in a summary; False where nothing is left to tell.

    What was met, rests or has run out since is not told any more. Locks the reminders, skipping locked ones.
    """
    waiting = list(
        Reminder.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(recipient=recipient_id, told_at__isnull=True)
        .select_related("clock__case__customer", "clock__case__unit", "recipient")
        .order_by("clock__due_at", "pk")[:200]
    )
    Reminder.objects.filter(pk__in=[one.pk for one in waiting]).update(told_at=at)
    waiting = [one for one in waiting if _draws_near(one.clock, at=at)]
    if not waiting:
        return False
    if len(waiting) >= SEVERAL:
        first = waiting[0]
        lines = [f"{one.clock.case.reference} · {one.clock.case.customer.name} · {one.clock.name}" for one in waiting]
        facts = {"lines": lines, "how_many": len(lines)}
        tell.employee(
            first.recipient, first.clock.case, Kind.STAFF_DIGEST, occasion=f"reminder {first.pk}", at=at, **facts
        )
        return True
    for one in waiting:
        facts = {"deadline": one.clock.name, "due_at": one.clock.due_at}
        tell.employee(one.recipient, one.clock.case, Kind.STAFF_REMINDER, occasion=f"reminder {one.pk}", at=at, **facts)
    return True


def _draws_near(clock: Clock, *, at: datetime) -> bool:
    return clock.ended_at is None and clock.paused_at is None and clock.due_at > at


def _recipient(case: Case, to: To, *, at: datetime) -> Employee | None:
    responsible = case.responsible
    if to is To.RESPONSIBLE and responsible is not None:
        return at_work([responsible], at=at).get(responsible.pk)
    if responsible is None:
        return nearest(case.unit, [Tier.MANAGER, Tier.VP], at=at) if to is To.SUPERIOR else None
    return superior_of(responsible, case.unit, at=at)
