"""The panel "Making it right" and its steps: told beforehand, done once, and nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.customers.models import Customer, Language
from complaints.handling.decide_approval import approve, ask_back
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.redeem_voucher import redeem_voucher
from complaints.handling.withdraw import withdraw
from complaints.handling.withdraw_remedy import withdraw_remedy
from complaints.handling.write_note import write_note
from complaints.outbox.models import Kind
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, Authority, Remedy, Voucher
from complaints.remedies.states import RemedyMove, RemedyStatus
from complaints.staff.models import Course, Employee, Tier, Training
from complaints.standards.models import FailureType
from tests.factories import a_complaint, a_customer, an_hour_ago
from tests.handling.climbing import told
from tests.remedies.purse import an_authority, usd


@pytest.fixture(autouse=True)
def _authorities(db: None) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)
    an_authority(Tier.VP, 20000)


@pytest.fixture
def case(fern: Employee, max_: Employee, vera: Employee, cara: Customer, late_room: FailureType) -> Case:
    return a_complaint(by=fern, customer=cara, failure_type=late_room.pk, wanted="The night for free.")


@pytest.fixture
def at_fern(client: Client, fern: Employee) -> Client:
    client.force_login(fern)
    return client


@pytest.fixture
def at_max(max_: Employee) -> Client:
    client = Client()
    client.force_login(max_)
    return client


def page(client: Client, case: Case) -> str:
    return client.get(f"/desk/complaints/{case.reference}/").content.decode()


def offer(client: Client, case: Case, amount: str = "150", **typed: Any) -> Any:
    """Send the form "Offer something" of a page that is up to date."""
    case.refresh_from_db()
    sent = {"version": case.version, "entry": 0, "kind": "voucher", "amount": amount, "currency": "USD"}
    words = {"words": "We are sorry.", "submission": "one-form", **typed}
    return client.post(f"/desk/complaints/{case.reference}/propose_remedy/", {**sent, **words}, follow=True)


def take(client: Client, remedy: Remedy, move: RemedyMove, **typed: Any) -> Any:
    """Send the form of a step with a remedy."""
    address = f"/desk/complaints/{remedy.case.reference}/remedies/{remedy.pk}/{move.value}/"
    return client.post(address, {"entry": 0, "submission": f"form to {move}", **typed}, follow=True)


def decide(client: Client, remedy: Remedy, choice: str, **typed: Any) -> Any:
    """Follow the link of the panel to the decision, and decide."""
    link = re.search(r'href="(/desk/approvals/\d+/\?from=complaint)"', page(client, remedy.case))
    assert link
    sent = {"choice": choice, "amount": str(remedy.amount.amount), "submission": f"form to {choice}", **typed}
    return client.post(link[1], sent, follow=True)


def proposed(case: Case, by: Employee, amount: int, kind: RemedyKind = RemedyKind.REFUND, **facts: Any) -> Remedy:
    what = RemedyFacts(kind=kind, words="We are sorry.", amount=usd(amount), **facts)
    return propose_remedy(case.reference, what, by=by, at=now())


# What the page says


def test_one_glance_says_what_one_may_decide(at_fern: Client, at_max: Client, case: Case, fern: Employee) -> None:
    assert "You can decide up to $200.00 on this case yourself." in page(at_fern, case)
    assert "Anything more goes to Max Moreno" in page(at_fern, case)
    proposed(case, fern, 150)
    assert "You can decide up to $50.00 on this case yourself." in page(at_fern, case)
    assert "You can decide up to $1,850.00 on this case yourself." in page(at_max, case), "it was given for one failure"
    assert "The night for free." in page(at_fern, case)


def test_what_is_used_up_or_was_never_there_is_said(at_fern: Client, case: Case, fern: Employee) -> None:
    proposed(case, fern, 200)
    assert "What you may decide on this case by yourself ($200.00) is used up." in page(at_fern, case)
    rule = Authority.objects.filter(tier=Tier.FRONT_LINE)
    rule.update(per_failure=900, per_customer=200, customer_days=30)
    assert "What you may give one customer within 30 days ($200.00) is used up." in page(at_fern, case)
    rule.update(per_customer=900, per_month=200)
    assert "Your budget of this month ($200.00) is used up." in page(at_fern, case)
    rule.update(valid_until=an_hour_ago())
    assert "You have no authority over money on this case" in page(at_fern, case)


def test_a_suspended_authority_says_why(at_fern: Client, case: Case, fern: Employee) -> None:
    course = Course.objects.create(name="Making it right")
    Authority.objects.update(course=course)
    assert "rests until you have taken the training “Making it right”" in page(at_fern, case)

    Training.objects.create(employee=fern, course=course, taken_on="2024-01-05", expires_on="2025-01-05")
    assert "your training “Making it right” ended on Jan. 5, 2025" in page(at_fern, case)
    assert "An apology needs no authority." in page(at_fern, case)


def test_what_similar_complaints_got_stands_beside_it(
    at_fern: Client, case: Case, fern: Employee, late_room: FailureType
) -> None:
    assert "similar complaint" not in page(at_fern, case)
    for amount in (20, 80, 120):
        proposed(a_complaint(by=fern, failure_type=late_room.pk), fern, amount)
    shown = page(at_fern, case)
    assert "What 3 similar complaints got" in shown
    assert "Refund × 3" in shown
    assert "Half of them were worth $80.00 or less; from $20.00 to $120.00." in shown


def test_what_cannot_be_done_is_not_offered(at_fern: Client, at_max: Client, case: Case, fern: Employee) -> None:
    def offered(client: Client, remedy: Remedy) -> set[str]:
        shown = page(client, case)
        return {move.value for move in RemedyMove if f'id="remedy-{remedy.pk}-{move.value}"' in shown}

    small = proposed(case, fern, 100)
    assert offered(at_fern, small) == {"accept", "decline", "fulfil", "withdraw"}
    remedy = proposed(case, fern, 500)
    assert offered(at_fern, remedy) == {"withdraw"}
    assert offered(at_max, remedy) == {"withdraw"}
    assert "Decide on it" in page(at_max, case)
    assert "Decide on it" not in page(at_fern, case)
    withdraw(case.reference, reason="She rang.", by=fern, at=now())
    assert "Nothing was offered" not in page(at_fern, case)
    assert 'id="step-propose_remedy"' not in page(at_fern, case)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "voucher", "amount": "150"}, "$150.00 is yours to decide"),
        ({"kind": "voucher", "amount": "1,500"}, "$1,500.00 goes to Max Moreno for approval."),
        ({"kind": "refund", "amount": "5000"}, "$5,000.00 goes to Vera Vance for approval."),
        ({"kind": "refund", "amount": "50000"}, "covers $50,000.00 now: it would wait"),
        ({"kind": "apology", "amount": ""}, "The customer gets this at once."),
        ({"kind": "voucher", "amount": "much"}, ""),
        ({"kind": "palace", "amount": "10"}, ""),
        ({}, ""),
    ],
)
def test_what_will_happen_is_said_while_it_is_typed(
    at_fern: Client, case: Case, typed: dict[str, str], said: str
) -> None:
    answer = at_fern.get(f"/desk/complaints/{case.reference}/outlook/", {"currency": "USD", **typed})

    shown = answer.content.decode().replace("&#x27;", "'")
    assert said in shown
    assert bool(said) == ("<p" in shown)
    assert not Remedy.objects.exists()


def test_the_words_begin_in_the_language_of_the_customer(at_fern: Client, fern: Employee) -> None:
    li = a_customer(name="Li Xiaoyu", language=Language.CHINESE)

    assert "非常抱歉" in page(at_fern, a_complaint(by=fern, customer=li))


# Offering


def test_within_authority_the_customer_is_offered_it_at_once(at_fern: Client, case: Case) -> None:
    answer = offer(at_fern, case, "150")

    assert "The customer is offered: Voucher, $150.00." in answer.content.decode()
    assert Remedy.objects.get().status == RemedyStatus.OFFERED
    assert told(Kind.REMEDY_OFFERED) == ["cara@demo.example"]


def test_beyond_it_the_page_says_whose_decision_it_is(at_fern: Client, case: Case) -> None:
    shown = offer(at_fern, case, "500").content.decode()

    assert "Max Moreno is asked to approve it." in shown
    assert "Max Moreno is to decide by" in shown
    assert told(Kind.REMEDY_OFFERED) == []


def test_at_the_counter_a_voucher_is_given_in_one_form(at_fern: Client, case: Case) -> None:
    shown = offer(at_fern, case, "150", on_the_spot="on").content.decode()

    remedy = Remedy.objects.get()
    assert remedy.status == RemedyStatus.FULFILLED
    assert "Given to the customer: Voucher, $150.00." in shown
    assert f"/vouchers/{remedy.pk}/" in shown
    assert remedy.voucher.code not in shown, "only whoever prints it sees the code"


def test_what_is_given_on_the_spot_needs_a_reference(at_fern: Client, case: Case) -> None:
    answer = offer(at_fern, case, "150", kind="refund", on_the_spot="on")
    assert answer.status_code == 400
    assert "Please say what proves it" in answer.content.decode()
    assert not Remedy.objects.exists()
    offer(at_fern, case, "150", kind="refund", on_the_spot="on", proof="Bill 4711")
    assert Remedy.objects.get().proof == "Bill 4711"


def test_the_same_form_twice_is_one_offer(at_fern: Client, case: Case) -> None:
    version = case.version
    for _click in range(2):
        assert offer(at_fern, case, "150", version=version).status_code == 200
    assert Remedy.objects.count() == 1


@pytest.mark.parametrize(
    ("amount", "sum_"), [("1,850", "1850"), ("1 850.5", "1850.5"), ("0150", "150"), ("150.00", "150")]
)
def test_a_sum_is_taken_as_people_write_it(at_fern: Client, case: Case, amount: str, sum_: str) -> None:
    offer(at_fern, case, amount)
    assert Remedy.objects.get().amount == usd(sum_)


@pytest.mark.parametrize("amount", ["", "0", "-5", "1.234", "1,85", "NaN", "1e3", "1e9", "a night", "9" * 40])
def test_what_is_no_sum_comes_back_with_everything_typed(at_fern: Client, case: Case, amount: str) -> None:
    answer = offer(at_fern, case, amount, words="My careful words.", reason="My reasons.")

    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "My careful words." in shown
    assert "My reasons." in shown
    assert "Please say what it is worth." in shown or "This is not an amount of money." in shown
    assert not Remedy.objects.exists()


@pytest.mark.parametrize("currency", ["", "XXX", "usd"])
def test_a_sum_without_a_currency_is_none(at_fern: Client, case: Case, currency: str) -> None:
    answer = offer(at_fern, case, "150", currency=currency)

    assert answer.status_code == 400
    assert not Remedy.objects.exists()


def test_where_nobody_has_an_authority_an_apology_is_still_made(at_fern: Client, case: Case) -> None:
    Authority.objects.update(valid_from=now().replace(year=2099))

    assert offer(at_fern, case, "150", currency="").status_code == 400
    assert offer(at_fern, case, "", kind="apology", currency="").status_code == 200
    assert Remedy.objects.get().status == RemedyStatus.FULFILLED


def test_a_page_grown_old_keeps_the_offer_and_shows_the_news(at_fern: Client, case: Case, max_: Employee) -> None:
    seen = case.version
    write_note(case.reference, text="She had a bottle of wine already.", by=max_, at=now())

    answer = offer(at_fern, case, "150", version=seen, words="My careful words.")

    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "She had a bottle of wine already." in shown
    assert "My careful words." in shown
    assert not Remedy.objects.exists()
    assert offer(at_fern, case, "150", words="My careful words.").status_code == 200
    assert Remedy.objects.count() == 1


def test_what_was_typed_waits_behind_the_sign_in(client: Client, case: Case, fern: Employee) -> None:
    address = f"/desk/complaints/{case.reference}/propose_remedy/"
    client.post(address, {"kind": "voucher", "amount": "150", "words": "My careful words."})
    client.force_login(fern)

    shown = client.get(address).content.decode()

    assert "My careful words." in shown
    assert 'value="150"' in shown
    assert not Remedy.objects.exists()


# Deciding


def test_the_panel_leads_to_the_decision_and_back(at_max: Client, case: Case, fern: Employee) -> None:
    remedy = proposed(case, fern, 500)
    assert "You can approve up to $2,000.00 for this." in page(at_max, case)

    answer = decide(at_max, remedy, "approve", amount="400", reason="A bit less.")

    assert answer.redirect_chain == [(f"/desk/complaints/{case.reference}/", 302)]
    remedy.refresh_from_db()
    assert (remedy.status, remedy.amount) == (RemedyStatus.OFFERED, usd(400))
    assert told(Kind.STAFF_APPROVAL_DECIDED) == ["fern@demo.example"]


def test_what_waits_for_the_reader_comes_first(at_max: Client, at_fern: Client, case: Case, fern: Employee) -> None:
    proposed(case, fern, 500)

    for client, comes_first in ((at_max, True), (at_fern, False)):
        shown = page(client, case)
        assert (shown.index("making-right-head") < shown.index("steps-head")) == comes_first


def test_a_question_and_its_answer(at_max: Client, at_fern: Client, case: Case, fern: Employee) -> None:
    remedy = proposed(case, fern, 500)
    decide(at_max, remedy, "ask_back", reason="Which night was it?")
    shown = page(at_fern, case)
    assert "Max Moreno asks:" in shown
    assert "Which night was it?" in shown

    answer = take(at_fern, remedy, RemedyMove.SUBMIT, amount="450", text="The second one.")

    assert "Max Moreno is asked to approve it." in answer.content.decode()
    remedy.refresh_from_db()
    assert (remedy.status, remedy.amount) == (RemedyStatus.AWAITING, usd(450))
    assert "The second one." in page(at_max, case)


def test_a_refusal_says_why(at_max: Client, at_fern: Client, case: Case, fern: Employee) -> None:
    remedy = proposed(case, fern, 500)
    decide(at_max, remedy, "refuse", reason="She was offered a suite.")
    assert "Refused by Max Moreno:" in page(at_fern, case)
    assert "She was offered a suite." in page(at_fern, case)


def test_nobody_reverses_what_their_own_authority_gave(at_max: Client, case: Case, max_: Employee) -> None:
    remedy = proposed(case, max_, 500, RemedyKind.VOUCHER, proof="")

    answer = take(at_max, remedy, RemedyMove.REVERSE, reason="By mistake, I think.")

    assert answer.status_code == 403
    assert "somebody else has to reverse it" in answer.content.decode()
    assert "By mistake, I think." in answer.content.decode()
    assert f"remedy-{remedy.pk}-reverse" not in page(at_max, case)


def test_a_reversal_is_offered_until_the_voucher_is_redeemed(at_max: Client, case: Case, fern: Employee) -> None:
    remedy = proposed(case, fern, 100, RemedyKind.VOUCHER, proof="")
    assert f"remedy-{remedy.pk}-reverse" in page(at_max, case)
    redeem_voucher(Voucher.objects.get().code, redeemed_for="Bill 12", by=fern, at=now())
    assert f"remedy-{remedy.pk}-reverse" not in page(at_max, case)


def test_who_has_nothing_left_to_approve_with_is_not_asked_to_decide(
    at_max: Client, case: Case, fern: Employee
) -> None:
    remedy = proposed(case, fern, 500)
    Authority.objects.filter(tier=Tier.MANAGER).update(kinds=[RemedyKind.VOUCHER])
    shown = page(at_max, case)
    assert "Decide on it" not in shown
    assert "somebody else has to decide on it" in shown
    asked = at_max.get(f"/desk/approvals/{Approval.objects.get(remedy=remedy).pk}/").content.decode()
    assert 'name="choice"' not in asked
    assert "Somebody whose authority covers it has to decide on it." in asked


def test_who_covers_a_part_may_approve_that_and_turn_nothing_down(at_max: Client, case: Case, fern: Employee) -> None:
    remedy = proposed(case, fern, 500)
    Authority.objects.filter(tier=Tier.MANAGER).update(per_failure=300)
    asked = at_max.get(f"/desk/approvals/{Approval.objects.get(remedy=remedy).pk}/").content.decode()
    assert 'value="approve"' in asked
    assert 'value="refuse"' not in asked
    assert 'value="ask_back"' not in asked


@pytest.mark.parametrize(
    ("move", "typed", "status"),
    [
        (RemedyMove.FULFIL, {"proof": "Payment 12"}, RemedyStatus.FULFILLED),
        (RemedyMove.ACCEPT, {}, RemedyStatus.ACCEPTED),
        (RemedyMove.DECLINE, {}, RemedyStatus.DECLINED),
        (RemedyMove.WITHDRAW, {"reason": "By mistake."}, RemedyStatus.WITHDRAWN),
    ],
)
def test_each_step_is_done_once_however_often_it_is_sent(
    at_fern: Client, case: Case, fern: Employee, move: RemedyMove, typed: dict[str, str], status: RemedyStatus
) -> None:
    remedy = proposed(case, fern, 100)
    for _click in range(2):
        assert take(at_fern, remedy, move, **typed).status_code == 200
    remedy.refresh_from_db()
    assert remedy.status == status
    assert case.timeline.filter(kind__startswith="remedy.").count() == 4


def test_a_remedy_of_another_complaint_is_not_there(at_fern: Client, case: Case, fern: Employee) -> None:
    other = proposed(a_complaint(by=fern), fern, 100)

    answer = at_fern.get(f"/desk/complaints/{case.reference}/remedies/{other.pk}/fulfil/")

    assert answer.status_code == 404


def test_reading_along_shows_everything_and_offers_nothing(quinn: Employee, case: Case, fern: Employee) -> None:
    at_quinn = Client()
    at_quinn.force_login(quinn)
    remedy = proposed(case, fern, 500, reason="Three hours in the lobby.")

    shown = page(at_quinn, case)

    assert "Refund, $500.00" in shown
    assert "Three hours in the lobby." in shown
    assert "You can decide" not in shown
    assert f'id="remedy-{remedy.pk}' not in shown


def test_the_states_are_told_apart(at_fern: Client, case: Case, fern: Employee, max_: Employee) -> None:
    withdrawn, approved = proposed(case, fern, 100), proposed(case, fern, 600)
    withdraw_remedy(case.reference, remedy=withdrawn.pk, reason="Twice.", by=fern, at=now())
    ask_back(case.reference, remedy=approved.pk, question="Why?", by=max_, at=now())
    assert "Withdrawn" in page(at_fern, case)
    assert "Proposed" in page(at_fern, case)
    approved.refresh_from_db()
    with pytest.raises(Exception, match="moved on"):
        approve(case.reference, remedy=withdrawn.pk, by=max_, at=now())
