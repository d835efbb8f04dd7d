from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from djmoney.money import Money

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.common.errors import BeyondAuthority, Invalid, NotPermitted
from complaints.common.money import CENT, MOST
from complaints.common.rulebook import Mark, edition
from complaints.common.words import clean, clean_line
from complaints.handling.ask_approval import ask_approval
from complaints.handling.offer_remedy import authorise_and_offer, note
from complaints.handling.texts import LONGEST, written
from complaints.remedies import ledger
from complaints.remedies import lifecycle as remedies
from complaints.remedies.authority import allowance
from complaints.remedies.catalogue import catalogue, cost_of, is_tangible
from complaints.remedies.models import Remedy
from complaints.remedies.playbooks import playbook_for, weights_in
from complaints.remedies.states import RemedyMove
from complaints.remedies.worth import Parts, Reckoning, reckon
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyFacts:
    """What is proposed: its worth to the customer, its cost to us where they differ, the words they get, and why.

    With a proof (for a voucher an empty one) the customer takes it on the spot, if one's own authority suffices. The
    parts say what it should be worth; that advises, and refuses nothing.
    """

    kind: str
    words: str
    amount: Money | None = None
    cost: Decimal | None = None
    reason: str = ""
    proof: str | None = None
    parts: Parts | None = None


@transaction.atomic
def propose_remedy(
    reference: str,
    facts: RemedyFacts,
    *,
    by: Employee,
    at: datetime,
    seen_version: int | None = None,
    submission: str = "",
) -> Remedy:
    """Put something right: offered at once within one's own authority, beyond it sent to a superior for approval.

    The same form sent twice is one remedy. Locks the case, then the balances it would be taken from. Raises Invalid,
    NotFound, NotPermitted, ChangedMeanwhile, MoveNotAllowed, RateMissing.
    """
    facts = _checked(facts)
    case = lifecycle.lock_for(by, Permission.PROPOSE_REMEDY, reference, move=Move.NOTE)
    earlier = Remedy.objects.filter(case=case, submission=submission).first() if submission else None
    if earlier is not None:
        return earlier
    lifecycle.check_version(case, seen_version)
    lifecycle.check(case, Move.PROPOSE_REMEDY)
    mark = edition()
    _check_offered(facts, mark)
    guidance = playbook_for(case.failure_type, case.severity, mark)
    remedy = remedies.propose(
        case,
        facts.kind,
        amount=facts.amount,
        cost=cost_of(facts.kind, facts.amount, mark) if facts.cost is None and facts.amount else facts.cost,
        words=facts.words,
        reason=facts.reason,
        by=by,
        at=at,
        submission=submission,
        playbook=guidance.version if guidance else None,
        reckoning=_reckoned(facts, mark),
    )
    note(case, remedy, Entry.REMEDY_PROPOSED, by=by.actor, at=at, reason=facts.reason)
    _decide_or_ask(case, remedy, by=by, at=at, proof=facts.proof)
    return remedy


@transaction.atomic
def answer_question(
    reference: str,
    *,
    remedy: int,
    text: str,
    by: Employee,
    at: datetime,
    amount: Money | None = None,
    submission: str = "",
) -> Remedy:
    """Answer what an approver asked back, perhaps with another sum; then it is decided or asked for anew.

    Sent twice, done once. Locks the case, then the balances. Raises NotPermitted for anybody but who proposed it, and
    RemedyMovedOn.
    """
    text = written(text)
    case = lifecycle.lock_for(by, Permission.PROPOSE_REMEDY, reference, move=Move.PROPOSE_REMEDY)
    item = remedies.of_case(case, remedy)
    if timeline.has_submission(case, submission):
        return item
    remedies.check(item, RemedyMove.SUBMIT)
    if item.proposed_by_id != by.pk:
        raise NotPermitted(case=reference)
    if amount is not None:
        remedies.worth_another_sum(item, checked_amount(amount))
    item.reason = f"{item.reason}\n\n{text}".strip()
    note(case, item, Entry.APPROVAL_ANSWERED, by=by.actor, at=at, reason=text, submission=submission)
    _decide_or_ask(case, item, by=by, at=at)
    return item


def _reckoned(facts: RemedyFacts, mark: Mark | None) -> Reckoning | None:
    """What it should be worth in its currency; None where it costs no money, or nobody has said what trouble weighs."""
    if facts.amount is None or facts.parts is None:
        return None
    weights = weights_in(str(facts.amount.currency), mark)
    return None if weights is None else reckon(facts.parts, weights)


def _decide_or_ask(case: Case, remedy: Remedy, *, by: Employee, at: datetime, proof: str | None = None) -> None:
    if _taken_from_own(case, remedy, by=by, at=at):
        authorise_and_offer(case, remedy, by=by, at=at, proof=proof)
    else:
        remedies.apply(remedy, RemedyMove.SUBMIT)
        ask_approval(case, remedy, above=by.tier, by=by.actor, at=at)


def _taken_from_own(case: Case, remedy: Remedy, *, by: Employee, at: datetime) -> bool:
    """Spend a remedy from the employee's own authority; what takes no money needs none."""
    if remedy.amount is None:
        return True
    own = allowance(by, case, at=at, currency=str(remedy.amount.currency))
    if not own.covers(remedy.amount, remedy.kind):
        return False
    try:
        with transaction.atomic():  # both or neither: what cannot be spent is not held either
            ledger.spend(ledger.hold(remedy, remedy.amount, own, at=at), at=at)
    except BeyondAuthority:  # somebody else was faster
        return False
    return True


def _checked(facts: RemedyFacts) -> RemedyFacts:
    """The facts, cleaned; raises Invalid where a sum is missing, is none, or has no place."""
    amount = facts.amount
    if is_tangible(facts.kind):
        amount = checked_amount(amount)
    elif amount is not None:
        raise Invalid(field="amount", sentence=_("This takes no money."))
    if facts.cost is not None and not (0 <= facts.cost <= MOST and facts.cost == facts.cost.quantize(CENT)):
        raise Invalid(field="cost", sentence=_("This is not an amount of money."))
    return replace(
        facts,
        amount=amount,
        words=written(facts.words, field="words"),
        reason=clean(facts.reason)[:LONGEST],
        proof=None if facts.proof is None else clean_line(facts.proof)[:120],
    )


def _check_offered(facts: RemedyFacts, mark: Mark | None) -> None:
    """Raise Invalid for what is not in the catalogue, or no longer offered."""
    found = catalogue(mark).get(facts.kind)
    if found is None or not found.is_active:
        raise Invalid(field="kind", sentence=_("This kind of remedy is not offered any more."))


def checked_amount(amount: Money | None) -> Money:
    """A sum of money in whole cents; raises Invalid for any other."""
    if amount is None or not (0 < amount.amount <= MOST and amount.amount == amount.amount.quantize(CENT)):
        raise Invalid(field="amount", sentence=_("This is not an amount of money."))
    return amount
