"""Reads over remedies: what was given, who is to decide on what, and all that is needed to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils.dateparse import parse_datetime
from djmoney.money import Money

from complaints.cases.models import Case
from complaints.cases.queries import one_visible, visible_to
from complaints.common.errors import NotFound
from complaints.customers.models import Customer
from complaints.remedies.authority import Allowance, allowance
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, Remedy, Voucher
from complaints.remedies.states import MOVES, RemedyMove, RemedyStatus
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may

PAGE: Final = 25
WALK: Final = 1_000  # requests without anybody asked that an inbox looks through
LOOKED_BACK: Final = 500  # newest complaints of one kind that "what similar ones got" is taken from
HISTORY: Final = 20

_NEEDS: Final[dict[RemedyMove, Permission]] = {
    RemedyMove.SUBMIT: Permission.PROPOSE_REMEDY,
    RemedyMove.AUTHORISE: Permission.DECIDE_APPROVAL,
    RemedyMove.REFUSE: Permission.DECIDE_APPROVAL,
    RemedyMove.ASK_BACK: Permission.DECIDE_APPROVAL,
    RemedyMove.ACCEPT: Permission.PROPOSE_REMEDY,
    RemedyMove.DECLINE: Permission.PROPOSE_REMEDY,
    RemedyMove.FULFIL: Permission.FULFIL_REMEDY,
    RemedyMove.WITHDRAW: Permission.PROPOSE_REMEDY,
    RemedyMove.REVERSE: Permission.REVERSE_REMEDY,
}
_TOLD: Final = (RemedyStatus.OFFERED, RemedyStatus.ACCEPTED, RemedyStatus.DECLINED, RemedyStatus.FULFILLED)
_DECIDING: Final = frozenset({RemedyMove.AUTHORISE, RemedyMove.REFUSE, RemedyMove.ASK_BACK})


def remedies_of(case: Case) -> list[Remedy]:
    """The remedies of a case, newest first, with who proposed them and their vouchers."""
    return list(Remedy.objects.filter(case=case).select_related("proposed_by", "voucher").order_by("-pk")[:100])


def offers_to_customer(case: Case) -> list[Remedy]:
    """What the customer may accept or decline now."""
    return list(Remedy.objects.filter(case=case, status=RemedyStatus.OFFERED).order_by("pk")[:100])


def remedies_of_customer(customer: Customer, *, seen_by: Employee) -> list[Remedy]:
    """What a customer was given or offered on complaints that the employee may see, newest first."""
    told = Remedy.objects.exclude(status__in=[RemedyStatus.PROPOSED, RemedyStatus.AWAITING, RemedyStatus.REFUSED])
    theirs = visible_to(seen_by).filter(customer=customer).order_by("-filed_at").values("pk")[:LOOKED_BACK]
    return list(told.filter(case__in=theirs).select_related("case", "proposed_by").order_by("-pk")[:HISTORY])


def legal_moves(remedy: Remedy, employee: Employee) -> list[RemedyMove]:
    """The steps that are legal now and that this employee may take; whether their money suffices shows when they do."""
    own = remedy.proposed_by_id == employee.pk
    return [
        move
        for move, permission in _NEEDS.items()
        if RemedyStatus(remedy.status) in MOVES[move].start
        and may(employee, permission)
        and not (move in _DECIDING and (own or remedy.status != RemedyStatus.AWAITING))
        and not (move == RemedyMove.SUBMIT and not own)
    ]


def voucher_of(employee: Employee, reference: str, remedy: int) -> Voucher:
    """The voucher of a remedy, to be printed; raises NotFound where the employee may not see it."""
    case = one_visible(employee, reference)
    found = Voucher.objects.select_related("remedy").filter(remedy__case=case, remedy=remedy).first()
    if found is None:
        raise NotFound(case=reference)
    return found


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of requests for approval, and the key to go on from."""

    approvals: Sequence[Approval]
    next_key: str = ""


