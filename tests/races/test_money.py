"""Many at once on one purse: exactly what is affordable succeeds, and the ledger sums."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection

from complaints.cases import links
from complaints.cases.models import Case
from complaints.common.errors import ChangedMeanwhile, RecoveryError, RemedyMovedOn, VoucherNotGood, VoucherStays
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFile
from complaints.handling.answer_offer import answer_offer
from complaints.handling.change_customer import change_customer
from complaints.handling.decide_approval import approve, refuse
from complaints.handling.expire_remedy import expire_remedy
from complaints.handling.expire_voucher import expire_voucher
from complaints.handling.fulfil_remedy import fulfil_remedy
from complaints.handling.keep_authority import keep_authority
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.pass_up_approval import pass_up_approval
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.redeem_voucher import redeem_voucher
from complaints.handling.reverse_remedy import reverse_remedy
from complaints.handling.withdraw_remedy import withdraw_remedy
from complaints.handling.write_note import write_note
from complaints.outbox.models import Kind, Message
from complaints.remedies import ledger
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, Authority, LedgerEntry, Remedy, Voucher
from complaints.remedies.sheets import AuthoritySheet
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint
from tests.handling.climbing import told
from tests.races.meeting import meet
from tests.remedies.purse import AT, an_authority, later, left, movements, usd

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
FIFTY = 50


def proposing(
    case: Case,
    by: Employee,
    amount: int,
    kind: RemedyKind = RemedyKind.VOUCHER,
    at: datetime = AT,
    **facts: Any,
) -> Callable[[], Remedy]:
    what = RemedyFacts(kind=kind, words="Sorry.", amount=usd(amount))
    return lambda: propose_remedy(case.reference, what, by=by, at=at, **facts)


def statuses() -> dict[str, int]:
    found = list(Remedy.objects.values_list("status", flat=True))
    return {one: found.count(one) for one in set(found)}


def nothing_broke(outcomes: Any) -> None:
    broken = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, RecoveryError)]
    assert not broken, broken
    assert ledger.discrepancies() == []


def test_fifty_on_one_failure_spend_its_cap_and_no_cent_more(fern: Employee, max_: Employee, cara: Customer) -> None:
    """C1: many sums at once that each pass the same check."""
    an_authority(Tier.FRONT_LINE, 100, 10_000)
    case = a_complaint(by=fern, customer=cara, at=AT)
    outcomes = meet(*[proposing(case, fern, 10) for _ in range(FIFTY)])
    nothing_broke(outcomes)
    assert statuses() == {RemedyStatus.OFFERED: 10, RemedyStatus.AWAITING: 40}
    assert left(fern, case) == usd(0)


def test_fifty_complaints_at_once_share_one_months_budget(fern: Employee, max_: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 100, 100)
    an_authority(Tier.MANAGER, 100, 200)
    cases = [a_complaint(by=fern, at=AT) for _ in range(FIFTY)]
    nothing_broke(meet(*[proposing(case, fern, 10) for case in cases]))
    assert statuses() == {RemedyStatus.OFFERED: 10, RemedyStatus.AWAITING: 40}
    held = LedgerEntry.objects.filter(kind="hold", holder=max_).count()
    assert (held, Approval.objects.filter(asked_of=max_).count()) == (20, 20), "Max holds what he can pay"
    assert Approval.objects.filter(asked_of=None).count() == 20, "the rest waits, and is not lost"


def test_two_rules_of_one_employee_at_once_share_one_months_budget(fern: Employee, max_: Employee) -> None:
    exception_from = later(hours=1)
    an_authority(Tier.FRONT_LINE, 100, 100)
    an_authority(fern, 100, 100, valid_from=exception_from)
    cases = [a_complaint(by=fern, at=AT) for _ in range(FIFTY)]
    nothing_broke(
        meet(*[proposing(case, fern, 10, at=exception_from if n % 2 else AT) for n, case in enumerate(cases)])
    )
    assert statuses() == {RemedyStatus.OFFERED: 10, RemedyStatus.AWAITING: 40}


def test_one_customer_with_many_complaints_and_duplicates_has_one_cap(
    fern: Employee, max_: Employee, cara: Customer
) -> None:
    an_authority(Tier.FRONT_LINE, 100, 10_000, per_customer=120, customer_days=30)
    cases = [a_complaint(by=fern, customer=cara, at=AT) for _ in range(6)]
    for twin in cases[1:3]:
        mark_duplicate(twin.reference, original=cases[0].reference, by=fern, at=AT)
        Case.objects.filter(pk=twin.pk).update(status="open", closed_at=None, outcome="")
    nothing_broke(meet(*[proposing(case, fern, 20) for case in cases for _ in range(4)]))
    assert statuses()[RemedyStatus.OFFERED] == 6


def test_duplicates_of_several_customers_share_one_failures_cap(fern: Employee, max_: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 100, 10_000)
    original, *twins = [a_complaint(by=fern, at=AT) for _ in range(8)]
    Case.objects.filter(pk__in=[twin.pk for twin in twins]).update(duplicate_of=original)
    for round_ in range(1, 4):
        Authority.objects.update(per_failure=100 * round_)
        nothing_broke(meet(*[proposing(case, fern, 20) for case in [original, *twins] * 2]))
        assert statuses()[RemedyStatus.OFFERED] == 5 * round_


def test_the_same_form_fifty_times_is_one_remedy(fern: Employee, max_: Employee, cara: Customer) -> None:
    """C1: a request retried after its answer was lost."""
    an_authority(Tier.FRONT_LINE, 1000)
    case = a_complaint(by=fern, customer=cara, at=AT)
    outcomes = meet(*[proposing(case, fern, 10, submission="one form") for _ in range(FIFTY)])
    nothing_broke(outcomes)
    assert len({one.pk for one in outcomes if isinstance(one, Remedy)}) == Remedy.objects.count() == 1
    assert told(Kind.REMEDY_OFFERED) == ["cara@demo.example"]


def test_a_server_that_is_killed_in_between_loses_nothing_and_spends_nothing_twice(
    fern: Employee, max_: Employee
) -> None:
    an_authority(Tier.FRONT_LINE, 100, 300)
    cases = [a_complaint(by=fern, at=AT) for _ in range(FIFTY)]
    callers = [proposing(case, fern, 10, submission="one form") for case in cases]
    for seconds in (0.15, 0.4, 0.8):
        killed_after(seconds, lambda: meet(*callers[:25]))
        assert ledger.discrepancies() == []
    nothing_broke(meet(*callers))
    assert statuses() == {RemedyStatus.OFFERED: 30, RemedyStatus.AWAITING: 20}
    assert Message.objects.filter(kind=Kind.REMEDY_OFFERED).count() == 30


def killed_after(seconds: float, work: Callable[[], object]) -> None:
    """Let another process do the work, and kill it as `kill -9` does."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_two_colleagues_decide_and_the_sweeps_run_and_it_is_decided_once(
    fern: Employee, max_: Employee, vera: Employee, cara: Customer
) -> None:
    an_authority(Tier.MANAGER, 2000)
    an_authority(Tier.VP, 20000)
    case = a_complaint(by=fern, customer=cara, at=AT)
    remedy = proposing(case, fern, 500)()
    at = later(days=40)
    of: dict[str, Any] = {"remedy": remedy.pk, "at": at}
    steps: list[Callable[[], object]] = [
        partial(approve, case.reference, by=max_, **of),
        partial(approve, case.reference, by=vera, **of),
        partial(refuse, case.reference, reason="No.", by=vera, **of),
        partial(withdraw_remedy, case.reference, reason="No.", by=fern, **of),
        partial(pass_up_approval, remedy.pk, at=at),
        partial(expire_remedy, remedy.pk, at=at),
    ]
    outcomes = meet(*steps * 3)
    nothing_broke(outcomes)
    assert {type(one) for one in outcomes if isinstance(one, Exception)} <= {RemedyMovedOn}
    spent, given_back = movements(remedy).count("spend"), movements(remedy).count("release")
    remedy.refresh_from_db()
    assert remedy.status != RemedyStatus.AWAITING
    held = movements(remedy).count("hold") - given_back
    assert (held, spent <= 1) == (1 if remedy.status == RemedyStatus.OFFERED else 0, True)


