"""What customers wish of our messages: to be left alone at night, and not to hear that nothing has happened yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from complaints.cases.models import Case
from complaints.common.rulebook import edition
from complaints.customers.models import UNSHOWN
from complaints.customers.quiet import quiet_until
from complaints.escalation.urgent import cannot_wait
from complaints.outbox.models import ANSWERS_AT_ONCE, ONLY_PROGRESS, Message


@dataclass(slots=True)
class Wished:
    """Claimed messages by what becomes of them: some go, some nobody wants, some wait until a moment."""

    going: list[Message] = field(default_factory=list)
    unwanted: list[Message] = field(default_factory=list)
    waiting: list[tuple[Message, datetime]] = field(default_factory=list)


def as_wished(claimed: Sequence[Message], *, at: datetime) -> Wished:
    """Sort messages by what their customers wish now, in one query; the answer itself is never held back for good.

    Quiet hours are those of the unit whose case it is. What cannot wait goes through the night.
    """
    cases, told = _with_wishes(claimed), Wished()
    for message in claimed:
        case = cases.get(message.about) if message.to_customer else None
        if case is None:
            told.going.append(message)
        elif case.customer.no_progress and message.kind in ONLY_PROGRESS:
            told.unwanted.append(message)
        elif until := _rests(message, case, at=at):
            told.waiting.append((message, until))
        else:
            told.going.append(message)
    return told


def _with_wishes(claimed: Sequence[Message]) -> dict[str, Case]:
    """The cases of those customers who have a wish, by reference."""
    about = {message.about for message in claimed if message.to_customer}
    if not about:
        return {}
    cases = Case.objects.filter(reference__in=about).select_related("customer", "unit", "failure_type").defer(*UNSHOWN)
    wishing = cases.filter(customer__no_progress=True) | cases.filter(customer__quiet_from__isnull=False)
    return {case.reference: case for case in wishing}


def _rests(message: Message, case: Case, *, at: datetime) -> datetime | None:
    """Until when a message waits for quiet hours to end; None where it goes."""
    begins, ends = case.customer.quiet_from, case.customer.quiet_until
    if begins is None or ends is None or message.kind in ANSWERS_AT_ONCE:
        return None
    until = quiet_until(at, begins=begins, ends=ends, zone=case.unit.time_zone)
    return None if until is None or cannot_wait(case, edition()) else until
