"""Making it right: on the spot within one's authority, beyond it by a superior, and never more than there is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from djmoney.money import Money

from complaints.cases import links
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.sentences import sentence_for_customer, sentence_for_staff
from complaints.common.errors import (
    BeyondAuthority,
    Invalid,
    NotFound,
    NotPermitted,
    OwnAuthority,
    OwnProposal,
    RateMissing,
    RemedyMovedOn,
    VoucherNotGood,
    VoucherStays,
)
from complaints.customers.models import Customer
from complaints.escalation.models import LadderStep
from complaints.handling.answer_offer import answer_offer, note_answer
from complaints.handling.decide_approval import approve, ask_back, refuse
from complaints.handling.expire_remedy import expire_remedy, lapsed_ids
from complaints.handling.fulfil_remedy import fulfil_remedy
from complaints.handling.pass_up_approval import pass_up_approval, undecided_ids
from complaints.handling.propose_remedy import RemedyFacts, answer_question, propose_remedy
from complaints.handling.redeem_voucher import redeem_voucher
from complaints.handling.reverse_remedy import reverse_remedy
from complaints.handling.withdraw_remedy import withdraw_remedy
from complaints.outbox.models import Kind, Message
from complaints.outbox.render import words_of
from complaints.remedies import ledger
from complaints.remedies.catalogue import INTANGIBLE, RemedyKind
from complaints.remedies.models import Approval, Authority, Decision, ExchangeRate, LedgerEntry, Remedy, Voucher
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Absence, Course, Employee, Role, Tier
from tests.cast import Organisation, employee
from tests.factories import a_complaint
from tests.handling.climbing import happened, told
from tests.remedies.purse import AT, LONG_AGO, an_authority, later, left, movements, usd

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _authorities(db: None) -> None:
    """What each tier may spend on one failure."""
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)
    an_authority(Tier.VP, 20000)


@pytest.fixture
def case(fern: Employee, max_: Employee, vera: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara, at=AT)


def propose(case: Case, by: Employee, amount: float | Money | None = 150, **facts: Any) -> Remedy:
    """A voucher, unless told otherwise."""
    sent = {name: facts.pop(name) for name in ("submission", "at") if name in facts}
    sum_ = usd(amount) if isinstance(amount, int | float) else amount
    what = RemedyFacts(**{"kind": RemedyKind.VOUCHER, "words": "With our apologies.", "amount": sum_, **facts})
    return propose_remedy(case.reference, what, by=by, **{"at": AT, **sent})


def fresh(remedy: Remedy) -> Remedy:
    return Remedy.objects.get(pk=remedy.pk)


def asked_of(remedy: Remedy) -> str:
    """Who is to decide."""
    approval = Approval.objects.get(remedy=remedy, decision="")
    return approval.asked_of.email.partition("@")[0] if approval.asked_of else "nobody"


def budget_left(whose: Employee, case: Case, at: datetime = AT) -> int:
    money = left(whose, case, at)
    assert money is not None
    return round(money.amount)


# Within one's authority


def test_within_authority_it_is_offered_at_once(case: Case, fern: Employee) -> None:
    remedy = propose(case, fern, reason="Stood in the lobby for three hours.")
    assert remedy.status == RemedyStatus.OFFERED
    assert movements(remedy) == ["hold", "spend"]
    assert left(fern, case) == usd(50)
    assert happened(case)[-3:] == ["remedy.proposed", "remedy.authorised", "remedy.offered"]
    [message] = Message.objects.filter(kind=Kind.REMEDY_OFFERED)
    assert "Fern Fuller offers you: Voucher, $150.00." in words_of(message).text


def test_at_the_counter_it_is_given_in_one_step(case: Case, fern: Employee) -> None:
    voucher = propose(case, fern, proof="")
    assert voucher.status == RemedyStatus.FULFILLED
    assert Voucher.objects.get().is_good(at=AT)
    [message] = Message.objects.filter(kind=Kind.REMEDY_OFFERED)
    assert "whether you accept it" not in words_of(message).text
    gift = propose(case, fern, 20, kind=RemedyKind.GIFT, proof="Basket 7")
    assert (gift.status, gift.proof) == (RemedyStatus.FULFILLED, "Basket 7")
    with pytest.raises(Invalid):
        propose(case, fern, 20, kind=RemedyKind.REFUND, proof="")
    waiting = propose(case, fern, 500, proof="")
    assert waiting.status == RemedyStatus.AWAITING, "what is not authorised is not given"


def test_the_timeline_tells_it_in_the_language_of_the_reader(case: Case, fern: Employee) -> None:
    propose(case, fern, reason="Secret thoughts.")
    entries = list(TimelineEntry.objects.filter(case=case, kind__startswith="remedy.").order_by("pk"))
    assert sentence_for_staff(entries[0]) == "Fern Fuller proposed: Voucher, $150.00"
    assert [sentence_for_customer(one) for one in entries] == ["", "", "We offer you: Voucher, $150.00"]
    assert "Secret" not in entries[2].text
    with translation.override("zh-hans"):
        assert "US$150.00" in sentence_for_customer(entries[2])
        assert "Voucher" not in sentence_for_customer(entries[2])


@pytest.mark.parametrize("kind", INTANGIBLE)
def test_an_apology_needs_no_money_and_no_training(case: Case, fern: Employee, kind: RemedyKind) -> None:
    Authority.objects.update(course=Course.objects.create(name="Making it right"))
    remedy = propose(case, fern, None, kind=kind)
    assert (remedy.status, remedy.given_at) == (RemedyStatus.FULFILLED, AT)
    assert movements(remedy) == []
    assert told(Kind.REMEDY_OFFERED) == ["cara@demo.example"]


def test_the_same_form_twice_is_one_remedy(case: Case, fern: Employee) -> None:
    first, second = propose(case, fern, 100, submission="form"), propose(case, fern, 100, submission="form")
    assert first == second
    assert left(fern, case) == usd(100)
    assert told(Kind.REMEDY_OFFERED) == ["cara@demo.example"]


@pytest.mark.parametrize("amount", [None, 0, -5, 0.001, 1e9])
def test_what_is_no_sum_is_refused(case: Case, fern: Employee, amount: float | None) -> None:
    with pytest.raises(Invalid):
        propose(case, fern, amount)
    assert not Remedy.objects.exists()


def test_an_apology_has_no_sum(case: Case, fern: Employee) -> None:
    with pytest.raises(Invalid):
        propose(case, fern, 10, kind=RemedyKind.APOLOGY)


def test_another_team_and_those_beside_the_ladder_propose_nothing(case: Case, otto: Employee, quinn: Employee) -> None:
    with pytest.raises(NotFound):
        propose(case, otto)
    with pytest.raises(NotPermitted):
        propose(case, quinn)


# Beyond it


def test_beyond_authority_it_goes_to_the_nearest_who_covers_it(case: Case, fern: Employee, max_: Employee) -> None:
    remedy = propose(case, fern, 500)
    assert (remedy.status, asked_of(remedy)) == (RemedyStatus.AWAITING, "max")
    assert movements(remedy) == ["hold"]
    assert budget_left(max_, case) == 1500
    assert told(Kind.STAFF_APPROVAL_ASKED) == [max_.email]
    assert told(Kind.REMEDY_OFFERED) == [], "the customer is told only what is authorised"


def test_three_thousand_climb_past_the_manager_to_the_vp(case: Case, fern: Employee, vera: Employee) -> None:
    remedy = propose(case, fern, 3000)
    assert asked_of(remedy) == "vera"
    approve(case.reference, remedy=remedy.pk, by=vera, at=later(hours=1))
    assert fresh(remedy).status == RemedyStatus.OFFERED
    assert movements(remedy) == ["hold", "spend"]
    assert budget_left(vera, case) == 17000
    assert left(fern, case) == usd(0)
    assert told(Kind.REMEDY_OFFERED) == ["cara@demo.example"]
    assert told(Kind.STAFF_APPROVAL_DECIDED) == ["fern@demo.example"]


def test_two_gestures_below_the_cap_are_one_above_it(case: Case, fern: Employee, cara: Customer) -> None:
    """C3: one gesture cut into two below the cap."""
    propose(case, fern, 150)
    twin = a_complaint(by=fern, customer=cara, at=AT)
    Case.objects.filter(pk=twin.pk).update(duplicate_of=case)
    assert propose(case, fern, 51).status == RemedyStatus.AWAITING
    assert propose(twin, fern, 51).status == RemedyStatus.AWAITING


def test_the_sum_of_the_same_failure_counts_for_the_approver_too(case: Case, fern: Employee) -> None:
    propose(case, fern, 1900)
    second = propose(case, fern, 200)
    assert asked_of(second) == "vera", "for Max it would be 2,100"


def test_where_nobody_covers_it_it_waits_with_an_alarm(case: Case, fern: Employee, ada: Employee) -> None:
    remedy = propose(case, fern, 30000)
    assert (remedy.status, asked_of(remedy)) == (RemedyStatus.AWAITING, "nobody")
    assert told(Kind.STAFF_ALARM) == [ada.email]
    [message] = Message.objects.filter(kind=Kind.STAFF_ALARM)
    assert "Voucher, $30,000.00 is proposed for Cara Castillo" in words_of(message).text


def test_somebody_who_gets_the_authority_later_decides_what_waits(case: Case, fern: Employee, vera: Employee) -> None:
    remedy = propose(case, fern, 30000)
    with pytest.raises(BeyondAuthority):
        approve(case.reference, remedy=remedy.pk, by=vera, at=AT)
    Authority.objects.filter(tier=Tier.VP).update(per_failure=50000)
    approve(case.reference, remedy=remedy.pk, by=vera, at=AT)
    assert movements(remedy) == ["hold", "spend"]


def test_nobody_approves_their_own(case: Case, max_: Employee) -> None:
    """C3: approving one's own."""
    remedy = propose(case, max_, 3000)
    Authority.objects.filter(tier=Tier.MANAGER).update(per_failure=5000)
    for verb in (approve, refuse, ask_back):
        words = {} if verb is approve else {"reason" if verb is refuse else "question": "Because."}
        with pytest.raises(OwnProposal):
            verb(case.reference, remedy=remedy.pk, by=max_, at=AT, **words)
    assert fresh(remedy).status == RemedyStatus.AWAITING