def test_approvals_across_two_purses_do_not_wait_for_each_other(fern: Employee, max_: Employee, vera: Employee) -> None:
    an_authority(Tier.MANAGER, 2000)
    an_authority(Tier.VP, 20000)
    remedies = [proposing(a_complaint(by=fern, at=AT), fern, 900)() for _ in range(10)]
    callers: list[Callable[[], object]] = []
    for remedy in remedies:
        reference, pk = remedy.case.reference, remedy.pk
        callers += [
            partial(approve, reference, remedy=pk, by=vera, at=AT),
            partial(pass_up_approval, pk, at=later(days=9)),
            partial(approve, reference, remedy=pk, by=max_, at=AT),
        ]
    nothing_broke(meet(*callers))
    assert statuses() == {RemedyStatus.OFFERED: 10}


def test_fifty_tills_redeem_one_voucher_once(fern: Employee, max_: Employee, cara: Customer) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    case = a_complaint(by=fern, customer=cara, at=AT)
    remedy = proposing(case, fern, 150)()
    fulfil_remedy(case.reference, remedy=remedy.pk, by=fern, at=AT)
    code = Voucher.objects.get().code
    tills: list[Callable[[], object]] = [
        partial(redeem_voucher, code, redeemed_for=f"Bill {n}", by=fern, at=AT) for n in range(FIFTY - 3)
    ]
    back = [partial(reverse_remedy, case.reference, remedy=remedy.pk, reason="No.", by=max_, at=AT)] * 3
    outcomes = meet(*tills, *back)
    nothing_broke(outcomes)
    redeemed = [one for one in outcomes if isinstance(one, Voucher)]
    refused = [one for one in outcomes if isinstance(one, VoucherNotGood | VoucherStays)]
    voucher = Voucher.objects.get()
    if voucher.void_at is None:
        assert (len(redeemed), len(refused)) == (1, FIFTY - 1)
    else:
        assert (redeemed, movements(remedy)) == ([], ["hold", "spend", "reverse"])


