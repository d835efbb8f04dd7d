"""Reads over remedies: what was given, who is to decide on what, and all that is needed to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final

from django.db.models import OuterRef, Q, QuerySet, Subquery
from djmoney.money import Money

from complaints.cases.models import Case
from complaints.cases.queries import one_visible, visible_to
from complaints.common.errors import NotFound
from complaints.common.keyset import Key, beyond, read_id, read_key
from complaints.common.tokens import read_voucher_code
from complaints.customers.models import Customer
from complaints.remedies.authority import Allowance, allowance
from complaints.remedies.catalogue import name_of_remedy
from complaints.remedies.models import Approval, LedgerEntry, LedgerKind, Remedy, Voucher
from complaints.remedies.states import MOVES, RemedyMove, RemedyStatus
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import sees_whole_organisation, stood_in_for, visible_units

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
    """The remedies of a case, newest first, with who proposed them, their vouchers, and whose money each took last."""
    taken = LedgerEntry.objects.filter(remedy=OuterRef("pk"), kind=LedgerKind.HOLD).order_by("-pk").values("holder")[:1]
    theirs = Remedy.objects.filter(case=case).select_related("proposed_by", "voucher")
    return list(theirs.annotate(taken_from=Subquery(taken)).order_by("-pk")[:100])


def offers_to_customer(case: Case) -> list[Remedy]:
    """What the customer may accept or decline now."""
    return list(Remedy.objects.filter(case=case, status=RemedyStatus.OFFERED).order_by("pk")[:100])


def last_requests(remedies: Collection[Remedy]) -> dict[int, Approval]:
    """The newest request for approval of each remedy that was ever asked for, in one query."""
    asked = Approval.objects.filter(remedy__in=[one.pk for one in remedies]).select_related("asked_of", "decided_by")
    return {one.remedy_id: one for one in asked.order_by("pk")}


def given_to_customer(case: Case) -> list[Remedy]:
    """What the customer has accepted or got on a case, worth a sum, with its voucher."""
    theirs = Remedy.objects.filter(case=case, status__in=[RemedyStatus.ACCEPTED, RemedyStatus.FULFILLED])
    return list(theirs.filter(amount__isnull=False).select_related("voucher").order_by("pk")[:100])


@dataclass(frozen=True, slots=True)
class ToGive:
    """One page of what customers accepted and do not have yet, and the key to go on from."""

    remedies: Sequence[Remedy]
    next_key: str = ""


def to_give(employee: Employee, *, after: str = "") -> ToGive:
    """What customers accepted in the units an employee sees and nobody has given yet, the oldest proposal first.

    Its complaint may be closed. Keyset pages, no counting: at most WALK of everybody's are looked through for one.
    """
    accepted = Remedy.objects.filter(status=RemedyStatus.ACCEPTED).order_by("pk")
    last = read_id(after)
    if last is not None:
        accepted = accepted.filter(pk__gt=last)
    walked = list(accepted.values_list("pk", flat=True)[:WALK])
    found = accepted.filter(pk__in=walked, case__in=visible_to(employee))
    page = list(found.select_related("case__customer", "case__unit", "proposed_by")[: PAGE + 1])
    if len(page) > PAGE:
        return ToGive(page[:PAGE], str(page[PAGE - 1].pk))
    return ToGive(page, str(walked[-1]) if len(walked) == WALK else "")


def voucher_by_code(code: str) -> Voucher | None:
    """A voucher by its code as it was typed or scanned."""
    told = Voucher.objects.select_related("remedy", "redeemed_by")
    return told.filter(code=read_voucher_code(code)).first()


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


def stays(remedy: Remedy, employee: Employee) -> bool:
    """Whether one of `remedies_of` is not for this employee to reverse: it was their own money, or it is used."""
    voucher = getattr(remedy, "voucher", None)
    is_used = voucher is not None and (voucher.redeemed_at or voucher.expired_at) is not None
    return is_used or getattr(remedy, "taken_from", None) == employee.pk


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


def inbox(employee: Employee, *, at: datetime, after: str = "") -> Inbox:
    """What waits for an employee's decision, the soonest deadline first. Keyset pages, no counting.

    What nobody was asked, because nobody covered it, has no deadline and counts from the moment it was proposed.
    """
    theirs, for_anybody = _waiting(employee, at=at, key=read_key(after))
    known = ("remedy__case__customer", "remedy__case__unit", "remedy__case__failure_type", "remedy__proposed_by")
    found = [
        *theirs.select_related("asked_of", *known)[: PAGE + 1],
        *for_anybody.select_related(*known)[: PAGE + 1],
    ]
    found.sort(key=lambda one: (one.waits_until, one.pk))
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Inbox(found[:PAGE], str(Key(last.waits_until, last.pk)) if last else "")


def how_many_wait(employee: Employee, *, at: datetime, most: int) -> int:
    """How long the inbox of an employee is, counted up to `most`: for the navigation, with one query for both parts."""
    theirs, for_anybody = _waiting(employee, at=at)
    parts = [rows.order_by().values_list("pk")[:most] for rows in (theirs, for_anybody)]
    return min(most, len(parts[0].union(parts[1], all=True)))


def waiting_on(employee: Employee, cases: Iterable[Case], *, at: datetime) -> dict[int, Approval]:
    """Of each of these cases, by its id, the request that waits longest for an employee's decision. Two queries."""
    ids, first = [case.pk for case in cases], dict[int, Approval]()
    for rows in _waiting(employee, at=at):
        for one in rows.filter(remedy__case__in=ids).select_related("remedy"):
            first.setdefault(one.remedy.case_id, one)
    return first


