"""Something is put right: offered, approved, accepted, printed, redeemed; everybody in a browser of their own."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from complaints.cases import links
from complaints.cases.models import Case
from complaints.customers import records
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFacts
from complaints.remedies.models import Remedy, Voucher
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint, an_hour_ago
from tests.journeys.bench import DESK, PHONE, Mailbox, Readers, assert_accessible, assert_fits
from tests.journeys.test_desk_journeys import at_the_desk
from tests.remedies.purse import an_authority

CARA = "cara@demo.example"


@pytest.fixture
def case(fern: Employee, max_: Employee, vera: Employee, cara: Customer, mailbox: Mailbox) -> Case:
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)
    return a_complaint(by=fern, customer=cara, wanted="The night for free.")


def page_of(case: Case) -> str:
    return f"/desk/complaints/{case.reference}/"


def looks_good(page: Page) -> None:
    assert_accessible(page)
    assert_fits(page)


def offer(page: Page, case: Case, kind: str, amount: str, *, on_the_spot: bool = False) -> None:
    """Open the form, say what and how much, send it."""
    page.goto(page_of(case))
    page.locator("#step-propose_remedy > summary").click()
    page.locator("#propose_remedy-kind").select_option(kind)
    page.locator("#propose_remedy-amount").fill(amount)
    if on_the_spot:
        page.locator("#propose_remedy-on_the_spot").check()
    page.locator("#step-propose_remedy form button[type=submit]").first.click()


def test_fern_offers_on_the_spot_and_the_customer_accepts_on_the_phone(
    readers: Readers, mailbox: Mailbox, case: Case, fern: Employee
) -> None:
    at_fern = at_the_desk(readers.page(), fern, readers)
    at_fern.goto(page_of(case))
    expect(at_fern.locator("#making-right")).to_contain_text("You can decide up to $200.00 on this case yourself.")
    at_fern.locator("#step-propose_remedy > summary").click()
    at_fern.locator("#propose_remedy-kind").select_option("refund")
    at_fern.locator("#propose_remedy-amount").fill("1,500")
    expect(at_fern.locator(".outlook")).to_contain_text("$1,500.00 goes to Max Moreno for approval.")
    at_fern.locator("#propose_remedy-amount").fill("150")
    expect(at_fern.locator(".outlook")).to_contain_text("$150.00 is yours to decide")
    looks_good(at_fern)
    at_fern.locator("#step-propose_remedy form button[type=submit]").first.click()
    expect(at_fern.locator("#making-right")).to_contain_text("You can decide up to $50.00 on this case yourself.")

    mail = mailbox.next(to=CARA, about="To put it right")
    assert "Fern Fuller offers you: Refund, $150.00." in mail.text
    customer = readers.page(width=PHONE)
    customer.goto(mail.link)
    looks_good(customer)
    customer.get_by_role("button", name="I accept").click()
    expect(customer.locator("main")).to_contain_text("We are preparing it for you.")
    expect(customer.locator("[name=accepted]")).to_have_count(0)

    told = mailbox.next(to=fern.email, about=case.reference)
    assert case.reference in told.subject
    at_fern.reload()
    expect(at_fern.locator(".remedy")).to_contain_text("Accepted")
    at_fern.locator("[id$=-fulfil] > summary").click()
    at_fern.locator("[id$=-fulfil-proof]").fill("Payment 4711")
    at_fern.locator("[id$=-fulfil] form button").click()
    expect(at_fern.locator(".remedy")).to_contain_text("Payment 4711")
    customer.reload()
    expect(customer.locator("main")).to_contain_text("You got this on")
    expect(customer.locator("main")).not_to_contain_text("4711")


def test_fern_proposes_and_max_approves_less_on_the_telephone(
    readers: Readers, mailbox: Mailbox, case: Case, fern: Employee, max_: Employee
) -> None:
    offer(at_the_desk(readers.page(), fern, readers), case, "refund", "500")
    asked = mailbox.next(to=max_.email, about=case.reference)
    assert "Refund, $500.00" in asked.text

    at_max = at_the_desk(readers.page(width=PHONE), max_, readers)
    at_max.goto(f"/desk/complaints/{case.reference}/")
    expect(at_max.locator("#making-right")).to_contain_text("You can approve up to $2,000.00 for this.")
    at_max.get_by_role("link", name="Decide on it").click()
    expect(at_max.get_by_label("Sum to approve")).to_have_value("500.00")
    looks_good(at_max)
    at_max.get_by_label("Sum to approve").fill("400")
    at_max.get_by_role("button", name="Approve").click()
    expect(at_max.locator(".remedy")).to_contain_text("Refund, $400.00")

    mail = mailbox.next(to=CARA, about="To put it right")
    assert "Refund, $400.00" in mail.text
    assert "another amount" in mailbox.next(to=fern.email, about=case.reference).text
    customer = readers.page(width=PHONE)
    customer.goto(mail.link)
    expect(customer.locator("main")).to_contain_text("$400.00")
    for shown in (mail.text, mail.html, customer.content()):
        assert "500" not in re.sub(r"(?s)<style.*?</style>", "", shown)
    assert Remedy.objects.get().status == RemedyStatus.OFFERED


def test_a_question_is_asked_and_answered_without_scripts(
    readers: Readers, mailbox: Mailbox, case: Case, fern: Employee, max_: Employee
) -> None:
    at_fern = at_the_desk(readers.page(width=PHONE, scripts=False), fern, readers)
    offer(at_fern, case, "refund", "500")
    at_max = at_the_desk(readers.page(width=PHONE, scripts=False), max_, readers)
    at_max.goto(mailbox.next(to=max_.email, about=case.reference).link)
    at_max.get_by_label("Your words to whoever proposed it").fill("Which night was it?")
    at_max.get_by_role("button", name="Ask back").click()

    at_fern.goto(mailbox.next(to=fern.email, about=case.reference).link)
    expect(at_fern.locator("#making-right")).to_contain_text("Which night was it?")
    at_fern.locator("[id$=-submit] > summary").click()
    at_fern.locator("[id$=-submit-text]").fill("The second one.")
    at_fern.locator("[id$=-submit] form button").click()

    expect(at_fern.locator("[role=status]").first).to_contain_text("Max Moreno is asked to approve it.")
    assert "The second one." in mailbox.next(to=max_.email, about=case.reference).text


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_voucher_is_given_at_the_counter_and_redeemed_once(
    readers: Readers, mailbox: Mailbox, case: Case, fern: Employee, otto: Employee, width: int
) -> None:
    at_fern = at_the_desk(readers.page(width=width, dark=width == PHONE), fern, readers)
    offer(at_fern, case, "voucher", "150", on_the_spot=True)
    at_fern.get_by_role("link", name="Print the voucher").click()
    expect(at_fern.locator(".qr svg")).to_be_visible()
    looks_good(at_fern)
    code = at_fern.locator(".paper-reference").inner_text()

    customer = readers.page(width=PHONE, dark=True)
    customer.goto(mailbox.next(to=CARA, about="To put it right").link)
    expect(customer.locator("main")).to_contain_text(code)
    customer.get_by_role("link", name="Show or print the voucher").click()
    expect(customer.locator(".paper-reference")).to_have_text(code)
    looks_good(customer)

    at_fern.goto("/desk/vouchers/")
    looks_good(at_fern)
    expect(at_fern.locator("#id_code")).to_be_focused()
    at_fern.keyboard.type(code.lower().replace("-", ""))
    at_fern.keyboard.press("Enter")
    expect(at_fern.locator("main")).to_contain_text("Good for $150.00")
    looks_good(at_fern)
    expect(at_fern.locator("#id_redeemed_for")).to_be_focused()
    at_fern.keyboard.type("Bill 4711")
    at_fern.keyboard.press("Enter")
    expect(at_fern.locator("[role=status]")).to_contain_text("Redeemed: $150.00 for Bill 4711.")

    at_otto = at_the_desk(readers.page(width=width), otto, readers)
    at_otto.goto("/desk/vouchers/")
    at_otto.locator("#id_code").fill(code)
    at_otto.locator("main form button").click()
    expect(at_otto.locator("[role=alert]")).to_contain_text("Already redeemed: by Fern Fuller")
    expect(at_otto.get_by_role("button", name=re.compile("Redeem"))).to_have_count(0)
    customer.reload()
    expect(customer.locator("main")).to_contain_text("This voucher was redeemed on")
    assert Voucher.objects.get().redeemed_for == "Bill 4711"


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_who_leaves_no_address_follows_by_the_slip(
    readers: Readers, mailbox: Mailbox, fern: Employee, language: str
) -> None:
    walk_in = records.add(CustomerFacts(name="Wanda Walk-In"), at=an_hour_ago())
    case = a_complaint(by=fern, customer=walk_in)
    at_fern = at_the_desk(readers.page(language=language), fern, readers)
    at_fern.goto(page_of(case))
    at_fern.locator("form[action$='/slip/'] button").click()
    expect(at_fern.locator(".qr svg")).to_be_visible()
    looks_good(at_fern)

    customer = readers.page(width=PHONE, scripts=False)
    customer.goto(at_fern.locator(".paper-link").inner_text())
    expect(customer.locator("main")).to_contain_text("Fern Fuller gave you the link to this page")
    customer.locator("#answer [name=text]").fill("The shower is cold again.")
    customer.locator("#answer button[type=submit]").click()

    at_fern.locator(".paper-tools a").click()
    expect(at_fern.locator(".timeline")).to_contain_text("The shower is cold again.")


@pytest.mark.parametrize(("width", "dark", "language"), [(DESK, True, "zh-CN"), (PHONE, False, "zh-CN")])
def test_the_panel_is_fit_to_be_seen(
    readers: Readers, case: Case, fern: Employee, max_: Employee, width: int, dark: bool, language: str
) -> None:
    page = at_the_desk(readers.page(width=width, dark=dark, language=language), fern, readers)
    offer(page, case, "voucher", "60")
    offer(page, case, "refund", "900")
    for reader in (fern, max_):
        seen = at_the_desk(readers.page(width=width, dark=dark, language=language), reader, readers)
        seen.goto(page_of(case))
        for step in seen.locator("#making-right .step > summary").all():
            step.click()
            assert_fits(seen)
        looks_good(seen)
    customer = readers.page(width=width, dark=dark, language=language)
    customer.goto(f"/track/{links.mint(case, at=an_hour_ago())}/")
    looks_good(customer)
    expect(customer.locator("main")).not_to_contain_text("900")