def inbox(employee: Employee, *, after: str = "") -> Inbox:
    """What waits for an employee's decision, the longest waiting first. Keyset pages, no counting.

    Theirs is what they were asked, and what nobody was asked because nobody covered it, on cases they see. What they
    proposed themselves is left out.
    """
    if not may(employee, Permission.DECIDE_APPROVAL):
        return Inbox([])
    live = Approval.objects.filter(decision="").exclude(remedy__proposed_by=employee).order_by("asked_at", "pk")
    live = _beyond(live.select_related("remedy__case__customer", "remedy__case__unit", "remedy__proposed_by"), after)
    walked = Approval.objects.filter(decision="", asked_of=None).order_by("asked_at", "pk").values("pk")
    for_anybody = live.filter(pk__in=_beyond(walked, after)[:WALK], remedy__case__in=visible_to(employee))
    found = [*live.filter(asked_of=employee)[: PAGE + 1], *for_anybody[: PAGE + 1]]
    found.sort(key=lambda one: (one.asked_at, one.pk))
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Inbox(found[:PAGE], f"{last.asked_at.isoformat()}~{last.pk}" if last else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """What complaints of the same kind and severity got: how often each kind, what was declined, and the sums."""

    cases: int
    kinds: Sequence[tuple[RemedyKind, int]]
    answered: int
    declined: int
    least: Money | None = None
    middle: Money | None = None
    most: Money | None = None


def similar_to(case: Case, *, currency: str) -> Similar:
    """What the newest LOOKED_BACK complaints of the same failure type got, where as severe. Sums of one currency."""
    alike = Case.objects.filter(failure_type=case.failure_type_id).exclude(pk=case.pk)
    newest = alike.order_by("-filed_at", "-pk").values("pk")[:LOOKED_BACK]
    told = Remedy.objects.filter(case__in=newest, case__severity=case.severity, status__in=_TOLD)
    if case.failure_type_id is None:
        told = told.none()
    kinds = [(RemedyKind(kind), n) for kind, n in told.values_list("kind").annotate(n=Count("pk")).order_by("-n")]
    counts = told.aggregate(
        cases=Count("case", distinct=True),
        declined=Count("pk", filter=Q(status=RemedyStatus.DECLINED)),
        answered=Count("pk", filter=~Q(status=RemedyStatus.OFFERED)),
    )
    amounts = told.filter(amount_currency=currency, amount__gt=0).values_list("amount", flat=True)
    sums = sorted(Decimal(one) for one in amounts if one is not None)
    if not sums:
        return Similar(kinds=kinds, **counts)
    least, middle, most = (Money(one, currency) for one in (sums[0], median(sums), sums[-1]))
    return Similar(kinds=kinds, **counts, least=least, middle=middle, most=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that is needed to decide on one remedy, on one screen; the customer's story is `cases.queries.story_of`."""

    case: Case
    remedy: Remedy
    asked: Approval | None
    earlier: Sequence[Approval]
    on_this_case: Sequence[Remedy]
    of_this_customer: Sequence[Remedy]
    similar: Similar
    allowance: Allowance

    @property
    def is_covered(self) -> bool:
        """Whether the reader's own authority covers it, as far as can be seen now."""
        return self.allowance.covers(self.remedy.amount, RemedyKind(self.remedy.kind))


def dossier(employee: Employee, reference: str, remedy: int, *, at: datetime) -> Dossier:
    """Everything about one remedy, for whoever is to decide on it; raises NotFound, and RateMissing."""
    case = one_visible(employee, reference)
    found = Remedy.objects.select_related("proposed_by").filter(case=case, pk=remedy).first()
    if found is None:
        raise NotFound(case=reference)
    requests = list(Approval.objects.filter(remedy=found).select_related("asked_of", "decided_by").order_by("-pk")[:50])
    currency = "" if found.amount is None else str(found.amount.currency)
    return Dossier(
        case=case,
        remedy=found,
        asked=next((one for one in requests if not one.decision), None),
        earlier=[one for one in requests if one.decision],
        on_this_case=[one for one in remedies_of(case) if one.pk != found.pk],
        of_this_customer=remedies_of_customer(case.customer, seen_by=employee),
        similar=similar_to(case, currency=currency),
        allowance=allowance(employee, case, at=at, currency=currency, without=found),
    )


def _beyond(rows: QuerySet, after: str) -> QuerySet:  # type: ignore[type-arg] # of rows or of values
    moment, _sep, pk = after.partition("~")
    try:
        at = parse_datetime(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return rows
    return rows.filter(Q(asked_at__gte=at) & (Q(asked_at__gt=at) | Q(pk__gt=int(pk))))
