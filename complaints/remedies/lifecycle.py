"""Change a remedy and the requests to approve it: their only writer, under the lock of the case."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from djmoney.money import Money

from complaints.cases.models import Case
from complaints.common.errors import NotFound, RemedyMovedOn
from complaints.common.money import CENT
from complaints.common.tokens import new_voucher_code
from complaints.remedies.models import Approval, Decision, PlaybookVersion, Remedy, Voucher
from complaints.remedies.states import MOVES, RemedyMove, RemedyStatus
from complaints.remedies.worth import Reckoning
from complaints.staff.models import Employee, Tier

UNDECIDED_FOR: Final = timedelta(days=30)
"""How long a proposal may hold money before it is let go."""

OFFERED_FOR: Final = timedelta(days=90)
"""How long a customer may think about an offer."""

VOUCHER_GOOD_FOR: Final = timedelta(days=365)


def propose(
    case: Case,
    kind: str,
    *,
    amount: Money | None,
    cost: Decimal | None,
    words: str,
    reason: str,
    by: Employee,
    at: datetime,
    submission: str,
    playbook: PlaybookVersion | None = None,
    reckoning: Reckoning | None = None,
) -> Remedy:
    """Store a proposal, with the playbook in force and what it was reckoned to be worth."""
    facts = {} if amount is None else {"amount": amount.amount, "amount_currency": str(amount.currency)}
    return Remedy.objects.create(
        case=case,
        kind=kind,
        status=RemedyStatus.PROPOSED,
        cost=cost,
        words=words,
        reason=reason,
        proposed_by=by,
        proposed_at=at,
        lapses_at=at + UNDECIDED_FOR,
        submission=submission or None,
        playbook=playbook,
        reckoning=reckoning.facts() if reckoning else None,
        **facts,
    )


def worth_another_sum(remedy: Remedy, amount: Money) -> None:
    """Let a remedy that is not authorised yet be worth another sum; what it costs us goes with it, to the cent."""
    if remedy.cost is not None and remedy.amount is not None:
        remedy.cost = (remedy.cost * amount.amount / remedy.amount.amount).quantize(CENT, ROUND_HALF_UP)
    remedy.amount = amount


def of_case(case: Case, remedy: int) -> Remedy:
    """One remedy of a locked case; raises NotFound."""
    found = Remedy.objects.select_related("proposed_by").filter(case=case, pk=remedy).first()
    if found is None:
        raise NotFound(case=case.reference)
    return found


def standing_at(case: Case, statuses: Collection[RemedyStatus]) -> list[Remedy]:
    """The remedies of a locked case that stand at one of some statuses, oldest first."""
    return list(Remedy.objects.select_related("proposed_by").filter(case=case, status__in=statuses).order_by("pk"))


def check(remedy: Remedy, move: RemedyMove) -> None:
    """Raise RemedyMovedOn unless the move is legal now."""
    if RemedyStatus(remedy.status) not in MOVES[move].start:
        raise RemedyMovedOn(move=move, status=remedy.status)


def apply(remedy: Remedy, move: RemedyMove, **changes: Any) -> None:
    """Make one legal move, with the facts named in `changes`; the verb that calls this writes the timeline."""
    check(remedy, move)
    for name, value in changes.items():
        setattr(remedy, name, value)
    remedy.status = MOVES[move].end
    remedy.save()


def ask(remedy: Remedy, *, of: Employee | None, tier: Tier | None, due_at: datetime | None, at: datetime) -> Approval:
    """Ask somebody, or where nobody can whoever may, to decide on a remedy."""
    amount: Money = remedy.amount
    return Approval.objects.create(
        remedy=remedy, asked_of=of, tier=tier or "", due_at=due_at, asked_at=at, amount_asked=amount.amount
    )


def asked(remedy: Remedy) -> Approval | None:
    """The request that nobody has decided on yet."""
    return Approval.objects.filter(remedy=remedy, decision="").select_related("asked_of").first()


def decide(remedy: Remedy, decision: Decision, *, by: Employee | None, at: datetime, reason: str = "") -> None:
    """End the request that waits, if there is one."""
    Approval.objects.filter(remedy=remedy, decision="").update(
        decision=decision, decided_by=by, decided_at=at, reason=reason
    )


def issue_voucher(remedy: Remedy, *, at: datetime) -> Voucher:
    """Make the voucher that a remedy stands for."""
    return Voucher.objects.create(
        remedy=remedy, code=new_voucher_code(), issued_at=at, expires_at=at + VOUCHER_GOOD_FOR
    )