def test_a_stand_in_does_not_approve_their_own_for_the_one_who_is_away(
    case: Case, max_: Employee, vera: Employee, ada: Employee
) -> None:
    Absence.objects.create(employee=vera, since=later(days=-1), until=later(days=9), stand_in=max_)
    remedy = propose(case, max_, 3000)
    assert asked_of(remedy) == "nobody"
    with pytest.raises(OwnProposal):
        approve(case.reference, remedy=remedy.pk, by=max_, at=AT)
    assert told(Kind.STAFF_ALARM) == [ada.email]


def test_a_stand_in_decides_with_their_own_authority_only(
    case: Case, fern: Employee, max_: Employee, organisation: Organisation
) -> None:
    flo = employee("Flo Falk", Role.FRONT_LINE, organisation.harbour)
    an_authority(flo, 5000)  # to spend, not to decide for others
    Absence.objects.create(employee=max_, since=later(days=-1), until=later(days=9), stand_in=flo)
    remedy = propose(case, fern, 500)
    assert asked_of(remedy) == "vera", "Flo stands in for Max, but not with his money"
    with pytest.raises(NotPermitted):
        approve(case.reference, remedy=remedy.pk, by=flo, at=AT)
    Absence.objects.all().delete()
    mia = employee("Mia Marsh", Role.MANAGER, organisation.region)
    Absence.objects.create(employee=max_, since=later(days=-1), until=later(days=9), stand_in=mia)
    other = propose(a_complaint(by=fern, at=AT), fern, 500)
    assert asked_of(other) == "mia"


