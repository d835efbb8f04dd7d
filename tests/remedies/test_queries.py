"""What a page asks for: what is mine to decide, and all that is needed to do it well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from djmoney.money import Money

from complaints.cases.models import Case
from complaints.common.errors import NotFound
from complaints.customers.models import Customer
from complaints.handling.answer_offer import note_answer
from complaints.handling.decide_approval import approve
from complaints.handling.fulfil_remedy import fulfil_remedy
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.remedies import queries
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, Remedy
from complaints.remedies.states import RemedyMove
from complaints.staff.models import Absence, Employee, Role, Tier
from complaints.standards.models import FailureType
from tests.cast import Organisation, employee
from tests.factories import a_complaint
from tests.remedies.purse import AT, an_authority, later, usd

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _authorities(db: None) -> None:
    an_authority(Tier.FRONT_LINE, 200, 10_000)
    an_authority(Tier.MANAGER, 2000, 100_000)


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer, late_room: FailureType) -> Case:
    return a_complaint(by=fern, customer=cara, at=AT, failure_type=late_room.pk)


def propose(
    case: Case, by: Employee, amount: int, kind: RemedyKind = RemedyKind.REFUND, at: datetime = AT, **facts: Any
) -> Remedy:
    what = RemedyFacts(kind=kind, words="Sorry.", amount=usd(amount), **facts)
    return propose_remedy(case.reference, what, by=by, at=at)


def names(inbox: queries.Inbox) -> list[int]:
    return [one.remedy_id for one in inbox.approvals]


def test_the_inbox_holds_what_one_was_asked_and_what_nobody_covers(
    case: Case, fern: Employee, max_: Employee, vera: Employee, otto: Employee
) -> None:
    first, too_much = propose(case, fern, 500), propose(case, fern, 5000, at=later(hours=1))
    own = propose(case, max_, 5000, at=later(hours=2))
    elsewhere = propose(a_complaint(by=otto, at=AT), otto, 5000, at=later(hours=3))
    assert names(queries.inbox(max_, at=AT)) == [too_much.pk, first.pk], "neither his own nor another branch's"
    assert names(queries.inbox(vera, at=AT)) == [too_much.pk, own.pk, elsewhere.pk]
    assert names(queries.inbox(fern, at=AT)) == []
    approve(case.reference, remedy=first.pk, by=max_, at=AT)
    assert names(queries.inbox(max_, at=AT)) == [too_much.pk]


def test_the_inbox_is_paged_by_key_and_shows_everything_once(
    fern: Employee, max_: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    made = [propose(a_complaint(by=fern, at=AT), fern, 201 if n % 2 else 5000).pk for n in range(7)]
    there = [*made[::2], *made[1::2]]  # what nobody was asked has waited for longer than any deadline
    seen: list[int] = []
    key = ""
    for _page in range(4):
        page = queries.inbox(max_, at=AT, after=key)
        seen, key = seen + names(page), page.next_key
    assert seen == there
    assert key == ""
    assert names(queries.inbox(max_, at=AT, after="nonsense~x")) == there[:2]


def test_the_soonest_deadline_stands_first(fern: Employee, max_: Employee) -> None:
    patient, pressing = (propose(a_complaint(by=fern, at=AT), fern, 500).pk for _ in range(2))
    Approval.objects.filter(remedy=pressing).update(due_at=later(hours=1))
    assert names(queries.inbox(max_, at=AT)) == [pressing, patient]


def test_a_stand_in_sees_what_waits_for_whoever_is_away_but_never_their_own(
    case: Case, fern: Employee, max_: Employee, vera: Employee, organisation: Organisation
) -> None:
    mia = employee("Mia Marsh", Role.MANAGER, organisation.harbour)
    asked = propose(case, fern, 500)
    propose(case, mia, 3000, at=later(hours=1))
    Absence.objects.create(employee=max_, since=AT, until=later(days=2), stand_in=vera)
    Absence.objects.create(employee=vera, since=later(days=1), until=later(days=2), stand_in=mia)
    assert names(queries.inbox(mia, at=AT)) == []
    assert asked.pk in names(queries.inbox(vera, at=AT))
    assert names(queries.inbox(mia, at=later(days=1))) == [asked.pk], "Vera is away too"
    assert names(queries.inbox(mia, at=later(days=2))) == []
    assert asked.pk in names(queries.inbox(max_, at=AT)), "he may look in from the beach"


def test_what_waits_is_counted_no_further_than_asked(
    fern: Employee, max_: Employee, django_assert_num_queries: Callable[..., Any]
) -> None:
    for amount in (500, 5000, 500):
        propose(a_complaint(by=fern, at=AT), fern, amount)
    with django_assert_num_queries(1):
        assert queries.how_many_wait(max_, at=AT, most=10) == 3
    assert queries.how_many_wait(max_, at=AT, most=2) == 2
    assert queries.how_many_wait(fern, at=AT, most=10) == 0


def test_the_inbox_asks_as_much_of_the_database_for_one_as_for_twenty(
    fern: Employee, max_: Employee, django_assert_num_queries: Callable[..., Any]
) -> None:
    for wanted in (1, 20):
        while Remedy.objects.count() < wanted:
            propose(a_complaint(by=fern, at=AT), fern, 500)
        with django_assert_num_queries(2):
            page = queries.inbox(max_, at=AT)
            assert [one.remedy.case.customer.name and one.remedy.proposed_by for one in page.approvals]


def test_all_that_is_needed_to_decide_is_on_one_screen(
    case: Case, fern: Employee, max_: Employee, cara: Customer, late_room: FailureType
) -> None:
    before = a_complaint(by=fern, customer=cara, at=AT)
    given = propose(before, fern, 80, RemedyKind.VOUCHER)
    for amount, accepted in ((50, True), (100, True), (150, False)):
        alike = a_complaint(by=fern, at=AT, failure_type=late_room.pk)
        note_answer(alike.reference, remedy=propose(alike, fern, amount).pk, accepted=accepted, by=fern, at=AT)
    propose(a_complaint(by=fern, at=AT, failure_type=late_room.pk, severity=4), fern, 199)
    remedy = propose(case, fern, 500)
    read = queries.dossier(max_, case.reference, remedy.pk, at=AT)
    assert read.asked is not None
    assert (read.asked.asked_of, read.is_covered) == (max_, True)
    assert read.allowance.left == usd(2000), "without what this one holds"
    assert read.of_this_customer == [given]
    assert (read.similar.cases, read.similar.declined, read.similar.answered) == (3, 1, 3)
    assert (read.similar.least, read.similar.middle, read.similar.most) == (usd(50), usd(100), usd(150))
    assert read.similar.kinds == [("Refund", 3)]


def test_similar_sums_are_of_one_currency(case: Case, fern: Employee) -> None:
    assert queries.similar_to(case, currency="EUR").middle is None


def test_another_team_reads_nothing(case: Case, fern: Employee, otto: Employee) -> None:
    remedy = propose(case, fern, 150, RemedyKind.VOUCHER)
    fulfil_remedy(case.reference, remedy=remedy.pk, by=fern, at=AT)
    assert queries.voucher_of(fern, case.reference, remedy.pk).amount == Money(150, "USD")
    with pytest.raises(NotFound):
        queries.voucher_of(otto, case.reference, remedy.pk)
    with pytest.raises(NotFound):
        queries.dossier(otto, case.reference, remedy.pk, at=AT)


def test_only_what_is_legal_and_ones_own_to_do_is_offered(case: Case, fern: Employee, max_: Employee) -> None:
    waiting = propose(case, fern, 500)
    assert set(queries.legal_moves(waiting, fern)) == {RemedyMove.WITHDRAW}
    decide = {RemedyMove.AUTHORISE, RemedyMove.REFUSE, RemedyMove.ASK_BACK}
    assert set(queries.legal_moves(waiting, max_)) == {RemedyMove.WITHDRAW, *decide}
    own = propose(case, max_, 5000)
    assert not decide & set(queries.legal_moves(own, max_))
    offered = propose(a_complaint(by=fern, at=AT), fern, 20)
    assert RemedyMove.FULFIL in queries.legal_moves(offered, fern)
    assert [one.pk for one in queries.offers_to_customer(offered.case)] == [offered.pk]
    assert queries.offers_to_customer(case) == []
