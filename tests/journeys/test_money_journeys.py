"""Three clicks, three thousand dollars, a refusal, a reversal, a training that ended: each in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.handling.keep_playbook import keep_playbook
from complaints.remedies.models import Authority, LedgerEntry, Remedy
from complaints.remedies.sheets import AdviceLine, PlaybookSheet
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Course, Employee, Tier, Training
from complaints.standards.models import FailureType, Severity
from tests.factories import a_complaint, an_hour_ago
from tests.journeys.bench import PHONE, Mailbox, Readers, assert_accessible, assert_fits
from tests.journeys.test_desk_journeys import at_the_desk
from tests.journeys.test_making_right import offer, page_of
from tests.remedies.purse import a_trouble_rate, an_authority, usd

CARA = "cara@demo.example"
COUNT_CLICKS = """
addEventListener("click", event => {
  if (event.isTrusted) sessionStorage.clicks = 1 + Number(sessionStorage.clicks || 0);
}, true);
"""


@pytest.fixture
def case(
    fern: Employee, max_: Employee, vera: Employee, cara: Customer, late_room: FailureType, mailbox: Mailbox
) -> Case:
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)
    an_authority(Tier.VP, 20_000)
    return a_complaint(by=fern, customer=cara, failure_type=late_room.pk, severity=Severity.HIGH)


def balance_is(page: Page, case: Case, words: str) -> None:
    page.goto(page_of(case))
    expect(page.locator("#making-right")).to_contain_text(words)


@pytest.mark.parametrize(("width", "proposed"), [(1280, 150), (PHONE, 150), (PHONE, 60)])
def test_a_voucher_of_150_dollars_is_given_at_the_counter_in_three_clicks(
    readers: Readers, case: Case, fern: Employee, quinn: Employee, width: int, proposed: int
) -> None:
    a_trouble_rate(high=150, critical=200)
    advice = AdviceLine(kind="voucher", least=usd(50).amount, most=usd(proposed).amount, currency="USD")
    sheet = PlaybookSheet(name="Late rooms", apology="We broke our word. This is for you.", advice=(advice,))
    keep_playbook(None, sheet=sheet, by=quinn, at=an_hour_ago())
    page = at_the_desk(readers.page(width=width), fern, readers)
    page.context.add_init_script(COUNT_CLICKS)
    page.goto(page_of(case))

    page.get_by_role("link", name=f"Propose ${proposed}.00").click()
    expect(page.locator("#propose_remedy-amount")).to_be_focused()
    page.keyboard.type("150")
    page.locator("#propose_remedy-on_the_spot").click()
    page.locator("#step-propose_remedy form button[type=submit]").first.click()

    expect(page.get_by_role("link", name="Print the voucher")).to_be_visible()
    assert page.evaluate("sessionStorage.clicks") == "3"
    given = Remedy.objects.get()
    assert (given.kind, given.amount, given.status) == ("voucher", usd(150), RemedyStatus.FULFILLED)
    assert given.voucher.code
    assert_fits(page)


def test_3000_dollars_climb_to_vera_who_approves_on_her_telephone(
    readers: Readers, mailbox: Mailbox, case: Case, fern: Employee, vera: Employee
) -> None:
    at_fern = at_the_desk(readers.page(), fern, readers)
    offer(at_fern, case, "refund", "3,000")
    expect(at_fern.locator("[role=status]").first).to_contain_text(f"{vera.name} is asked to approve it.")
    balance_is(
        at_fern, case, "$3,000.00 is given or set aside on this case, more than you may decide by yourself ($200.00)."
    )

    asked = mailbox.next(to=vera.email, about=case.reference)
    assert "$3,000.00" in asked.text
    at_vera = at_the_desk(readers.page(width=PHONE, dark=True), vera, readers)
    at_vera.goto(asked.link)
    at_vera.get_by_role("button", name="Approve").click()
    expect(at_vera.locator("[role=status]").first).to_contain_text("Approved")

    assert "Refund, $3,000.00" in mailbox.next(to=CARA, about="To put it right").text
    assert [(one.kind, one.holder, int(one.amount)) for one in LedgerEntry.objects.order_by("pk")] == [
        ("hold", vera, 3000),
        ("spend", vera, 3000),
    ]
    balance_is(at_vera, case, "You can decide up to $17,000.00 on this case yourself.")
    assert_accessible(at_vera)
    assert_fits(at_vera)


def test_max_refuses_fern_offers_less_and_cara_accepts(
    readers: Readers, mailbox: Mailbox, case: Case, fern: Employee, max_: Employee
) -> None:
    at_fern = at_the_desk(readers.page(), fern, readers)
    offer(at_fern, case, "refund", "500")
    at_max = at_the_desk(readers.page(width=PHONE), max_, readers)
    at_max.goto(mailbox.next(to=max_.email, about=case.reference).link)
    at_max.get_by_label("Your words").fill("Breakfast for both is fair; try that first.")
    at_max.get_by_role("button", name="Refuse").click()
    expect(at_max.locator("[role=status]").first).to_contain_text("Refused")

    balance_is(at_fern, case, "Breakfast for both is fair; try that first.")
    offer(at_fern, case, "gift", "60")
    balance_is(at_fern, case, "You can decide up to $140.00 on this case yourself.")

    mail = mailbox.next(to=CARA, about="To put it right")
    customer = readers.page(width=PHONE)
    customer.goto(mail.link)
    expect(customer.locator("main")).to_contain_text("$60.00")
    expect(customer.locator("main")).not_to_contain_text("500")
    customer.get_by_role("button", name="I accept").click()
    expect(customer.locator("main")).to_contain_text("We are preparing it for you.")
    states = list(Remedy.objects.order_by("pk").values_list("status", flat=True))
    assert states == [RemedyStatus.REFUSED, RemedyStatus.ACCEPTED]


def test_a_superior_takes_it_back_and_the_balance_on_screen_is_back(
    readers: Readers, mailbox: Mailbox, case: Case, fern: Employee, max_: Employee
) -> None:
    at_fern = at_the_desk(readers.page(), fern, readers)
    offer(at_fern, case, "voucher", "150", on_the_spot=True)
    balance_is(at_fern, case, "You can decide up to $50.00 on this case yourself.")
    at_max = at_the_desk(readers.page(width=PHONE), max_, readers)
    at_max.goto(page_of(case))
    at_max.locator("[id$=-reverse] > summary").click()
    at_max.locator("[id$=-reverse] textarea").fill("Given to the wrong guest.")
    at_max.locator("[id$=-reverse] form button").click()
    expect(at_max.locator(".remedy .tag").first).to_have_text("Reversed")

    balance_is(at_fern, case, "You can decide up to $200.00 on this case yourself.")
    at_max.goto("/desk/budgets/")
    expect(at_max.locator("main")).to_contain_text(re.compile(r"\$2,000\.00"))
    assert [one.kind for one in LedgerEntry.objects.order_by("pk")] == ["hold", "spend", "reverse"]


def test_an_expired_training_says_so_blocks_no_apology_and_renewed_gives_the_authority_back(
    readers: Readers, mailbox: Mailbox, case: Case, fern: Employee, ada: Employee
) -> None:
    course = Course.objects.create(name="Making it right")
    Authority.objects.filter(tier=Tier.FRONT_LINE).update(course=course)
    ended = localdate() - timedelta(days=3)
    record = Training.objects.create(employee=fern, course=course, taken_on=ended, expires_on=ended)
    at_fern = at_the_desk(readers.page(width=PHONE), fern, readers)
    balance_is(at_fern, case, "Your authority rests: your training “Making it right” ended on")
    balance_is(at_fern, case, "An apology needs no authority.")
    assert_accessible(at_fern)
    assert_fits(at_fern)

    at_fern.locator("#step-propose_remedy > summary").click()
    at_fern.locator("#propose_remedy-kind").select_option("apology")
    at_fern.locator("#step-propose_remedy form button[type=submit]").first.click()
    expect(at_fern.locator("[role=status]").first).to_contain_text("Given to the customer: Apology.")
    mailbox.next(to=CARA, about="To put it right")

    at_ada = at_the_desk(readers.page(), ada, readers)
    at_ada.goto(f"/desk/settings/trainings/{record.pk}/")
    at_ada.get_by_label("Holds until").fill((localdate() + timedelta(days=365)).isoformat())
    at_ada.get_by_role("button", name="Save").click()
    expect(at_ada.locator("[role=status]").first).to_contain_text("It is kept.")

    balance_is(at_fern, case, "You can decide up to $200.00 on this case yourself.")


def test_ada_names_a_further_kind_and_fern_offers_it(
    readers: Readers, mailbox: Mailbox, case: Case, fern: Employee, ada: Employee
) -> None:
    at_ada = at_the_desk(readers.page(width=PHONE), ada, readers)
    at_ada.goto("/desk/settings/remedies/")
    expect(at_ada.locator("main")).to_contain_text("Goodwill payment")
    assert_accessible(at_ada)
    assert_fits(at_ada)
    at_ada.get_by_role("link", name="Add a kind of remedy").click()
    at_ada.get_by_label("Name", exact=True).fill("Spa afternoon")
    at_ada.get_by_label("Chinese name").fill("水疗下午")
    at_ada.get_by_label("What it costs us").fill("30")
    assert_accessible(at_ada)
    assert_fits(at_ada)
    at_ada.get_by_role("button", name="Save").click()
    expect(at_ada.locator("[role=status]").first).to_contain_text("It is kept.")

    at_fern = at_the_desk(readers.page(language="zh-CN"), fern, readers)
    at_fern.goto(page_of(case))
    at_fern.locator("#step-propose_remedy > summary").click()
    at_fern.locator("#propose_remedy-kind").select_option(label="水疗下午")
    at_fern.locator("#propose_remedy-amount").fill("120")
    at_fern.locator("#step-propose_remedy form button[type=submit]").first.click()
    expect(at_fern.locator(".remedy h3").first).to_contain_text("水疗下午")

    assert "Spa afternoon, $120.00" in mailbox.next(to=CARA, about="To put it right").text
    assert Remedy.objects.get().cost == 36
