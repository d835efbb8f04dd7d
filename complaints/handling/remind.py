"""Reminders: who is told that a deadline draws near, once, and not forty times at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.text import format_lazy

from complaints.cases import clocks, lifecycle
from complaints.cases.models import Case, Clock
from complaints.common.inserting import insert_rows
from complaints.escalation.models import Reminder
from complaints.handling import tell
from complaints.outbox.models import Kind, Message
from complaints.outbox.queue import enqueue
from complaints.staff.models import Employee, Tier
from complaints.staff.queries import Roster, administrators
from complaints.standards.models import ClockKind
from complaints.standards.reminding import To

SEVERAL = 4
"""From so many reminders for one person at once, they get a summary."""


def reminding_ids(*, at: datetime, limit: int | None = 500) -> list[int]:
    """Clocks that remind somebody now, the earliest first."""
    due = Clock.objects.filter(ended_at__isnull=True, paused_at__isnull=True, remind_at__lte=at)
    return list(due.order_by("remind_at", "id").values_list("pk", flat=True)[:limit])


@transaction.atomic
def fall_due(clock_id: int, *, at: datetime, roster: Roster | None = None) -> bool:
    """Note the reminders of a clock whose moment has come, for whom they are; False where there are none any more.

    When the customer is due an update, they are told that we are still on it, once before each; nobody wrote it, so
    it meets no deadline.

    Of several that came due together (after an outage) only the last is given to each person, and none at all for a
    deadline that has passed: then the ladder speaks. Locks the case, skipping one that somebody is working on. For a
    batch, who is where is looked up in its `roster`.
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
        roster = roster or Roster(at=at, units=case.unit.ancestor_ids)
        given = {_recipient(case, to, roster): number for to, number in come.items()}
        noted = [Reminder(clock=clock, entry=number, recipient=who, at=at) for who, number in given.items() if who]
        insert_rows(*noted, unless_known=(Reminder,))
        if clock.kind == ClockKind.UPDATE:
            enqueue(tell.to_customer(case, Kind.PROGRESS, occasion=f"clock {clock.pk}", at=at, someone_new=False))
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
    if len(waiting) < SEVERAL:
        enqueue(*(message for one in waiting for message in _message(one, at=at)))
    else:
        enqueue(*_summary(waiting, at=at))
    return True


def _message(reminder: Reminder, *, at: datetime) -> list[Message]:
    clock = reminder.clock
    facts = {"deadline": clock.name, "due_at": clock.due_at}
    occasion = f"reminder {reminder.pk}"
    return tell.to_employee(reminder.recipient, clock.case, Kind.STAFF_REMINDER, occasion=occasion, at=at, **facts)


def _summary(reminders: Sequence[Reminder], *, at: datetime) -> list[Message]:
    """One message of many reminders to one person; it leads to the board of deadlines."""
    first, board = reminders[0], f"{settings.BASE_URL}{reverse('desk:deadlines')}"
    lines = [
        format_lazy("{} · {} · {}", one.clock.case.reference, one.clock.case.customer.name, one.clock.name)
        for one in reminders
    ]
    facts = {"lines": lines, "how_many": len(lines), "page": board}
    occasion = f"reminder {first.pk}"
    return tell.to_employee(first.recipient, first.clock.case, Kind.STAFF_DIGEST, occasion=occasion, at=at, **facts)


def _draws_near(clock: Clock, *, at: datetime) -> bool:
    return clock.ended_at is None and clock.paused_at is None and clock.due_at > at


def _recipient(case: Case, to: To, roster: Roster) -> Employee | None:
    """Whom a reminder reaches; nobody only where there is no administrator either."""
    return next((person for person in _in_question(case, to, roster) if person is not None), None)


def _in_question(case: Case, to: To, roster: Roster) -> Iterator[Employee | None]:
    """Whom it is for first; where they are missing the other of the two, who would take it, and an administrator."""
    if case.responsible_id is not None:
        if to is To.SUPERIOR:
            yield roster.superior_of(case.responsible_id, case.unit)
        yield roster.answering(case.responsible_id)
        yield roster.superior_of(case.responsible_id, case.unit)
    yield roster.nearest(case.unit, [Tier.MANAGER, Tier.VP])
    yield next(iter(administrators()), None)
