"""A voucher nobody used in time: its worth goes back once, to the month it came from, and nobody redeems it after."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from complaints.cases.models import Case, TimelineEntry
from complaints.cases.sentences import sentence_for_customer, sentence_for_staff
from complaints.common.errors import VoucherNotGood, VoucherStays
from complaints.customers.models import Customer
from complaints.handling.expire_voucher import expire_voucher, unused_ids
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.redeem_voucher import redeem_voucher
from complaints.handling.reverse_remedy import reverse_remedy
from complaints.jobs import rounds
from complaints.remedies import ledger
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Balance, LedgerEntry, Remedy, Scope, Voucher
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.handling.climbing import happened
from tests.remedies.purse import AT, an_authority, left, movements, usd

pytestmark = pytest.mark.django_db
ITS_DAY: Final = AT + timedelta(days=365)


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer) -> Case:
    an_authority(Tier.FRONT_LINE, 200, 1000)
    return a_complaint(by=fern, customer=cara, at=AT)


def handed_out(case: Case, by: Employee, amount: float = 150, at: datetime = AT) -> Voucher:
    what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd(amount), proof="")
    return Voucher.objects.get(remedy=propose_remedy(case.reference, what, by=by, at=at))


def test_its_worth_goes_back_to_the_month_it_came_from_and_says_why(case: Case, fern: Employee) -> None:
    voucher = handed_out(case, fern)
    assert expire_voucher(voucher.pk, at=ITS_DAY + timedelta(days=40))
    entry = LedgerEntry.objects.latest("pk")
    assert (entry.kind, entry.why, entry.month) == ("reverse", "voucher_expired", date(2026, 3, 1))
    [month] = Balance.objects.filter(scope=Scope.MONTH)
    assert month.month == date(2026, 3, 1)
    assert month.held == month.spent == 0
    assert left(fern, case) == usd(200)
    assert ledger.discrepancies() == []
    assert Remedy.objects.get().status == RemedyStatus.FULFILLED, "it was given; that it was not used is the voucher's"


def test_until_its_last_moment_it_is_good_and_from_then_on_it_is_not(case: Case, fern: Employee) -> None:
    first, second = handed_out(case, fern, 50), handed_out(case, fern, 60)
    just_before = ITS_DAY - timedelta(microseconds=1)
    assert unused_ids(at=just_before) == []
    assert not expire_voucher(first.pk, at=just_before)
    redeem_voucher(first.code, redeemed_for="Bill 1", by=fern, at=just_before)
    assert unused_ids(at=ITS_DAY) == [second.pk]
    with pytest.raises(VoucherNotGood, match="expired"):
        redeem_voucher(second.code, redeemed_for="Bill 2", by=fern, at=ITS_DAY)


def test_once_expired_it_is_over_for_good(case: Case, fern: Employee, max_: Employee) -> None:
    voucher = handed_out(case, fern)
    assert expire_voucher(voucher.pk, at=ITS_DAY)
    assert not expire_voucher(voucher.pk, at=ITS_DAY)
    with pytest.raises(VoucherNotGood):  # by a clock that goes slow, too
        redeem_voucher(voucher.code, redeemed_for="Bill 1", by=fern, at=ITS_DAY - timedelta(days=1))
    with pytest.raises(VoucherStays, match="cannot be taken back: it has expired"):
        reverse_remedy(case.reference, remedy=voucher.remedy_id, reason="No.", by=max_, at=ITS_DAY)
    assert movements(voucher.remedy) == ["hold", "spend", "reverse"]
    assert happened(case).count("voucher.expired") == 1


@pytest.mark.parametrize("what", ["redeemed", "reversed"])
def test_one_that_is_used_or_taken_back_does_not_expire(case: Case, fern: Employee, max_: Employee, what: str) -> None:
    voucher = handed_out(case, fern)
    if what == "redeemed":
        redeem_voucher(voucher.code, redeemed_for="Bill 1", by=fern, at=AT)
    else:
        reverse_remedy(case.reference, remedy=voucher.remedy_id, reason="By mistake.", by=max_, at=AT)
    before = movements(voucher.remedy)
    assert unused_ids(at=ITS_DAY) == []
    assert not expire_voucher(voucher.pk, at=ITS_DAY)
    assert movements(voucher.remedy) == before


def test_raw_sql_does_not_make_it_good_again(case: Case, fern: Employee) -> None:
    voucher = handed_out(case, fern)
    expire_voucher(voucher.pk, at=ITS_DAY)
    for facts in ({"redeemed_at": ITS_DAY - timedelta(days=1)}, {"void_at": ITS_DAY}, {"expired_at": AT}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Voucher.objects.filter(pk=voucher.pk).update(**facts)


def test_it_is_told_on_both_sides_and_at_the_counter(case: Case, fern: Employee, client: Client) -> None:
    voucher = handed_out(case, fern)
    expire_voucher(voucher.pk, at=ITS_DAY)
    entry = TimelineEntry.objects.get(case=case, kind="voucher.expired")
    assert sentence_for_customer(entry) == "Your voucher has expired: Voucher, $150.00"
    assert "went back to whoever had given it" in sentence_for_staff(entry)
    client.force_login(fern)
    assert "Expired on" in client.post("/desk/vouchers/", {"code": voucher.code}).content.decode()


def test_the_job_finds_it_and_the_sheet_of_the_month_says_why(
    case: Case, fern: Employee, max_: Employee, client: Client
) -> None:
    voucher = handed_out(case, fern)
    assert rounds.expire(clock=lambda: ITS_DAY - timedelta(days=1)) == 0
    assert rounds.expire(clock=lambda: ITS_DAY) == 1
    voucher.refresh_from_db()
    assert voucher.expired_at == ITS_DAY
    client.force_login(max_)
    authority = LedgerEntry.objects.latest("pk").authority_id
    for address in ("", "sheet.csv"):
        page = client.get(f"/desk/budgets/{authority}/{fern.pk}/{address}?month=2026-03").content.decode("utf-8-sig")
        assert "The voucher expired unused" in page
