from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle, links, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.queries import locked
from complaints.cases.states import Move, Outcome, Status
from complaints.common.words import clean
from complaints.handling import tell
from complaints.handling.end_remedies import end_remedies
from complaints.handling.escalate import climb
from complaints.handling.reopen import open_again
from complaints.handling.reopen_for_customer import may_open_again
from complaints.handling.survey import ASKED
from complaints.handling.texts import LONGEST
from complaints.outbox.models import Kind


@transaction.atomic
def answer_resolution(token: str, *, solved: bool, rating: int | None, text: str = "", at: datetime) -> Case:
    """The customer says whether the proposed resolution solved it: yes closes, no opens it again one tier higher.

    After closing they can still say it where they did not before: yes is written down, no opens it again. The same
    answer sent twice is one answer. Locks the case, then the balances. Raises NotFound, MoveNotAllowed.
    """
    case = locked(links.case_behind(token, at=at).reference)
    if case.status == Status.CLOSED and not was_judged(case) and may_open_again(case, at=at):
        return _after_closing(case, solved=solved, rating=rating, text=clean(text)[:LONGEST], at=at)
    if case.solved is solved and case.status != Status.RESOLVED:
        return case
    move = Move.ACCEPT if solved else Move.REFUSE
    lifecycle.check(case, move)
    actor, text = case.customer.actor, clean(text)[:LONGEST]
    case.solved, case.handling_rating = solved, rating
    if solved:
        lifecycle.apply(case, move, at=at, outcome=Outcome.SOLVED)
        timeline.record(case, Entry.RESOLUTION_ACCEPTED, by=actor, at=at, text=text, rating=rating)
        end_remedies(case, by=actor, at=at)
        tell.customer(case, Kind.CLOSED, occasion=f"v{case.version}", at=at, outcome=Outcome.SOLVED.value)
        return case
    timeline.record(case, Entry.RESOLUTION_REFUSED, by=actor, at=at, text=text, rating=rating)
    case.reopened_count += 1
    if not climb(case, move=move, by=actor, at=at, reason=text, told=Kind.REOPENED):
        lifecycle.apply(case, move, at=at)
        tell.responsible(case, Kind.STAFF_CUSTOMER_ANSWERED, occasion=f"v{case.version}", at=at, text=text)
        tell.customer(case, Kind.REOPENED, occasion=f"v{case.version}", at=at)
    return case


def was_judged(case: Case) -> bool:
    """Whether nothing is left to ask about how a complaint ended: the customer said so, or ended it themselves."""
    if case.outcome not in ASKED:
        return True
    return case.timeline.filter(kind=Entry.RESOLUTION_ACCEPTED).exists()


def _after_closing(case: Case, *, solved: bool, rating: int | None, text: str, at: datetime) -> Case:
    """Take the answers to the survey on a locked, closed case."""
    customer, had_it = case.customer.actor, case.responsible
    kind = Entry.RESOLUTION_ACCEPTED if solved else Entry.RESOLUTION_REFUSED
    case.handling_rating = rating
    timeline.record(case, kind, by=customer, at=at, text=text, rating=rating)
    if solved:
        case.solved = True
        lifecycle.store(case)
        return case
    open_again(case, responsible=had_it if had_it is not None and had_it.is_active else None, at=at)
    occasion = f"v{case.version}"
    tell.responsible(case, Kind.STAFF_CUSTOMER_ANSWERED, occasion=occasion, at=at, text=text)
    tell.customer(case, Kind.REOPENED, occasion=occasion, at=at)
    return case
