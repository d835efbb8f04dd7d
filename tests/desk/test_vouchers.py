"""Vouchers at the counter: looked up by their code, redeemed once, and nobody finds one by trying."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.customers.models import Customer, Language
from complaints.desk.vouchers import WRONG_CODES
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.redeem_voucher import redeem_voucher
from complaints.handling.reverse_remedy import reverse_remedy
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Voucher
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.remedies.purse import an_authority, usd


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer) -> Case:
    an_authority(Tier.FRONT_LINE, 200)
    return a_complaint(by=fern, customer=cara)


@pytest.fixture
def voucher(case: Case, fern: Employee) -> Voucher:
    facts = RemedyFacts(kind=RemedyKind.VOUCHER, words="A night for you.", amount=usd(150), proof="")
    return propose_remedy(case.reference, facts, by=fern, at=now()).voucher


@pytest.fixture
def desk(client: Client, fern: Employee) -> Client:
    client.force_login(fern)
    return client


def check(client: Client, code: str) -> Any:
    return client.post("/desk/vouchers/", {"code": code})


def redeem(client: Client, code: str, what: str = "Bill 4711") -> Any:
    return client.post("/desk/vouchers/", {"code": code, "redeem": "yes", "redeemed_for": what}, follow=True)


@pytest.mark.parametrize(
    "written", [str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("-", "")]
)
def test_a_code_is_read_however_it_is_typed(desk: Client, voucher: Voucher, written: Any) -> None:
    page = check(desk, written(voucher.code)).content.decode()

    assert "Good for $150.00, until" in page
    assert "Redeem $150.00" in page
    voucher.refresh_from_db()
    assert voucher.redeemed_at is None, "looking at it changes nothing"


def test_it_is_redeemed_once(desk: Client, voucher: Voucher, max_: Employee) -> None:
    first = redeem(desk, voucher.code)
    assert "Redeemed: $150.00 for Bill 4711." in first.content.decode()
    at_max = Client()
    at_max.force_login(max_)

    second = redeem(at_max, voucher.code, "Bill 4712")

    assert second.status_code == 409
    assert "Already redeemed: by Fern Fuller on" in second.content.decode()
    assert "Bill 4711" in second.content.decode()
    voucher.refresh_from_db()
    assert voucher.redeemed_for == "Bill 4711"


def test_a_second_click_is_not_a_second_voucher(desk: Client, voucher: Voucher) -> None:
    for _click in range(2):
        assert redeem(desk, voucher.code).status_code == 200
    assert voucher.remedy.case.timeline.filter(kind="voucher.redeemed").count() == 1


def test_what_it_pays_for_is_asked(desk: Client, voucher: Voucher) -> None:
    answer = redeem(desk, voucher.code, " ")

    assert answer.status_code == 400
    assert "Please say what is paid with it" in answer.content.decode()
    assert "Redeem $150.00" in answer.content.decode()


def test_clear_sentences_for_what_is_not_good(
    desk: Client, voucher: Voucher, case: Case, fern: Employee, max_: Employee
) -> None:
    assert "There is no voucher with this code." in check(desk, "0000-0000-0000-0000").content.decode()
    assert "Please give the code of the voucher." in check(desk, " ").content.decode()
    with time_machine.travel(now() + timedelta(days=400), tick=False):
        desk.force_login(fern)
        assert "Expired on" in check(desk, voucher.code).content.decode()
        assert redeem(desk, voucher.code).status_code == 409
    desk.force_login(fern)
    reverse_remedy(case.reference, remedy=voucher.remedy_id, reason="By mistake.", by=max_, at=now())
    page = check(desk, voucher.code).content.decode()
    assert "Void: it was taken back on" in page
    assert "Redeem $150.00" not in page


def test_whoever_is_shown_the_code_may_take_it_in_any_branch(otto: Employee, voucher: Voucher) -> None:
    at_otto = Client()
    at_otto.force_login(otto)

    assert redeem(at_otto, voucher.code).status_code == 200
    voucher.refresh_from_db()
    assert voucher.redeemed_by == otto


def test_codes_are_not_found_by_trying(desk: Client, voucher: Voucher, max_: Employee) -> None:
    for number in range(WRONG_CODES):
        assert check(desk, f"0000-0000-0000-{number:04}").status_code == 404

    answer = check(desk, voucher.code)

    assert answer.status_code == 429
    assert "Too many codes were tried" in answer.content.decode()
    assert redeem(desk, voucher.code).status_code == 429
    at_max = Client()
    at_max.force_login(max_)
    assert check(at_max, voucher.code).status_code == 200, "a colleague may"


def test_a_code_typed_after_the_sign_in_expired_waits_behind_it(
    client: Client, voucher: Voucher, fern: Employee
) -> None:
    check(client, voucher.code)
    client.force_login(fern)

    page = client.get("/desk/vouchers/").content.decode()

    assert f'value="{voucher.code}"' in page


def test_right_codes_are_never_too_many(desk: Client, voucher: Voucher) -> None:
    for _time in range(WRONG_CODES + 5):
        assert check(desk, voucher.code).status_code == 200


def test_it_is_printed_in_the_language_of_the_customer(desk: Client, voucher: Voucher, cara: Customer) -> None:
    address = f"/desk/complaints/{voucher.remedy.case.reference}/vouchers/{voucher.remedy_id}/"
    page = desk.get(address).content.decode()
    assert voucher.code in page
    assert "<svg" in page
    cara.language = Language.CHINESE
    cara.save()
    page = desk.get(address).content.decode()
    assert '<html lang="zh-hans"' in page
    assert "Back to the complaint" in page, "what staff read is in theirs"


def test_one_that_is_gone_is_not_printed(desk: Client, voucher: Voucher, fern: Employee) -> None:
    redeem_voucher(voucher.code, redeemed_for="Bill 4711", by=fern, at=now())

    page = desk.get(f"/desk/complaints/{voucher.remedy.case.reference}/vouchers/{voucher.remedy_id}/").content.decode()

    assert voucher.code not in page
    assert "Already redeemed" in page
