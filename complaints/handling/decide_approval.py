"""Decide on a remedy beyond somebody's authority. Whoever decides does it with their own, as it is at that moment."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from djmoney.money import Money

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.common.errors import BeyondAuthority, Invalid, OwnProposal
from complaints.common.money import converted
from complaints.common.words import clean
from complaints.handling import tell
from complaints.handling.offer_remedy import authorise_and_offer, note, words_of
from complaints.handling.propose_remedy import checked_amount
from complaints.handling.texts import LONGEST, written
from complaints.outbox.models import Kind
from complaints.remedies import ledger
from complaints.remedies import lifecycle as remedies
from complaints.remedies.authority import Allowance, allowance
from complaints.remedies.models import Decision, LedgerEntry, Remedy
from complaints.remedies.states import RemedyMove
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def approve(
    reference: str,
    *,
    remedy: int,
    by: Employee,
    at: datetime,
    amount: Money | None = None,
    reason: str = "",
    submission: str = "",
) -> Remedy:
    """Approve a remedy, or another sum in its currency: spent from one's own authority, and offered to the customer.

    Sent twice, done once. Locks the case, then the balances. Raises NotFound, NotPermitted, OwnProposal,
    RemedyMovedOn, BeyondAuthority, RateMissing, Invalid.
    """
    reason = clean(reason)[:LONGEST]
    case, item = _locked(reference, remedy, by=by)
    if timeline.has_submission(case, submission):
        return item
    remedies.check(item, RemedyMove.AUTHORISE)
    asked = item.amount
    if amount is not None:
        remedies.worth_another_sum(item, _in_its_currency(checked_amount(amount), item))
    _spend_own(case, item, by=by, at=at)
    remedies.decide(item, Decision.APPROVED, by=by, at=at, reason=reason)
    authorise_and_offer(case, item, by=by, at=at, reason=reason, submission=submission)
    told = Decision.APPROVED if item.amount == asked else "another_amount"
    _tell_proposer(case, item, told, by=by, at=at, reason=reason)
    return item


@transaction.atomic
def refuse(reference: str, *, remedy: int, reason: str, by: Employee, at: datetime, submission: str = "") -> Remedy:
    """Refuse a remedy with a reason; what was set aside for it is released. Locks the case, then the balances."""
    return _turn_down(reference, RemedyMove.REFUSE, remedy=remedy, reason=reason, by=by, at=at, submission=submission)


@transaction.atomic
def ask_back(reference: str, *, remedy: int, question: str, by: Employee, at: datetime, submission: str = "") -> Remedy:
    """Ask whoever proposed it before deciding; what was set aside is released. Locks the case, then the balances."""
    return _turn_down(
        reference, RemedyMove.ASK_BACK, remedy=remedy, reason=question, by=by, at=at, submission=submission
    )


_TURNED_DOWN = {
    RemedyMove.REFUSE: (Decision.REFUSED, Entry.REMEDY_REFUSED),
    RemedyMove.ASK_BACK: (Decision.ASKED_BACK, Entry.APPROVAL_ASKED_BACK),
}


def _turn_down(
    reference: str, move: RemedyMove, *, remedy: int, reason: str, by: Employee, at: datetime, submission: str
) -> Remedy:
    reason = written(reason, field="reason")
    decision, entry = _TURNED_DOWN[move]
    case, item = _locked(reference, remedy, by=by)
    if timeline.has_submission(case, submission):
        return item
    remedies.check(item, move)
    _covering(case, item, by=by, at=at)
    remedies.apply(item, move)
    remedies.decide(item, decision, by=by, at=at, reason=reason)
    ledger.give_back(item, at=at)
    note(case, item, entry, by=by.actor, at=at, reason=reason, submission=submission)
    lifecycle.store(case)
    _tell_proposer(case, item, decision, by=by, at=at, reason=reason)
    return item


def _locked(reference: str, remedy: int, *, by: Employee) -> tuple[Case, Remedy]:
    """The locked case and its remedy, for somebody who may decide and did not propose it."""
    case = lifecycle.lock_for(by, Permission.DECIDE_APPROVAL, reference, move=Move.NOTE)
    item = remedies.of_case(case, remedy)
    if item.proposed_by_id == by.pk:
        raise OwnProposal(case=reference)
    return case, item


def _covering(case: Case, remedy: Remedy, *, by: Employee, at: datetime) -> tuple[Allowance, LedgerEntry | None]:
    """The decider's own allowance, which has to cover the remedy now; and what is set aside for it with them already.

    That hold stays in the month it was made in. Raises BeyondAuthority.
    """
    held = ledger.standing(remedy)
    is_own = held is not None and held.holder_id == by.pk
    month = held.month if held is not None and is_own else None
    own = allowance(by, case, at=at, currency=str(remedy.amount.currency), without=remedy, month=month)
    if own.rule is None or not own.covers(remedy.amount, remedy.kind):
        raise BeyondAuthority
    as_it_is = held is not None and (held.authority_id, held.amount) == (
        own.rule.pk,
        converted(remedy.amount, own.rate),
    )
    return own, held if is_own and as_it_is else None


def _spend_own(case: Case, remedy: Remedy, *, by: Employee, at: datetime) -> None:
    own, held = _covering(case, remedy, by=by, at=at)
    if held is None:
        ledger.queue_for_moving()
        ledger.give_back(remedy, at=at)
        held = ledger.hold(remedy, remedy.amount, own, at=at)
    ledger.spend(held, at=at)


def _in_its_currency(amount: Money, remedy: Remedy) -> Money:
    if amount.currency != remedy.amount.currency:
        raise Invalid(field="amount", sentence=_("Please keep to the currency that was proposed."))
    return amount


def _tell_proposer(case: Case, remedy: Remedy, decision: str, *, by: Employee, at: datetime, reason: str) -> None:
    facts = {"by": by.name, "remedy": words_of(remedy), "decision": str(decision), "reason": reason}
    occasion = f"remedy {remedy.pk} v{case.version}"
    tell.employee(remedy.proposed_by, case, Kind.STAFF_APPROVAL_DECIDED, occasion=occasion, at=at, **facts)