# Deciding


def test_another_amount_is_spent_and_offered(case: Case, fern: Employee, max_: Employee) -> None:
    remedy = propose(case, fern, 500)
    approve(case.reference, remedy=remedy.pk, amount=usd(300), reason="Half is fair.", by=max_, at=AT)
    assert fresh(remedy).amount == usd(300)
    assert movements(remedy) == ["hold", "release", "hold", "spend"]
    assert budget_left(max_, case) == 1700
    [message] = Message.objects.filter(kind=Kind.REMEDY_OFFERED)
    assert "$300.00" in words_of(message).text
    assert "another amount" in words_of(Message.objects.get(kind=Kind.STAFF_APPROVAL_DECIDED)).text
    assert Approval.objects.get(remedy=remedy).amount_asked == 500


def test_another_amount_needs_to_be_covered_and_in_the_same_currency(
    case: Case, fern: Employee, max_: Employee
) -> None:
    remedy = propose(case, fern, 500)
    with pytest.raises(BeyondAuthority):
        approve(case.reference, remedy=remedy.pk, amount=usd(2001), by=max_, at=AT)
    with pytest.raises(Invalid):
        approve(case.reference, remedy=remedy.pk, amount=Money(300, "EUR"), by=max_, at=AT)
    assert movements(remedy) == ["hold"]


