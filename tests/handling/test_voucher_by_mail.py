"""A voucher that is issued while the customer is away reaches them by mail, once, and the mail alone holds its code."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from complaints.cases import links
from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.handling.answer_offer import answer_offer
from complaints.handling.fulfil_remedy import fulfil_remedy
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.outbox.models import Kind, Message
from complaints.outbox.render import words_of
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, Remedy, Voucher
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.handling.climbing import deliver, told
from tests.remedies.purse import AT, an_authority, later, usd

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer) -> Case:
    an_authority(Tier.FRONT_LINE, 200, 1000)
    an_authority(Tier.MANAGER, 2000)
    return a_complaint(by=fern, customer=cara, at=AT)


def offer(case: Case, by: Employee, amount: int, kind: RemedyKind = RemedyKind.VOUCHER, **facts: Any) -> Remedy:
    what = RemedyFacts(kind=kind, words="Sorry.", amount=usd(amount), **facts)
    return propose_remedy(case.reference, what, by=by, at=AT)


def issued(case: Case, by: Employee) -> Voucher:
    remedy = offer(case, by, 150)
    answer_offer(links.mint(case, at=AT), remedy=remedy.pk, accepted=True, at=AT)
    for _ in range(2):
        fulfil_remedy(case.reference, remedy=remedy.pk, by=by, at=later(days=1))
    return Voucher.objects.get(remedy=remedy)


def mails() -> list[str]:
    """What went out about vouchers, text and HTML together."""
    found = [one for one in mail.outbox if "voucher" in one.subject.lower() or "代金券" in one.subject]
    return [str(one.body) + str(getattr(one, "alternatives", [("", "")])[0][0]) for one in found]


def test_the_customer_gets_code_worth_day_and_link_once(case: Case, fern: Employee) -> None:
    voucher = issued(case, fern)
    deliver(later(days=1))
    [words] = mails()
    assert words.count(voucher.code) == 2, "in the text and in the HTML"
    assert "$150.00" in words
    assert "March 11, 2027" in words
    assert "/track/" in words
    assert "[[" not in words


def test_it_is_in_the_language_of_the_customer(case: Case, fern: Employee, cara: Customer) -> None:
    Customer.objects.filter(pk=cara.pk).update(language="zh-hans")
    voucher = issued(case, fern)
    deliver(later(days=1))
    [words] = mails()
    assert "这是您的代金券" in words
    assert "US$150.00" in words
    assert voucher.code in words


def test_what_we_keep_of_it_holds_no_code(case: Case, fern: Employee, quinn: Employee, client: Client) -> None:
    voucher = issued(case, fern)
    [message] = Message.objects.filter(kind=Kind.VOUCHER_ISSUED)
    client.force_login(quinn)
    for _ in ("before it leaves", "after"):
        message.refresh_from_db()
        page = client.get(f"/desk/messages/{message.pk}/").content.decode()
        for kept in (str(message.facts), words_of(message).text, words_of(message).html, page):
            assert voucher.code not in kept
        assert "own code)" in page
        deliver(later(days=1))


def test_at_the_counter_and_for_other_gifts_no_second_mail_is_sent(case: Case, fern: Employee) -> None:
    offer(case, fern, 50, proof="")
    gift = offer(case, fern, 20, RemedyKind.GIFT)
    fulfil_remedy(case.reference, remedy=gift.pk, proof="Basket 7", by=fern, at=AT)
    assert told(Kind.VOUCHER_ISSUED) == []


def test_the_mail_to_the_approver_leads_to_the_decision(case: Case, fern: Employee, max_: Employee) -> None:
    remedy = offer(case, fern, 500)
    [message] = Message.objects.filter(kind=Kind.STAFF_APPROVAL_ASKED)
    page = f"/desk/approvals/{Approval.objects.get(remedy=remedy).pk}/"
    for words in (words_of(message).text, words_of(message).html):
        assert page in words
        assert f"/desk/complaints/{case.reference}/" not in words
        assert "Decide on it" in words
