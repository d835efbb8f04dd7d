from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle, links, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.queries import locked
from complaints.cases.states import MOVES, Move, Status
from complaints.common.errors import ChangedMeanwhile, TopOfLadder
from complaints.common.words import clean
from complaints.escalation.ladder import Rung, next_rung
from complaints.handling.escalate import climb
from complaints.handling.texts import written


@transaction.atomic
def climb_for_customer(
    token: str, *, text: str = "", at: datetime, submission: str = "", seen_step: int | None = None
) -> Case:
    """The customer wants somebody higher to look at it; asked twice with one form, it climbs one step.

    Words are not needed; those that come are kept on the timeline. `seen_step` is where the case stood when the
    customer was told who comes next; None where they were not. Locks the case. Raises NotFound, MoveNotAllowed,
    TopOfLadder, ChangedMeanwhile where somebody else would come next by now, and Invalid for endless words.
    """
    said = written(text) if clean(text) else ""
    case = locked(links.case_behind(token, at=at).reference)
    if timeline.has_submission(case, submission):
        return case
    lifecycle.check(case, Move.CLIMB)
    if offered_rung(case, at=at) is None:
        raise TopOfLadder(case=case.reference)
    if seen_step is not None and seen_step != case.step:
        raise ChangedMeanwhile(case=case.reference)
    actor = case.customer.actor
    if said:
        timeline.record(case, Entry.CUSTOMER_ANSWERED, by=actor, at=at, text=said)
    climb(case, move=Move.CLIMB, by=actor, at=at, reason=said, submission=submission)
    return case


def offered_rung(case: Case, *, at: datetime) -> Rung | None:
    """Who would look at it next, told to the customer before they ask; None where they cannot ask."""
    if Status(case.status) not in MOVES[Move.CLIMB].start:
        return None
    return next_rung(case.unit, case.step, at=at)