def test_a_refusal_has_a_reason_and_releases_what_was_held(case: Case, fern: Employee, max_: Employee) -> None:
    remedy = propose(case, fern, 500)
    with pytest.raises(Invalid):
        refuse(case.reference, remedy=remedy.pk, reason=" ", by=max_, at=AT)
    refuse(case.reference, remedy=remedy.pk, reason="We were on time.", by=max_, at=AT)
    assert fresh(remedy).status == RemedyStatus.REFUSED
    assert movements(remedy) == ["hold", "release"]
    assert budget_left(max_, case) == 2000
    [message] = Message.objects.filter(kind=Kind.STAFF_APPROVAL_DECIDED)
    assert "We were on time." in words_of(message).text
    assert told(Kind.REMEDY_OFFERED) == []
    assert Approval.objects.get(remedy=remedy).decision == Decision.REFUSED


def test_a_question_goes_back_and_the_answer_comes_again(
    case: Case, fern: Employee, max_: Employee, organisation: Organisation
) -> None:
    remedy = propose(case, fern, 500)
    ask_back(case.reference, remedy=remedy.pk, question="Which night?", by=max_, at=AT)
    assert fresh(remedy).status == RemedyStatus.PROPOSED
    assert budget_left(max_, case) == 2000
    flo = employee("Flo Falk", Role.FRONT_LINE, organisation.harbour)
    with pytest.raises(NotPermitted):
        answer_question(case.reference, remedy=remedy.pk, text="Any.", by=flo, at=AT)
    answer_question(case.reference, remedy=remedy.pk, text="The second.", by=fern, at=AT)
    assert (fresh(remedy).status, asked_of(remedy)) == (RemedyStatus.AWAITING, "max")
    ask_back(case.reference, remedy=remedy.pk, question="Is less enough?", by=max_, at=AT)
    answered = answer_question(case.reference, remedy=remedy.pk, text="Yes.", amount=usd(150), by=fern, at=AT)
    assert answered.status == RemedyStatus.OFFERED, "now it is within Fern's own"


def test_decided_once(case: Case, fern: Employee, max_: Employee) -> None:
    """C1: two approvals make two payments."""
    remedy = propose(case, fern, 500)
    for _again in range(2):
        approve(case.reference, remedy=remedy.pk, by=max_, at=AT, submission="form")
    with pytest.raises(RemedyMovedOn):
        refuse(case.reference, remedy=remedy.pk, reason="No.", by=max_, at=AT, submission="other form")
    assert movements(remedy) == ["hold", "spend"]
    assert told(Kind.STAFF_APPROVAL_DECIDED) == [fern.email]


@pytest.mark.parametrize("change", ["cap", "budget", "kind", "over", "training"])
def test_an_authority_that_does_not_cover_it_any_more_decides_nothing(
    case: Case, fern: Employee, max_: Employee, change: str
) -> None:
    remedy = propose(case, fern, 500)
    changes: dict[str, dict[str, Any]] = {
        "cap": {"per_failure": 499},
        "budget": {"per_month": 499},
        "kind": {"kinds": [RemedyKind.UPGRADE]},
        "over": {"valid_until": later(minutes=1)},
        "training": {"course": Course.objects.create(name="Making it right")},
    }
    Authority.objects.filter(tier=Tier.MANAGER).update(**changes[change])
    decide: dict[str, Any] = {"remedy": remedy.pk, "by": max_, "at": later(minutes=2)}
    with pytest.raises(BeyondAuthority):
        approve(case.reference, **decide)
    with pytest.raises(BeyondAuthority):
        refuse(case.reference, reason="No.", **decide)
    with pytest.raises(BeyondAuthority):
        ask_back(case.reference, question="Why?", **decide)
    assert movements(remedy) == ["hold"]


