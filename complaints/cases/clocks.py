"""The clocks of a case, written under its lock. What they compute is the business of `standards.hours`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from complaints.cases.models import NOT_DUE, Case, Clock
from complaints.cases.states import Status
from complaints.common.by_key import ByKey
from complaints.common.inserting import insert_rows
from complaints.standards import hours
from complaints.standards.calendars import hours_of
from complaints.standards.models import BusinessCalendar, ClockKind, Target
from complaints.standards.reminding import Plan, To, due_entry, next_reminder

_UNENDED: Final = ByKey(lambda: Clock.objects.filter(ended_at__isnull=True).order_by("due_at", "pk"), key="case")


def promised(case: Case, targets: Iterable[Target], *, at: datetime) -> list[Clock]:
    """The clocks of a case, one for each target, running from `at`; not yet stored."""
    return [
        new(
            case,
            ClockKind(target.kind),
            target.minutes,
            at=at,
            calendar=target.calendar,
            label=target.label,
            reminders=target.reminders,
        )
        for target in targets
    ]


def new(
    case: Case,
    kind: ClockKind,
    minutes: int,
    *,
    at: datetime,
    calendar: BusinessCalendar | None,
    label: str = "",
    reminders: Plan = (),
) -> Clock:
    """One clock that runs from `at`, in business time of a calendar or, without one, in calendar time; not stored."""
    plan = [{key: value for key, value in entry.items() if key != "done"} for entry in reminders]
    clock = Clock(
        case=case,
        kind=kind,
        label=label,
        calendar=calendar,
        started_at=at,
        budget=timedelta(minutes=minutes),
        pauses=[],
        reminders=plan,
    )
    reckon(clock)
    return clock


def reckon(clock: Clock) -> None:
    """Work out anew, from the facts alone, when a clock is due and when somebody is reminded of it next."""
    open_hours = hours_of(clock.calendar)
    clock.due_at = hours.due_at(open_hours, clock.started_at, clock.budget, clock.past_pauses)
    clock.remind_at = next_reminder(
        clock.reminders, open_hours, clock.started_at, clock.budget, clock.past_pauses, zone=clock.case.unit.time_zone
    )


def take_reminders(clock: Clock, *, at: datetime) -> dict[To, int]:
    """Mark the reminders whose moment has come as given; for each of those they go to, the last one's number."""
    come: dict[To, int] = {}
    while clock.remind_at is not None and clock.remind_at <= at:
        number = due_entry(clock.reminders, hours_of(clock.calendar), clock.started_at, clock.budget, clock.past_pauses)
        clock.reminders = [{**one, "done": True} if n == number else one for n, one in enumerate(clock.reminders)]
        come[To(clock.reminders[number]["to"])] = number
        reckon(clock)
    return come


def rest(clock: Clock, *, at: datetime) -> Clock:
    """Let an unstored clock stand still from its first moment on."""
    clock.paused_at = at
    return clock


def live(case: Case) -> list[Clock]:
    """The clocks that have not ended, running or resting, with their calendars."""
    found = list(
        Clock.objects.filter(case=case, ended_at__isnull=True).select_related("calendar").order_by("due_at", "pk")
    )
    for clock in found:
        clock.case = case
    return found


def unended(case: Case) -> list[Clock]:
    """The clocks that have not ended, as `live` gives them, but their calendars only where they are asked for."""
    found = _UNENDED.all(case.pk)
    for clock in found:
        clock.case = case
    return found


def next_due(live: Iterable[Clock]) -> datetime:
    """When the next of the live clocks of a case that run runs out; NOT_DUE while none runs."""
    return min((clock.due_at for clock in live if clock.paused_at is None), default=NOT_DUE)


def pause(case: Case, *, at: datetime) -> None:
    """Let every running clock stand still: it is the customer's turn."""
    Clock.objects.filter(case=case, ended_at__isnull=True, paused_at__isnull=True).update(paused_at=at)


def resume(case: Case, *, at: datetime) -> None:
    """Let every resting clock run on with exactly the budget it had left."""
    for clock in live(case):
        if clock.paused_at is not None:
            _wake(clock, at=at)
            clock.save(update_fields=["pauses", "paused_at", "due_at", "remind_at"])


