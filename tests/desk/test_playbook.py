"""The playbook: written by the analyst, shown beside the case, proposed from, and seen by whoever decides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.customers.models import Customer, Language
from complaints.handling.keep_playbook import keep_playbook
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.tally_outcomes import tally_outcomes
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Advice, Approval, Playbook, Remedy
from complaints.remedies.sheets import PlaybookSheet
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Tier
from complaints.standards.models import FailureType, Severity
from tests.desk.test_settings import text_of, typed
from tests.factories import a_complaint, a_customer, an_hour_ago
from tests.handling.test_keep_playbook import SORRY, VOUCHER
from tests.insights.past import past
from tests.remedies.purse import a_trouble_rate, an_authority, usd

pytestmark = pytest.mark.django_db
APOLOGY = "We gave you our word, and broke it."


@pytest.fixture
def late(quinn: Employee, late_room: FailureType) -> Playbook:
    sheet = PlaybookSheet(
        name="Late rooms",
        failure_type=late_room.pk,
        apology=APOLOGY,
        questions="What did you miss?\nWho is with you?",
        avoid="Blaming housekeeping.",
        advice=(SORRY, VOUCHER),
    )
    return keep_playbook(None, sheet=sheet, by=quinn, at=an_hour_ago())


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer, late_room: FailureType) -> Case:
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)
    a_trouble_rate()
    return a_complaint(by=fern, customer=cara, failure_type=late_room.pk, severity=Severity.HIGH)


def at(who: Employee) -> Client:
    client = Client()
    client.force_login(who)
    return client


@pytest.fixture
def at_fern(fern: Employee) -> Client:
    return at(fern)


@pytest.fixture
def at_quinn(quinn: Employee) -> Client:
    return at(quinn)


def page(client: Client, case: Case) -> str:
    return text_of(client.get(f"/desk/complaints/{case.reference}/"))


def address(case: Case, step: str = "propose_remedy") -> str:
    return f"/desk/complaints/{case.reference}/{step}/"


def form_of(answer: Any, step: str = "propose_remedy") -> Any:
    return next(one.form for one in answer.context["steps"].offered if one.move == step)


def values(form: Any, *names: str) -> list[str]:
    return [str(form[name].value()) for name in names]


def sent(client: Client, case: Case, **facts: Any) -> Any:
    """The form of an offer, sent from a page that is up to date."""
    case.refresh_from_db()
    told = {"version": case.version, "entry": 0, "kind": "voucher", "amount": "100", "currency": "USD"}
    parts = {"words": "We are sorry.", "contacts": "2", "days": "3", "severity": "3"}
    return client.post(address(case), {**told, **parts, **facts})


# Written


def test_an_analyst_adds_one_as_it_is_typed(at_quinn: Client, late_room: FailureType) -> None:
    new = "/desk/settings/playbooks/new/"
    line = {"line_0_kind": "voucher", "line_0_least": "50", "line_0_most": "150", "line_0_currency": "usd"}
    words = typed(at_quinn, new, name="Late", failure_type=late_room.pk, apology="Sorry.", **line)

    assert at_quinn.post(new, words).status_code == 302

    advice = Advice.objects.get()
    assert (advice.version.playbook.name, advice.kind, advice.least, advice.currency) == (
        "Late",
        "voucher",
        Decimal(50),
        "USD",
    )
    assert "Room not ready on time" in text_of(at_quinn.get("/desk/settings/playbooks/"))


def test_the_way_there_is_shown_to_analysts(at_quinn: Client, at_fern: Client) -> None:
    for client, shown in ((at_quinn, True), (at_fern, False)):
        assert ('href="/desk/settings/playbooks/"' in client.get("/desk/").content.decode()) is shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"line_0_kind": "voucher"}, "Please give the range and its currency"),
        (
            {"line_0_kind": "voucher", "line_0_least": "9", "line_0_most": "5", "line_0_currency": "USD"},
            "The range goes from less to more.",
        ),
        ({"line_0_kind": "apology", "apology": ""}, "A playbook begins with words for the apology."),
        ({}, "A playbook names at least one remedy."),
    ],
)
def test_a_refused_one_keeps_what_was_typed(at_quinn: Client, words: dict[str, str], sentence: str) -> None:
    new = "/desk/settings/playbooks/new/"
    answer = at_quinn.post(new, typed(at_quinn, new, name="Late", **{"apology": "So sorry.", **words}))
    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert 'value="Late"' in answer.content.decode()
    assert not Playbook.objects.exists()


def test_a_preview_shows_what_colleagues_would_see_and_keeps_nothing(at_quinn: Client, late: Playbook) -> None:
    there = f"/desk/settings/playbooks/{late.pk}/"
    answer = at_quinn.post(there, typed(at_quinn, there, avoid="Haste.", preview="1"))
    foreseen = answer.content.decode().partition('id="foresight"')[2].partition("</section>")[0]
    assert "Haste." in foreseen
    assert "What colleagues would see" in foreseen
    assert late.versions.count() == 1


def test_an_earlier_version_is_written_into_the_form_again_and_kept_as_a_new_one(
    at_quinn: Client, late: Playbook
) -> None:
    there = f"/desk/settings/playbooks/{late.pk}/"
    at_quinn.post(there, typed(at_quinn, there, apology="Sorry, we were full."))
    assert f'href="{there}?version=1"' in at_quinn.get(there).content.decode()

    assert at_quinn.post(there, typed(at_quinn, f"{there}?version=1")).status_code == 302

    assert late.versions.get(is_current=True).number == 3
    assert late.versions.get(is_current=True).apology == APOLOGY


@pytest.mark.parametrize("number", ["7", "x", "1" * 30])
def test_a_version_that_never_was_is_not_found(at_quinn: Client, late: Playbook, number: str) -> None:
    assert at_quinn.get(f"/desk/settings/playbooks/{late.pk}/?version={number}").status_code == 404


# Beside the case


def test_it_stands_beside_the_case(at_fern: Client, late: Playbook, case: Case) -> None:
    told = page(at_fern, case)
    for words in ("Playbook: Late rooms, version 1", APOLOGY, "What did you miss?", "Blaming housekeeping."):
        assert words in told
    assert "Voucher $50.00 – $150.00" in told
    assert told.index("Always") < told.index("Who comes again"), "in order"


def test_who_may_not_offer_reads_it_and_is_offered_no_way(at_quinn: Client, late: Playbook, case: Case) -> None:
    told = page(at_quinn, case)
    assert APOLOGY in told
    assert "Propose $" not in told


def test_a_closed_case_needs_none(at_fern: Client, late: Playbook, case: Case) -> None:
    at_fern.post(address(case, "withdraw"), {"version": case.version, "reason": "She said so."})
    assert APOLOGY not in page(at_fern, case)


def test_the_apology_goes_into_the_message_in_the_language_of_the_customer(
    at_fern: Client, late: Playbook, case: Case, quinn: Employee, fern: Employee, late_room: FailureType
) -> None:
    form = form_of(at_fern.get(address(case, "write"), {"words": "apology"}), "write")
    assert values(form, "text") == [APOLOGY]
    assert values(form_of(at_fern.get(address(case, "write")), "write"), "text") == ["None"], "only where asked for"

    li = a_customer(name="Li Xiaoyu", language=Language.CHINESE)
    hers = a_complaint(by=fern, customer=li, failure_type=late_room.pk)
    assert "There are no words in the customer's language yet." in page(at_fern, hers)
    assert values(form_of(at_fern.get(address(hers, "write"), {"words": "apology"}), "write"), "text") == ["None"]


def test_proposing_from_it_fills_in_the_offer_with_the_sum_it_should_be_worth(
    at_fern: Client, late: Playbook, case: Case
) -> None:
    advice = Advice.objects.get(kind="voucher")
    answer = at_fern.get(address(case), {"advice": advice.pk})
    form = form_of(answer)
    assert values(form, "kind", "amount", "currency", "words") == ["voucher", "60.00", "USD", APOLOGY]
    assert values(form, "contacts", "days", "severity") == ["1", "0", str(Severity.HIGH)]
    assert "Propose $60.00" in text_of(answer)


@pytest.mark.parametrize("advice", ["0", "x", "9" * 40])
def test_a_link_to_a_remedy_that_is_not_in_force_fills_in_none(
    at_fern: Client, late: Playbook, case: Case, advice: str
) -> None:
    assert values(form_of(at_fern.get(address(case), {"advice": advice})), "kind", "amount") == ["None", "None"]


def test_without_a_price_it_is_the_trouble_alone_and_says_so(at_fern: Client, late: Playbook, case: Case) -> None:
    told = page(at_fern, case)
    assert "It should be worth at least $60.00 for their trouble alone; what they paid is not known" in told
    assert "Turned to us once $10.00" in told
    assert "Severity: High $50.00" in told


def test_each_part_can_be_put_right_and_the_sum_is_reckoned_anew_without_scripts(
    at_fern: Client, late: Playbook, case: Case
) -> None:
    answer = sent(at_fern, case, price="180", contacts="3", days="2", words="My own words.", reckon="1")
    assert answer.status_code == 200
    form = form_of(answer)
    assert values(form, "amount", "price", "contacts", "days", "words") == ["270.00", "180", "3", "2", "My own words."]
    assert "It should be worth at least $270.00: $180.00 paid, and $90.00 for their trouble." in text_of(answer)
    assert not form.errors
    assert not Remedy.objects.exists()


def test_the_enter_key_sends_the_offer_and_leaves_the_sum_as_it_was_typed(at_fern: Client, case: Case) -> None:
    drawn = at_fern.get(address(case)).content.decode().partition('id="step-propose_remedy"')[2].partition("</form>")[0]
    assert "Offer something" in drawn.partition("<button")[2].partition("</button>")[0], "browsers press the first one"
    assert 'name="reckon"' in drawn


@pytest.mark.parametrize(("part", "value"), [("price", "-1"), ("price", "x"), ("contacts", "-1"), ("days", "99999")])
def test_a_part_that_cannot_be_is_told_beside_it_and_nothing_typed_is_lost(
    at_fern: Client, late: Playbook, case: Case, part: str, value: str
) -> None:
    for pressed in ({}, {"reckon": "1"}):
        answer = sent(at_fern, case, words="My own words.", **{part: value}, **pressed)
        assert answer.status_code == 400
        assert form_of(answer).errors.keys() == {part}
        assert "My own words." in answer.content.decode()
    assert not Remedy.objects.exists()


def test_the_outlook_says_what_it_should_be_worth_while_one_types(at_fern: Client, case: Case) -> None:
    asked: dict[str, str | int] = {
        "kind": "voucher",
        "amount": "100",
        "currency": "USD",
        "price": "50",
        "contacts": 1,
        "days": 2,
    }
    told = text_of(at_fern.get(address(case, "outlook"), {**asked, "severity": 3}))
    assert "$100.00 is yours to decide" in told
    assert "It should be worth at least $120.00: $50.00 paid, and $70.00 for their trouble." in told
    assert "$100.00 is $20.00 less than that." in told
    assert "worth at least" not in text_of(at_fern.get(address(case, "outlook"), {**asked, "contacts": "x"}))


def test_what_was_paid_is_asked_once(at_fern: Client, late: Playbook, case: Case) -> None:
    assert sent(at_fern, case, price="80").status_code == 302
    assert values(form_of(at_fern.get(address(case))), "price") == ["80"]
    remedy = Remedy.objects.get()
    assert remedy.playbook == late.versions.get()
    assert remedy.reckoning is not None
    assert Decimal(remedy.reckoning["price"]) == 80


def test_an_offer_is_made_without_any_reckoning_too(at_fern: Client, case: Case) -> None:
    assert sent(at_fern, case, contacts="", days="", severity="").status_code == 302
    assert Remedy.objects.get().reckoning is None


def test_where_nobody_has_said_what_trouble_counts_for_the_page_says_so(
    at_fern: Client, late: Playbook, fern: Employee, late_room: FailureType
) -> None:
    told = page(at_fern, a_complaint(by=fern, failure_type=late_room.pk))
    assert "Nobody has written down yet what a customer's trouble counts for in USD." in told
    assert "Propose $50.00" in told, "the lower end"


def test_whoever_decides_sees_the_reckoning(
    at_fern: Client, late: Playbook, case: Case, max_: Employee, vera: Employee
) -> None:
    sent(at_fern, case, amount="250", price="300", contacts="2", days="3")
    told = text_of(at(max_).get(f"/desk/approvals/{Approval.objects.get().pk}/"))
    for words in ("Late rooms, version 1", "What they paid $300.00", "Turned to us 2 times, at $10.00 $20.00"):
        assert words in told
    assert "Together at least $385.00" in told
    assert "$250.00 is $135.00 less than that." in told


# What it did


def test_it_says_what_remedies_did_in_similar_cases(
    at_fern: Client, late: Playbook, case: Case, fern: Employee, late_room: FailureType
) -> None:
    past(fern, late_room, 20, solved=True)
    past(fern, late_room, 7, solved=False)
    past(fern, late_room, 4)
    past(fern, late_room, 6, status=RemedyStatus.DECLINED)
    past(fern, late_room, 2, kind=RemedyKind.REFUND)
    tally_outcomes(at=now())
    told = page(at_fern, case)
    assert "Accepted by 31 of 37 (84 %, 69–92 %)" in told
    assert "20 of 27 say it was solved (74 %, 55–87 %)" in told
    assert "Other remedies in similar cases Refund Accepted by 2 of 2" in told
    assert "Few cases: with all failures in view, about" in told


def test_the_apology_is_said_with_the_first_remedy_and_not_again_with_the_next(
    at_fern: Client, case: Case, fern: Employee, late: Playbook
) -> None:
    def begins_with() -> str:
        form = form_of(at_fern.get(address(case)))
        return str(form["words"].value())

    assert begins_with() == APOLOGY
    what = RemedyFacts(kind=RemedyKind.VOUCHER, words=f"{APOLOGY} Please take this.", amount=usd(20))
    propose_remedy(case.reference, what, by=fern, at=now())
    assert begins_with() == "We are sorry for what happened, and we want to put it right."
