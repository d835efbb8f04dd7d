"""Complaints become one failure while money is given for them: what counts is settled before the next cent is taken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from django.db import connection, transaction

from complaints.cases.models import Case, SameFailure
from complaints.common.errors import ChangedMeanwhile, Invalid, MoveNotAllowed, RecoveryError
from complaints.handling.link_failure import link_failure
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.pass_up_approval import pass_up_approval
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.remedies import ledger
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Authority, LedgerEntry, Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.races.meeting import meet
from tests.remedies.purse import AT, a_remedy, an_authority, later, usd

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
CAP = 100


@pytest.fixture
def rule(db: None) -> Authority:
    return an_authority(Tier.FRONT_LINE, CAP, 10_000)


@pytest.fixture
def cases(fern: Employee, max_: Employee, vera: Employee) -> list[Case]:
    return [a_complaint(by=fern, at=AT) for _ in range(4)]


def offering(case: Case, by: Employee, amount: int) -> Callable[[], object]:
    what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd(amount))
    return lambda: propose_remedy(case.reference, what, by=by, at=AT)


def linking(case: Case, other: Case, by: Employee) -> Callable[[], object]:
    return lambda: link_failure(case.reference, other=other.reference, by=by, at=AT)


def nothing_broke(outcomes: object) -> None:
    assert isinstance(outcomes, list)
    broken = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, RecoveryError)]
    assert not broken, broken
    assert ledger.discrepancies() == []


def test_linked_complaints_share_one_cap_under_fifty_requests(
    cases: list[Case], fern: Employee, rule: Authority
) -> None:
    """C1 and C3: many sums at once against one cap, on complaints linked in a chain."""
    for one, other in pairwise(cases):
        link_failure(one.reference, other=other.reference, by=fern, at=AT)
    nothing_broke(meet(*[offering(cases[number % 4], fern, 10) for number in range(48)]))
    assert Remedy.objects.filter(status=RemedyStatus.OFFERED).count() == CAP // 10


def test_a_link_waits_for_what_is_being_taken_and_what_comes_after_it_sees_both(
    cases: list[Case], fern: Employee, max_: Employee, rule: Authority
) -> None:
    """C3: of two transactions past our verbs the second one sees the link and what the first one took."""
    older, newer = (a_remedy(case, usd(60)) for case in cases[:2])
    own = {fern: rule, max_: an_authority(max_, CAP)}

    def hold(remedy: Remedy, holder: Employee) -> None:
        LedgerEntry.objects.create(kind="hold", remedy=remedy, authority=own[holder], holder=holder, amount=60, at=AT)

    def take_slowly() -> None:
        with transaction.atomic():
            hold(newer, fern)
            _sleep(1.0)

    def link_past_the_verb() -> None:
        _sleep(0.3)
        SameFailure.objects.create(first=cases[0], second=cases[1], linked_by=fern, linked_at=AT)

    def take_after_it() -> None:
        _sleep(0.6)
        hold(older, max_)

    outcomes = meet(take_slowly, link_past_the_verb, take_after_it)
    assert outcomes[:2] == [None, None]
    assert "balance_within_cap" in str(outcomes[2])
    assert LedgerEntry.objects.count() == 1


def test_marking_a_duplicate_does_not_meet_who_moves_a_sum_half_way(
    cases: list[Case], fern: Employee, max_: Employee, rule: Authority
) -> None:
    an_authority(Tier.MANAGER, 2000, 100_000)
    for amount in (300, 200):
        offering(cases[0], fern, amount)()
    moved = offering(cases[2], fern, 300)()
    assert isinstance(moved, Remedy)

    def move_slowly() -> None:
        with transaction.atomic():
            ledger.queue_for_moving()
            _sleep(1.0)
            ledger.give_back(moved, at=AT)

    def mark() -> None:
        _sleep(0.3)
        mark_duplicate(cases[0].reference, original=cases[1].reference, by=fern, at=AT)

    assert meet(move_slowly, mark) == [None, None]


def _sleep(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


@pytest.mark.parametrize("round_", range(3))
def test_linking_giving_and_marking_do_not_wait_for_each_other(
    round_: int, cases: list[Case], fern: Employee, rule: Authority
) -> None:
    an_authority(Tier.MANAGER, 2000, 100_000)
    an_authority(Tier.VP, 20_000, 100_000)
    asked = [offering(case, fern, amount)() for case in cases for amount in (300, 200)]
    callers: list[Callable[[], object]] = [
        *[offering(case, fern, 10) for case in cases * 2],
        *[linking(one, other, fern) for one in cases for other in cases if one is not other],
        partial(mark_duplicate, cases[3].reference, original=cases[0].reference, by=fern, at=AT),
        partial(mark_duplicate, cases[2].reference, original=cases[1].reference, by=fern, at=AT),
        *[partial(pass_up_approval, one.pk, at=later(days=9)) for one in asked if isinstance(one, Remedy)],
    ]
    outcomes = meet(*callers)
    nothing_broke(outcomes)
    refused = {type(one) for one in outcomes if isinstance(one, Exception)}
    assert refused <= {MoveNotAllowed, ChangedMeanwhile, Invalid}
    assert SameFailure.objects.count() == 6