def start(case: Case, targets: Iterable[Target], *, at: datetime) -> None:
    """Start the promised clocks that are not live already: on a case that is opened again.

    One that was missed ends as missed: what comes now is a new promise, and nobody is overdue from its first minute.
    """
    there = set()
    for clock in live(case):
        if clock.missed_at is None:
            there.add((clock.kind, clock.label))
        else:
            _end(clock, at=at)
    Clock.objects.bulk_create(
        clock for clock in promised(case, targets, at=at) if (clock.kind, clock.label) not in there
    )


def start_tier(
    case: Case, minutes: int | None, *, calendar: BusinessCalendar | None, at: datetime, live: Sequence[Clock]
) -> list[Clock]:
    """Give the tier that has the case now its own deadline instead of that of the tier before; the live clocks then.

    It rests with the others while it is the customer's turn.
    """
    others = [clock for clock in live if clock.kind != ClockKind.TIER]
    if len(others) < len(live):
        drop(case, {ClockKind.TIER}, at=at)
    if not minutes:
        return others
    tier = new(case, ClockKind.TIER, minutes, at=at, calendar=calendar)
    _set_going(tier, at=at)
    return [*others, tier]


def next_ahead(live: Iterable[Clock], *, at: datetime, kind: ClockKind | None = None) -> datetime | None:
    """When the next of live clocks runs out, of one kind or of any, that has not done so yet; None where none will."""
    ahead = (clock.due_at for clock in live if clock.paused_at is None and kind in {None, clock.kind})
    return min((due_at for due_at in ahead if due_at > at), default=None)


def run_out(clocks: Iterable[Clock], *, at: datetime) -> list[Clock]:
    """Those of live clocks that are overdue at a moment, while nobody acted on that yet."""
    return [clock for clock in clocks if clock.has_run_out(at=at)]


def codes_of(clocks: Iterable[Clock]) -> str:
    """What clocks are for, as the timeline keeps it: `sentences.deadline_names` tells it in the reader's language."""
    return ", ".join(dict.fromkeys(clock.label or clock.kind for clock in clocks))


def act_on(run_out: Sequence[Clock], *, at: datetime) -> None:
    """Mark clocks that have run out as acted on: nobody is reminded of them any more."""
    for clock in run_out:
        clock.missed_at, clock.remind_at = at, None
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE complaints_clock SET missed_at = %s, remind_at = NULL WHERE id = ANY(%s)",
            [at, [clock.pk for clock in run_out]],
        )


def meet(case: Case, kinds: Collection[ClockKind], *, at: datetime) -> None:
    """End the clocks whose demand was met at a moment; a regular update starts its next round there.

    Judged by the moment it happened: one that was due before it stays missed.
    """
    for clock in live(case):
        if clock.kind not in kinds or clock.started_at > at:
            continue
        rests_since = clock.paused_at
        _end(clock, at=at)
        if clock.kind == ClockKind.UPDATE:
            minutes = round(clock.budget / timedelta(minutes=1))
            following = new(
                case,
                ClockKind.UPDATE,
                minutes,
                at=at,
                calendar=clock.calendar,
                label=clock.label,
                reminders=clock.reminders,
            )
            following.paused_at = None if rests_since is None else max(rests_since, at)
            following.save()


def drop(case: Case, kinds: Collection[ClockKind], *, at: datetime) -> None:
    """End clocks that nobody has to meet any more."""
    Clock.objects.filter(case=case, kind__in=kinds, ended_at__isnull=True).update(ended_at=at, dropped=True)


def close(case: Case, *, put_right_at: datetime | None, at: datetime) -> None:
    """End every clock with the case: putting right is met by the resolution that held, all else is dropped."""
    if put_right_at is not None:
        for clock in live(case):
            if clock.kind == ClockKind.RESOLVE:
                _end(clock, at=put_right_at)
    Clock.objects.filter(case=case, ended_at__isnull=True).update(ended_at=at, dropped=True)