def test_what_was_set_aside_stays_in_its_month(case: Case, fern: Employee, max_: Employee) -> None:
    Authority.objects.filter(tier=Tier.MANAGER).update(per_month=500)
    remedy = propose(case, fern, 500)
    april = later(days=25)
    other = propose(a_complaint(by=fern, at=april), fern, 450, at=april)
    assert asked_of(other) == "max"
    approve(case.reference, remedy=remedy.pk, by=max_, at=april)
    months = LedgerEntry.objects.filter(remedy=remedy).values_list("month", flat=True)
    assert set(months) == {date(2026, 3, 1)}


def test_what_is_not_decided_in_time_goes_one_up(
    case: Case, fern: Employee, max_: Employee, vera: Employee, ada: Employee
) -> None:
    LadderStep.objects.filter(tier=Tier.MANAGER).update(minutes=120, calendar=None)
    LadderStep.objects.filter(tier=Tier.VP).update(minutes=60, calendar=None)
    remedy = propose(case, fern, 500)
    assert undecided_ids(at=later(minutes=119)) == []
    assert undecided_ids(at=later(minutes=120)) == [remedy.pk]
    assert pass_up_approval(remedy.pk, at=later(minutes=120))
    assert not pass_up_approval(remedy.pk, at=later(minutes=120)), "the loser returns quietly"
    assert (asked_of(remedy), movements(remedy)) == ("vera", ["hold", "release", "hold"])
    assert (budget_left(max_, case), budget_left(vera, case)) == (1500, 19500), "the failure is charged with it"
    assert pass_up_approval(remedy.pk, at=later(minutes=180))
    assert asked_of(remedy) == "nobody"
    assert told(Kind.STAFF_ALARM) == [ada.email]
    assert undecided_ids(at=later(days=9)) == []
    approve(case.reference, remedy=remedy.pk, by=max_, at=later(minutes=200))
    assert fresh(remedy).status == RemedyStatus.OFFERED


def test_who_was_promoted_meanwhile_is_not_asked_about_their_own(case: Case, fern: Employee, vera: Employee) -> None:
    remedy = propose(case, fern, 500)
    fern.role = Role.VP
    fern.save()
    assert pass_up_approval(remedy.pk, at=later(days=30))
    assert asked_of(remedy) == "vera", "though Fern is nearer by now"
    with pytest.raises(OwnProposal):
        approve(case.reference, remedy=remedy.pk, by=fern, at=later(days=30))


def test_a_currency_without_a_rate_is_refused_and_with_one_it_is_recorded(case: Case, fern: Employee) -> None:
    with pytest.raises(RateMissing):
        propose(case, fern, Money(100, "EUR"))
    assert not Remedy.objects.exists()
    ExchangeRate.objects.create(source="EUR", target="USD", rate=Decimal("1.5"), since=LONG_AGO)
    remedy = propose(case, fern, Money(100, "EUR"))
    [hold, _spend] = LedgerEntry.objects.filter(remedy=remedy)
    assert (hold.amount, hold.currency, hold.rate) == (Decimal(150), "USD", Decimal("1.5"))
    assert left(fern, case) == usd(50)


def test_a_superior_with_money_in_another_currency_only_is_passed_over(
    case: Case, fern: Employee, vera: Employee
) -> None:
    Authority.objects.filter(tier=Tier.MANAGER).update(currency="EUR")
    assert asked_of(propose(case, fern, 500)) == "vera"


# Its further life