def one_asked(employee: Employee, pk: int) -> Approval:
    """One request for approval, decided or not, on a case the employee sees; raises NotFound."""
    found = (
        Approval.objects.select_related("remedy__case", "asked_of", "decided_by")
        .filter(pk=pk, remedy__case__in=visible_to(employee))
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _waiting(
    employee: Employee, *, at: datetime, key: Key | None = None
) -> tuple[QuerySet[Approval], QuerySet[Approval]]:
    """What an employee was asked, or somebody they stand in for; and what nobody was asked. Never their own proposals.

    Of what nobody was asked, the WALK behind the key that wait longest are looked through.
    """
    live = Approval.objects.filter(decision="").exclude(remedy__proposed_by=employee)
    if not may(employee, Permission.DECIDE_APPROVAL):
        return live.none(), live.none()
    if not sees_whole_organisation(employee):
        live = live.filter(remedy__case__unit__in=visible_units(employee))
    theirs = live.filter(Q(asked_of=employee) | Q(asked_of__in=stood_in_for(employee, at=at)))
    nobodys = Approval.objects.filter(beyond("asked_at", key), decision="", asked_of=None)
    walked = nobodys.order_by("asked_at", "pk").values("pk")[:WALK]
    return (
        theirs.filter(beyond("due_at", key)).order_by("due_at", "pk"),
        live.filter(pk__in=walked).order_by("asked_at", "pk"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """What complaints of the same kind and severity got: how often each kind, what was declined, and the sums."""

    cases: int
    kinds: Sequence[tuple[str, int]]
    answered: int
    declined: int
    least: Money | None = None
    middle: Money | None = None
    most: Money | None = None


def similar_to(case: Case, *, currency: str) -> Similar:
    """What the newest LOOKED_BACK complaints of the same failure type got, where as severe. Sums of one currency."""
    if case.failure_type_id is None:
        return Similar(cases=0, kinds=(), answered=0, declined=0)
    alike = Case.objects.filter(failure_type=case.failure_type_id).exclude(pk=case.pk)
    newest = alike.order_by("-filed_at", "-pk").values("pk")[:LOOKED_BACK]
    told = Remedy.objects.filter(case__in=newest, case__severity=case.severity, status__in=_TOLD).order_by("pk")
    rows = list(told.values_list("kind", "status", "case", "amount", "amount_currency"))
    statuses = Counter(status for _kind, status, *_more in rows)
    sums = sorted(amount for *_what, amount, money in rows if money == currency and amount)
    least, middle, most = (Money(one, currency) for one in (sums[0], median(sums), sums[-1])) if sums else (None,) * 3
    return Similar(
        cases=len({of for _kind, _status, of, *_sum in rows}),
        kinds=[(name_of_remedy(kind), n) for kind, n in Counter(kind for kind, *_more in rows).most_common()],
        answered=len(rows) - statuses[RemedyStatus.OFFERED],
        declined=statuses[RemedyStatus.DECLINED],
        least=least,
        middle=middle,
        most=most,
    )


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
        return self.allowance.covers(self.remedy.amount, self.remedy.kind)


def dossier(employee: Employee, reference: str, remedy: int, *, at: datetime) -> Dossier:
    """Everything about one remedy, for whoever is to decide on it; raises NotFound, and RateMissing."""
    case = one_visible(employee, reference)
    known = Remedy.objects.select_related("proposed_by", "playbook__playbook")
    found = known.filter(case=case, pk=remedy).first()
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