def revive(case: Case, *, ended_at: datetime) -> None:
    """Let the clocks that were dropped at a moment run on, as though they had never been: they end where they would."""
    for clock in Clock.objects.filter(case=case, ended_at=ended_at, dropped=True).select_related("calendar"):
        clock.case = case
        clock.ended_at, clock.dropped = None, False
        reckon(clock)
        clock.save(update_fields=["ended_at", "dropped", "due_at", "remind_at"])


def held_to(case: Case, targets: Iterable[Target], *, at: datetime) -> list[Clock]:
    """The open clocks of a case as other targets would have them, not stored: due anew, from their own start.

    They keep the pauses they have had. One whose kind the targets do not name is dropped, but for the deadline of a
    tier; one they name that never ran starts with the others, and has rested whenever they did.
    """
    rested: list[Any] = max(Clock.objects.filter(case=case).values_list("pauses", flat=True), key=len, default=[])
    wanted = {(target.kind, target.label): target for target in targets}
    held = live(case)
    resting = next((clock for clock in held if clock.paused_at is not None), None)
    for clock in held:
        target = wanted.pop((clock.kind, clock.label), None)
        if target is not None:
            clock.budget, clock.calendar = timedelta(minutes=target.minutes), target.calendar
            clock.reminders = _replanned(clock.reminders, target.reminders)
            reckon(clock)
        elif clock.kind != ClockKind.TIER:
            clock.ended_at, clock.dropped = at, True
        clock.missed_at = clock.missed_at if clock.due_at <= at else None
    had = set(Clock.objects.filter(case=case).values_list("kind", "label"))
    at_work = Status(case.status) == Status.OPEN
    # a case that was taken over from elsewhere is open and rests: its first moment with us is when its clocks began
    start = resting.started_at if resting and at_work else case.filed_at
    for clock in promised(case, (wanted[key] for key in wanted if key not in had), at=start):
        clock.pauses = rested
        clock.paused_at = resting.paused_at if resting else None if at_work else at
        reckon(clock)
        held.append(clock)
    return held


def store(held: Iterable[Clock]) -> None:
    """Write clocks that were reckoned for other targets, under the lock of their case."""
    for clock in held:
        clock.save()


def recompute(case: Case, *, at: datetime) -> bool:
    """Reckon every open clock anew, after its calendar changed; True when a deadline moved.

    One that had run out and now has time left runs again.
    """
    moved = False
    for clock in live(case):
        before = clock.due_at, clock.remind_at
        reckon(clock)
        if (clock.due_at, clock.remind_at) != before:
            moved = moved or clock.due_at != before[0]
            clock.missed_at = clock.missed_at if clock.due_at <= at else None
            clock.save(update_fields=["due_at", "remind_at", "missed_at"])
    return moved


def _wake(clock: Clock, *, at: datetime) -> None:
    """Let a resting clock run on, with the pause it has had."""
    if clock.paused_at is not None and at > clock.paused_at:
        clock.pauses = [*clock.pauses, [clock.paused_at.isoformat(), at.isoformat()]]
    clock.paused_at = None
    reckon(clock)


def _end(clock: Clock, *, at: datetime) -> None:
    """End a clock at the moment its demand was met; while it rested it used nothing up."""
    if clock.paused_at is not None:
        _wake(clock, at=at)
    clock.ended_at = at
    clock.save(update_fields=["pauses", "paused_at", "due_at", "ended_at"])


def _set_going(clock: Clock, *, at: datetime) -> None:
    """Store a clock that runs while it is our turn, and else rests from now on."""
    if Status(clock.case.status) != Status.OPEN:
        rest(clock, at=at)
    insert_rows(clock)


def _replanned(given: Plan, wanted: Plan) -> list[dict[str, Any]]:
    """A new plan behind the old one, which is done with: what was given stays given, and numbers keep their meaning."""
    kept = [{**entry, "done": True} for entry in given]
    was_given = [{**entry} for entry in given if entry.get("done")]
    return kept + [{**entry} for entry in wanted if {**entry, "done": True} not in was_given]