def test_the_customer_accepts_on_their_page_and_it_is_given(case: Case, fern: Employee) -> None:
    remedy, token = propose(case, fern, kind=RemedyKind.REFUND), links.mint(case, at=AT)
    for _again in range(2):
        answer_offer(token, remedy=remedy.pk, accepted=True, text="Thank you.", at=AT)
    with pytest.raises(RemedyMovedOn):
        answer_offer(token, remedy=remedy.pk, accepted=False, at=AT)
    assert told(Kind.STAFF_CUSTOMER_ANSWERED) == [fern.email]
    with pytest.raises(Invalid):
        fulfil_remedy(case.reference, remedy=remedy.pk, by=fern, at=AT)
    for _again in range(2):
        fulfil_remedy(case.reference, remedy=remedy.pk, proof="PAY-1", by=fern, at=AT)
    with pytest.raises(RemedyMovedOn):
        fulfil_remedy(case.reference, remedy=remedy.pk, proof="PAY-2", by=fern, at=AT)
    given = fresh(remedy)
    assert (given.status, given.proof) == (RemedyStatus.FULFILLED, "PAY-1")
    assert happened(case).count("remedy.fulfilled") == 1


def test_the_same_answer_twice_asks_once(case: Case, fern: Employee, max_: Employee) -> None:
    remedy = propose(case, fern, 500)
    ask_back(case.reference, remedy=remedy.pk, question="Which night?", by=max_, at=AT)
    for _click in range(2):
        answer_question(case.reference, remedy=remedy.pk, text="The second.", by=fern, at=AT, submission="form")
    assert happened(case).count("approval.answered") == 1
    assert Approval.objects.filter(remedy=remedy).count() == 2


def test_to_the_customer_what_is_not_authorised_does_not_exist(case: Case, fern: Employee, max_: Employee) -> None:
    remedy, token = propose(case, fern, 500), links.mint(case, at=AT)
    with pytest.raises(NotFound):
        answer_offer(token, remedy=remedy.pk, accepted=True, at=AT)
    refuse(case.reference, remedy=remedy.pk, reason="Too much.", by=max_, at=AT)
    with pytest.raises(NotFound):
        answer_offer(token, remedy=remedy.pk, accepted=False, at=AT)


def test_another_complaint_s_link_answers_nothing(case: Case, fern: Employee) -> None:
    token = links.mint(a_complaint(by=fern, at=AT), at=AT)
    with pytest.raises(NotFound):
        answer_offer(token, remedy=propose(case, fern).pk, accepted=True, at=AT)


def test_what_the_customer_declines_can_be_spent_again_once(case: Case, fern: Employee) -> None:
    remedy = propose(case, fern)
    for _again in range(2):
        note_answer(case.reference, remedy=remedy.pk, accepted=False, by=fern, at=AT)
    assert movements(remedy) == ["hold", "spend", "release"]
    assert left(fern, case) == usd(200)
    with pytest.raises(RemedyMovedOn):
        fulfil_remedy(case.reference, remedy=remedy.pk, by=fern, at=AT)


def test_what_is_withdrawn_is_released_and_the_customer_told_where_they_knew(
    case: Case, fern: Employee, max_: Employee
) -> None:
    waiting, offered = propose(case, fern, 500), propose(a_complaint(by=fern, customer=case.customer, at=AT), fern)
    for _again in range(2):
        withdraw_remedy(case.reference, remedy=waiting.pk, reason="A slip.", by=fern, at=AT)
    assert told(Kind.REMEDY_WITHDRAWN) == []
    assert not Approval.objects.filter(decision="").exists()
    with pytest.raises(RemedyMovedOn):
        approve(case.reference, remedy=waiting.pk, by=max_, at=AT)
    withdraw_remedy(offered.case.reference, remedy=offered.pk, reason="A slip.", by=fern, at=AT)
    assert told(Kind.REMEDY_WITHDRAWN) == ["cara@demo.example"]
    assert movements(waiting) == ["hold", "release"]
    assert movements(offered) == ["hold", "spend", "release"]


