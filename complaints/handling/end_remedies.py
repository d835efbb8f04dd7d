"""What becomes of the remedies of a case that is closed; and how one that was not given yet is let go."""

from __future__ import annotations

from datetime import datetime

from django.utils.functional import Promise

from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Outcome
from complaints.common.actors import Actor
from complaints.handling import tell
from complaints.handling.offer_remedy import note, words_of
from complaints.outbox.models import Kind
from complaints.remedies import ledger
from complaints.remedies import lifecycle as remedies
from complaints.remedies.models import Decision, Remedy
from complaints.remedies.states import ENDED_BY, RemedyMove, RemedyStatus
from complaints.staff.models import Employee


def end_remedies(case: Case, *, by: Actor, at: datetime, closed_by: Employee | None = None) -> list[Promise | str]:
    """Withdraw what a case that was just closed leaves open, by its outcome; return the offers the customer loses.

    What was accepted stays to be given. For a locked case; locks the balances.
    """
    leaving = remedies.standing_at(case, ENDED_BY[Outcome(case.outcome)])
    if len(leaving) > 1:
        ledger.queue_for_moving()
    lost = [words_of(one) for one in leaving if one.status == RemedyStatus.OFFERED]
    for one in leaving:
        let_go(case, one, Entry.REMEDY_ENDED, by=by, decided_by=closed_by, at=at)
    return lost


def let_go(
    case: Case,
    remedy: Remedy,
    entry: Entry,
    *,
    by: Actor,
    decided_by: Employee | None,
    at: datetime,
    reason: str = "",
) -> None:
    """Withdraw a remedy that was not given yet: what it took is released, and who was to decide is told.

    The customer sees it where they had been offered it. For a locked case; locks the balances.
    """
    was_offered = remedy.status == RemedyStatus.OFFERED
    asked = remedies.asked(remedy)
    remedies.apply(remedy, RemedyMove.WITHDRAW)
    remedies.decide(remedy, Decision.DROPPED, by=decided_by, at=at, reason=reason)
    ledger.give_back(remedy, at=at)
    note(case, remedy, entry, by=by, at=at, public=was_offered, reason=reason)
    if asked is not None and asked.asked_of != decided_by:
        facts = {"remedy": words_of(remedy), "reason": reason, "page": tell.page_of_approval(asked.pk)}
        occasion = f"approval {asked.pk}"
        tell.employee(asked.asked_of, case, Kind.STAFF_APPROVAL_DROPPED, occasion=occasion, at=at, **facts)
