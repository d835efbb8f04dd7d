"""Everything that the periodic jobs do, once and at a moment of one's choice: for the command of the same name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from complaints.fulfilment import queue as fulfilment
from complaints.handling.escalate_overdue import overdue_ids
from complaints.handling.expire_remedy import lapsed_ids
from complaints.handling.expire_voucher import unused_ids
from complaints.handling.let_rest import resting_ids
from complaints.handling.pass_up_approval import undecided_ids
from complaints.handling.prove_ledger import prove_ledger
from complaints.handling.recompute_clocks import changed
from complaints.handling.remind import reminding_ids
from complaints.incoming.queries import unsorted_ids
from complaints.jobs import rounds
from complaints.outbox import queue


@dataclass(frozen=True, slots=True)
class Swept:
    """What was due, and how much of it was taken up."""

    messages: int
    cases: int
    deadlines: int
    reminders: int
    approvals: int
    remedies: int
    rules: int
    mails: int
    orders: int
    moved: int = 0
    sent: int = 0
    closed: int = 0
    handed_up: int = 0
    reminded: int = 0
    passed_up: int = 0
    expired: int = 0
    ordered: int = 0


def due(*, at: datetime) -> Swept:
    """What a sweep would take up, all of it."""
    return Swept(
        messages=queue.how_many_due(at=at),
        cases=len(resting_ids(at=at, limit=None)),
        deadlines=len(overdue_ids(at=at, limit=None)),
        reminders=len(reminding_ids(at=at, limit=None)),
        approvals=len(undecided_ids(at=at, limit=None)),
        remedies=_lapsed(at=at),
        rules=len(changed()),
        mails=len(unsorted_ids(at=at, limit=None)),
        orders=fulfilment.how_many_due(at=at),
    )


def sweep(*, clock: rounds.Now) -> Swept:
    """Receive mail, remind, hand up, let go, close, send and order, in this order, each row in its own transaction.

    Before that deadlines are reckoned anew where a calendar or a time zone was changed: nothing goes up the ladder by
    hours that do not hold any more.
    """
    rules, moved = len(changed()), rounds.recompute(clock=clock)
    mails = rounds.fetch_mail(clock=clock, limit=None)
    found = due(at=clock())
    reminded, handed_up = rounds.remind(clock=clock), rounds.hand_up(clock=clock)
    approvals = len(undecided_ids(at=clock(), limit=None))
    remedies = _lapsed(at=clock())
    passed_up, expired = rounds.pass_up(clock=clock, limit=None), rounds.expire(clock=clock, limit=None)
    rounds.warn_of_trainings(clock=clock, limit=None)
    rounds.watch_causes(clock=clock, limit=None)
    rounds.tell_days(clock=clock)
    rounds.ask_how_it_was(clock=clock, limit=None)
    prove_ledger(at=clock())
    closed = rounds.close_unanswered(clock=clock, limit=None)
    messages = queue.how_many_due(at=clock())
    sent = rounds.send_missed(clock=clock)
    orders = fulfilment.how_many_due(at=clock())
    ordered = rounds.send_orders(clock=clock)
    return replace(
        found,
        rules=rules,
        mails=mails,
        moved=moved,
        messages=messages,
        approvals=approvals,
        remedies=remedies,
        sent=sent,
        closed=closed,
        handed_up=handed_up,
        reminded=reminded,
        passed_up=passed_up,
        expired=expired,
        orders=orders,
        ordered=ordered,
    )


def _lapsed(*, at: datetime) -> int:
    """How many remedies and vouchers have outlived their day."""
    return len(lapsed_ids(at=at, limit=None)) + len(unused_ids(at=at, limit=None))