def test_what_nobody_answers_expires(case: Case, fern: Employee) -> None:
    offered = propose(case, fern)
    waiting = propose(case, fern, 500)
    assert lapsed_ids(at=later(days=29)) == []
    assert lapsed_ids(at=later(days=30)) == [waiting.pk]
    assert expire_remedy(waiting.pk, at=later(days=30))
    assert not expire_remedy(waiting.pk, at=later(days=30))
    assert not expire_remedy(offered.pk, at=later(days=30))
    assert expire_remedy(offered.pk, at=later(days=90))
    assert lapsed_ids(at=later(days=900)) == []
    assert movements(waiting) == ["hold", "release"]
    assert movements(offered) == ["hold", "spend", "release"]


def test_a_reversal_gives_back_once_and_never_by_whose_authority_it_was(
    case: Case, fern: Employee, max_: Employee, vera: Employee
) -> None:
    mine, his = propose(case, fern), propose(case, fern, 500)
    approve(case.reference, remedy=his.pk, by=max_, at=AT)
    for one in (mine, his):
        fulfil_remedy(case.reference, remedy=one.pk, by=fern, at=AT)
    with pytest.raises(NotPermitted):
        reverse_remedy(case.reference, remedy=mine.pk, reason="Oops.", by=fern, at=AT)
    with pytest.raises(OwnAuthority):
        reverse_remedy(case.reference, remedy=his.pk, reason="Oops.", by=max_, at=AT)
    for _again in range(2):
        reverse_remedy(case.reference, remedy=his.pk, reason="Given twice.", by=vera, at=AT)
    reverse_remedy(case.reference, remedy=mine.pk, reason="Given twice.", by=max_, at=AT)
    assert movements(his) == ["hold", "spend", "reverse"]
    assert left(fern, case) == usd(200)
    assert ledger.discrepancies() == []


def test_a_voucher_is_redeemed_once_wherever_the_customer_goes(case: Case, fern: Employee, otto: Employee) -> None:
    remedy = propose(case, fern)
    fulfil_remedy(case.reference, remedy=remedy.pk, by=fern, at=AT)
    voucher = Voucher.objects.get(remedy=remedy)
    assert voucher.amount == usd(150)
    with pytest.raises(Invalid):
        redeem_voucher(voucher.code, redeemed_for=" ", by=otto, at=AT)
    spoken = voucher.code.lower().replace("-", " ").replace("0", "o")
    for _again in range(2):
        redeem_voucher(spoken, redeemed_for="Bill 12", by=otto, at=AT)
    with pytest.raises(VoucherNotGood, match="redeemed already"):
        redeem_voucher(voucher.code, redeemed_for="Bill 13", by=otto, at=AT)
    assert happened(case).count("voucher.redeemed") == 1


@pytest.mark.parametrize("code", ["", "7K3M", "7K3M-9QX2-HB4T-0W5V", "7K3M-9QX2-HB4T-0W5U"])
def test_a_guess_opens_nothing(db: None, otto: Employee, code: str) -> None:
    with pytest.raises(NotFound):
        redeem_voucher(code, redeemed_for="Bill 12", by=otto, at=AT)


def test_a_voucher_ends_with_its_day_or_with_a_reversal(case: Case, fern: Employee, max_: Employee) -> None:
    remedy = propose(case, fern)
    fulfil_remedy(case.reference, remedy=remedy.pk, by=fern, at=AT)
    code = Voucher.objects.get().code
    with pytest.raises(VoucherNotGood, match="expired"):
        redeem_voucher(code, redeemed_for="Bill 12", by=fern, at=later(days=365))
    reverse_remedy(case.reference, remedy=remedy.pk, reason="Lost.", by=max_, at=AT)
    with pytest.raises(VoucherNotGood, match="taken back"):
        redeem_voucher(code, redeemed_for="Bill 12", by=fern, at=later(days=1))


def test_a_redeemed_voucher_is_not_reversed(case: Case, fern: Employee, max_: Employee) -> None:
    remedy = propose(case, fern)
    fulfil_remedy(case.reference, remedy=remedy.pk, by=fern, at=AT)
    redeem_voucher(Voucher.objects.get().code, redeemed_for="Bill 12", by=fern, at=AT + timedelta(days=1))
    with pytest.raises(VoucherStays, match="cannot be taken back: it was redeemed already"):
        reverse_remedy(case.reference, remedy=remedy.pk, reason="Lost.", by=max_, at=AT)
    assert movements(remedy) == ["hold", "spend"]
