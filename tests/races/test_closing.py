"""A complaint is closed while somebody decides on its remedies: one of them comes first, and the other one sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from complaints.cases import links
from complaints.cases.models import Case
from complaints.common.errors import MoveNotAllowed, RemedyMovedOn
from complaints.customers.models import Customer
from complaints.handling.answer_offer import answer_offer
from complaints.handling.decide_approval import approve
from complaints.handling.pass_up_approval import pass_up_approval
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.withdraw import withdraw
from complaints.outbox.models import Kind
from complaints.remedies import ledger
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.handling.climbing import told
from tests.races.meeting import meet
from tests.remedies.purse import AT, an_authority, later, movements, usd

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 6


@pytest.fixture(autouse=True)
def _authorities(db: None) -> None:
    an_authority(Tier.FRONT_LINE, 100, 10_000)
    an_authority(Tier.MANAGER, 2000, 100_000)
    an_authority(Tier.VP, 20000, 100_000)


def propose(case: Case, by: Employee, amount: int) -> Remedy:
    what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd(amount))
    return propose_remedy(case.reference, what, by=by, at=AT)


def expected(outcomes: Any, *losing: type[Exception]) -> list[Exception]:
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert {type(one) for one in refused} <= set(losing), refused
    assert ledger.discrepancies() == []
    return refused


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_it_is_withdrawn_or_approved_and_never_both(
    round_: int, fern: Employee, max_: Employee, cara: Customer
) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    remedy = propose(case, fern, 500)
    callers: list[Callable[[], object]] = [
        partial(approve, case.reference, remedy=remedy.pk, by=max_, at=AT),
        partial(withdraw, case.reference, reason="She called.", by=fern, at=AT),
    ]
    outcomes = meet(*callers[:: 1 if round_ % 2 else -1])
    refused = expected(outcomes, RemedyMovedOn)
    remedy.refresh_from_db()
    case.refresh_from_db()
    assert (case.status, remedy.status) == ("closed", RemedyStatus.WITHDRAWN)
    assert movements(remedy) == (["hold", "release"] if refused else ["hold", "spend", "release"])
    assert told(Kind.REMEDY_OFFERED) == ([] if refused else ["cara@demo.example"])
    assert not Approval.objects.filter(decision="").exists()


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_who_accepts_in_time_keeps_it(round_: int, fern: Employee, max_: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    remedy = propose(case, fern, 50)
    token = links.mint(case, at=AT)
    refused = expected(
        meet(
            partial(answer_offer, token, remedy=remedy.pk, accepted=True, at=AT),
            partial(withdraw, case.reference, reason="She called.", by=fern, at=AT),
        ),
        RemedyMovedOn,
    )
    remedy.refresh_from_db()
    if refused:
        assert (remedy.status, movements(remedy)) == (RemedyStatus.WITHDRAWN, ["hold", "spend", "release"])
    else:
        assert (remedy.status, movements(remedy)) == (RemedyStatus.ACCEPTED, ["hold", "spend"])


def test_nothing_is_proposed_on_what_is_being_closed(fern: Employee, max_: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    proposing = [partial(propose, case, fern, 500) for _ in range(6)]
    closing = partial(withdraw, case.reference, reason="She called.", by=fern, at=AT)
    expected(meet(*proposing[:3], closing, *proposing[3:]), MoveNotAllowed)
    assert set(Remedy.objects.values_list("status", flat=True)) <= {RemedyStatus.WITHDRAWN}
    assert not Approval.objects.filter(decision="").exists()


def test_many_complaints_with_two_purses_each_close_at_once_without_waiting_for_each_other(
    fern: Employee, max_: Employee, vera: Employee
) -> None:
    cases = [a_complaint(by=fern, at=AT) for _ in range(12)]
    for number, case in enumerate(cases):
        asked = [propose(case, fern, 500), propose(case, fern, 400)]
        assert pass_up_approval(asked[number % 2].pk, at=later(days=9))
    expected(meet(*[partial(withdraw, case.reference, reason="She called.", by=fern, at=AT) for case in cases]))
    assert set(Remedy.objects.values_list("status", flat=True)) == {RemedyStatus.WITHDRAWN}
