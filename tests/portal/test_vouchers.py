"""What the customer was given: on their page with its code, on paper with a QR code, and told when it is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.timezone import now

from complaints.cases import links
from complaints.cases.models import Case
from complaints.common.tokens import Token
from complaints.customers.models import Language
from complaints.handling.answer_offer import note_answer
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.redeem_voucher import redeem_voucher
from complaints.handling.reverse_remedy import reverse_remedy
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Remedy, Voucher
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.remedies.purse import an_authority, usd

pytestmark = pytest.mark.django_db


def give(case: Case, by: Employee, amount: int = 150, **facts: Any) -> Remedy:
    told: dict[str, Any] = {"kind": RemedyKind.VOUCHER, "words": "A night for you.", "proof": "", **facts}
    return propose_remedy(case.reference, RemedyFacts(amount=usd(amount), **told), by=by, at=now())


@pytest.fixture(autouse=True)
def _authorities(db: None) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)


@pytest.fixture
def voucher(complaint: Case, fern: Employee, max_: Employee) -> Voucher:
    return give(complaint, fern).voucher


def page_of(client: Client, token: str, rest: str = "") -> str:
    answer = client.get(f"/track/{token}/{rest}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_code_stands_on_the_page_and_on_paper(client: Client, token: Token, voucher: Voucher) -> None:
    for page in (page_of(client, token), page_of(client, token, f"vouchers/{voucher.remedy_id}/")):
        assert voucher.code in page
        assert "$150.00" in page
        assert "Good until" in page
    assert "<svg" in page, "a QR code"
    assert "A night for you." in page


def test_one_that_is_gone_shows_no_code(client: Client, token: Token, voucher: Voucher, fern: Employee) -> None:
    redeem_voucher(voucher.code, redeemed_for="Bill 4711", by=fern, at=now())

    for page in (page_of(client, token), page_of(client, token, f"vouchers/{voucher.remedy_id}/")):
        assert voucher.code not in page
        assert "This voucher was redeemed on" in page
        assert "Bill 4711" not in page, "what it paid for is between others"


def test_one_that_expired_says_so(client: Client, token: Token, voucher: Voucher) -> None:
    Voucher.objects.update(expires_at=now() - timedelta(days=1))

    for page in (page_of(client, token), page_of(client, token, f"vouchers/{voucher.remedy_id}/")):
        assert voucher.code not in page
        assert "This voucher expired on" in page


def test_one_that_was_taken_back_is_not_there(client: Client, token: Token, voucher: Voucher, max_: Employee) -> None:
    case = voucher.remedy.case
    reverse_remedy(case.reference, remedy=voucher.remedy_id, reason="By mistake.", by=max_, at=now())

    assert voucher.code not in page_of(client, token)
    assert client.get(f"/track/{token}/vouchers/{voucher.remedy_id}/").status_code == 404


def test_the_voucher_of_another_complaint_is_not_there(client: Client, voucher: Voucher, fern: Employee) -> None:
    other = links.mint(a_complaint(by=fern), at=now())

    assert client.get(f"/track/{other}/vouchers/{voucher.remedy_id}/").status_code == 404


def test_what_was_accepted_and_what_was_given_is_said(
    client: Client, token: Token, complaint: Case, fern: Employee
) -> None:
    offered = give(complaint, fern, 60, kind=RemedyKind.REFUND, proof=None)
    note_answer(complaint.reference, remedy=offered.pk, accepted=True, by=fern, at=now())
    give(complaint, fern, 40, kind=RemedyKind.GIFT, proof="Shop 12")

    page = page_of(client, token)

    assert "We are preparing it for you." in page
    assert "You got this on" in page
    assert "Shop 12" not in page


def test_what_awaits_approval_is_nowhere_on_it(
    client: Client, token: Token, complaint: Case, fern: Employee, max_: Employee
) -> None:
    waiting = give(complaint, fern, 900, proof=None)

    page = page_of(client, token)

    assert "$900" not in page
    assert client.get(f"/track/{token}/vouchers/{waiting.pk}/").status_code == 404
    assert client.post(f"/track/{token}/remedy/", {"remedy": waiting.pk, "accepted": "yes"}).status_code == 404


def test_a_voucher_speaks_the_language_of_the_customer(client: Client, token: Token, voucher: Voucher) -> None:
    customer = voucher.remedy.case.customer
    customer.language = Language.CHINESE
    customer.save()

    page = page_of(client, token, f"vouchers/{voucher.remedy_id}/")

    assert '<html lang="zh-hans"' in page
    with translation.override("zh-hans"):
        assert translation.gettext("Good until") in page
    assert "Good until" not in page
