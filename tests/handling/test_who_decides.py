"""What would become of an offer, told before it is made: always what then happens."""

from __future__ import annotations

import pytest
from djmoney.money import Money

from complaints.cases.models import Case
from complaints.common.errors import RateMissing
from complaints.customers.models import Customer
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.who_decides import Outlook, next_above, who_decides
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.remedies.purse import AT, an_authority, usd

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(fern: Employee, max_: Employee, vera: Employee, cara: Customer) -> Case:
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)
    an_authority(Tier.VP, 20000)
    return a_complaint(by=fern, customer=cara, at=AT)


@pytest.mark.parametrize(
    ("amount", "decided_by"), [(200, "fern"), (201, "max_"), (2001, "vera"), (20001, None), (None, "nobody needed")]
)
def test_what_is_told_beforehand_is_what_happens(
    case: Case, fern: Employee, amount: int | None, decided_by: str | None, request: pytest.FixtureRequest
) -> None:
    kind = RemedyKind.APOLOGY if amount is None else RemedyKind.VOUCHER
    sum_ = None if amount is None else usd(amount)

    seen = who_decides(case, kind, sum_, by=fern, at=AT)

    remedy = propose_remedy(case.reference, RemedyFacts(kind=kind, words="Sorry.", amount=sum_), by=fern, at=AT)
    asked = Approval.objects.filter(remedy=remedy).first()
    assert seen.at_once == (asked is None)
    if asked is not None:
        assert seen.by == asked.asked_of
        assert seen.by == (request.getfixturevalue(decided_by) if decided_by else None)


def test_nobody_decides_on_their_own_proposal(case: Case, vera: Employee) -> None:
    assert who_decides(case, RemedyKind.REFUND, usd(20001), by=vera, at=AT) == Outlook(at_once=False, by=None)
    assert next_above(case, by=vera, at=AT) is None


def test_the_next_above_is_the_nearest(case: Case, fern: Employee, max_: Employee, vera: Employee) -> None:
    assert next_above(case, by=fern, at=AT) == max_
    assert next_above(case, by=max_, at=AT) == vera


def test_a_currency_without_a_rate_is_said(case: Case, fern: Employee) -> None:
    what = RemedyFacts(kind=RemedyKind.REFUND, words="Sorry.", amount=usd(10))
    propose_remedy(case.reference, what, by=fern, at=AT)

    with pytest.raises(RateMissing):
        who_decides(case, RemedyKind.REFUND, Money(10, "EUR"), by=fern, at=AT)