def test_money_and_the_customers_file_do_not_wait_for_each_other(
    fern: Employee, max_: Employee, cara: Customer
) -> None:
    an_authority(Tier.FRONT_LINE, 1000)
    cases = [a_complaint(by=fern, customer=cara, at=AT) for _ in range(8)]
    callers: list[Callable[[], object]] = [proposing(case, fern, 10) for case in cases]
    for n in range(8):
        file = CustomerFile(name=f"Cara {n}", emails=[f"cara-{n}@demo.example"])
        callers.append(partial(change_customer, cara.pk, file=file, by=fern, at=AT))
    nothing_broke(meet(*callers))
    assert statuses() == {RemedyStatus.OFFERED: 8}


def test_of_two_who_change_one_authority_the_second_is_asked_to_look(ada: Employee, fern: Employee) -> None:
    rule = Authority.objects.get(pk=an_authority(Tier.FRONT_LINE, 200).pk)
    seen = AuthoritySheet.of_authority(rule)
    outcomes = meet(
        *[
            partial(
                keep_authority,
                rule.pk,
                sheet=replace(seen, per_failure=Decimal(cap)),
                by=ada,
                at=AT,
                seen=seen.fingerprint,
            )
            for cap in (120, 130)
        ]
    )
    assert sum(isinstance(one, ChangedMeanwhile) for one in outcomes) == 1
    assert Authority.objects.count() == 2
    assert left(fern, a_complaint(by=fern, at=AT)) in {usd(120), usd(130)}


def test_a_cap_is_lowered_while_many_propose(ada: Employee, fern: Employee, max_: Employee) -> None:
    rule = Authority.objects.get(pk=an_authority(Tier.FRONT_LINE, 100, 10_000).pk)
    lower = replace(AuthoritySheet.of_authority(rule), per_failure=Decimal(5))
    cases = [a_complaint(by=fern, at=AT) for _ in range(10)]
    nothing_broke(
        meet(
            partial(keep_authority, rule.pk, sheet=lower, by=ada, at=AT),
            *[proposing(case, fern, 10) for case in cases],
        )
    )
    assert set(statuses()) <= {RemedyStatus.OFFERED, RemedyStatus.AWAITING}
    assert sum(statuses().values()) == 10


def test_two_refunds_that_each_fit_do_not_both_fit(fern: Employee, max_: Employee, cara: Customer) -> None:
    """C1: twice sixty dollars on a cap of a hundred pass the same check."""
    an_authority(Tier.FRONT_LINE, 100, 10_000)
    for _ in range(5):
        case = a_complaint(by=fern, customer=cara, at=AT)
        nothing_broke(meet(*[proposing(case, fern, 60)] * 2))
        assert left(fern, case) == usd(40)
    assert statuses() == {RemedyStatus.OFFERED: 5, RemedyStatus.AWAITING: 5}


