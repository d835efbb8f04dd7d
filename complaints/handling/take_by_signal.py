from __future__ import annotations

from datetime import datetime

from complaints.cases import clocks, lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.common.actors import SYSTEM
from complaints.common.rulebook import Mark
from complaints.escalation.urgent import signal
from complaints.handling.promises import promise_of


def take_by_signal(case: Case, edition: Mark | None, *, said: str, at: datetime) -> TimelineEntry | None:
    """Take the customer of a case for the kind of complainer that a rule sees in what they have just said.

    Changes the case in memory, and gives the entry of that, for the caller to store; None where no rule says so.
    Nobody is taken for less than they were.
    """
    rule = signal(case, edition, said=said)
    if rule is None:
        return None
    case.complainer = rule.takes_as
    return timeline.entry(case, Entry.TAKEN_FOR, by=SYSTEM, at=at, complainer=rule.takes_as, rule=rule.name)


def hold_by_signal(case: Case, edition: Mark | None, *, said: str, at: datetime) -> None:
    """The same on a locked case, stored, and held to the standard that fits such a customer, where that is another."""
    entry = take_by_signal(case, edition, said=said, at=at)
    if entry is None:
        return
    entry.save(force_insert=True)
    promise = promise_of(case, edition)
    before = case.standard.standard_id if case.standard else None
    if promise.version is not None and promise.version.standard_id != before:
        case.standard = promise.version
        clocks.store(clocks.held_to(case, promise.targets, at=at))
        why = promise.version.standard.name
        timeline.record(case, Entry.DEADLINES_MOVED, by=SYSTEM, at=at, why=why)
    lifecycle.store(case)