def test_an_approval_sent_fifty_times_spends_once(fern: Employee, max_: Employee, cara: Customer) -> None:
    """C1: a double approval, or one retried after its answer was lost, pays twice."""
    an_authority(Tier.MANAGER, 2000)
    case = a_complaint(by=fern, customer=cara, at=AT)
    remedy = proposing(case, fern, 500)()
    told_twice = partial(approve, case.reference, remedy=remedy.pk, by=max_, at=AT, submission="one form")
    outcomes = meet(*[told_twice] * FIFTY)
    nothing_broke(outcomes)
    assert not [one for one in outcomes if isinstance(one, Exception)], "a retry is answered as the first one was"
    assert movements(remedy) == ["hold", "spend"]
    assert told(Kind.REMEDY_OFFERED) == ["cara@demo.example"]


def test_the_reference_of_a_payment_is_not_lost_to_what_else_is_saved(
    fern: Employee, max_: Employee, cara: Customer
) -> None:
    """C2: a concurrent save writes the row back as it was before the reference was noted."""
    an_authority(Tier.FRONT_LINE, 200)
    case = a_complaint(by=fern, customer=cara, at=AT)
    remedy = proposing(case, fern, 150, kind=RemedyKind.REFUND)()
    token = links.mint(case, at=AT)
    of: dict[str, Any] = {"remedy": remedy.pk, "at": AT}
    callers: list[Callable[[], object]] = [
        partial(fulfil_remedy, case.reference, proof="Payment 4711", by=fern, **of),
        *[partial(fulfil_remedy, case.reference, proof=f"Payment {n}", by=max_, **of) for n in range(4)],
        *[partial(answer_offer, token, accepted=True, **of)] * 4,
        *[partial(write_note, case.reference, text=f"Note {n}", by=max_, at=AT) for n in range(4)],
        *[partial(change_customer, cara.pk, file=CustomerFile(name="Cara Cox"), by=fern, at=AT)] * 2,
    ]
    outcomes = meet(*callers)
    nothing_broke(outcomes)
    [given] = [one.proof for one in outcomes[:5] if isinstance(one, Remedy)]
    remedy.refresh_from_db()
    assert (remedy.status, remedy.proof) == (RemedyStatus.FULFILLED, given)


def test_fifty_reversals_give_back_once(fern: Employee, max_: Employee, cara: Customer) -> None:
    """C3: a reversal frees the budget once."""
    an_authority(Tier.FRONT_LINE, 200, 1000)
    case = a_complaint(by=fern, customer=cara, at=AT)
    remedy = proposing(case, fern, 150, kind=RemedyKind.REFUND)()
    fulfil_remedy(case.reference, remedy=remedy.pk, proof="Payment 4711", by=fern, at=AT)
    back = partial(reverse_remedy, case.reference, remedy=remedy.pk, reason="Paid twice.", by=max_, at=AT)
    nothing_broke(meet(*[back] * FIFTY))
    assert movements(remedy) == ["hold", "spend", "reverse"]
    assert left(fern, case) == usd(200)


@pytest.mark.parametrize("round_", range(4))
def test_a_voucher_is_redeemed_or_expires_and_its_worth_is_counted_once(
    round_: int, fern: Employee, max_: Employee, cara: Customer
) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    case = a_complaint(by=fern, customer=cara, at=AT)
    remedy = proposing(case, fern, 150)()
    fulfil_remedy(case.reference, remedy=remedy.pk, by=fern, at=AT)
    voucher = Voucher.objects.get()
    in_time, too_late = voucher.expires_at - timedelta(seconds=1), voucher.expires_at
    till = partial(redeem_voucher, voucher.code, redeemed_for="Bill", by=fern, at=in_time)
    sweep = partial(expire_voucher, voucher.pk, at=too_late)
    back = partial(reverse_remedy, case.reference, remedy=remedy.pk, reason="No.", by=max_, at=too_late)
    callers: list[Callable[[], object]] = [till, sweep, sweep, back]
    outcomes = meet(*callers[:: 1 if round_ % 2 else -1] * 3)
    nothing_broke(outcomes)
    voucher.refresh_from_db()
    ends = [voucher.redeemed_at, voucher.expired_at, voucher.void_at]
    assert sum(end is not None for end in ends) == 1
    assert outcomes.count(True) == int(voucher.expired_at is not None), "it expires once"
    assert movements(remedy).count("reverse") == int(voucher.redeemed_at is None)
