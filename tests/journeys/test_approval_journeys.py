"""Max, Vera and Ada decide what is given, in a real browser, on a telephone first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, Authority, Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Absence, Course, Employee, Tier, Training
from complaints.standards.models import FailureType
from tests.factories import a_complaint, an_hour_ago
from tests.journeys.bench import DESK, PHONE, Mailbox, Readers, assert_accessible, assert_fits
from tests.journeys.test_desk_journeys import _tab_to, at_the_desk
from tests.remedies.purse import an_authority, usd


@pytest.fixture
def case(
    fern: Employee, max_: Employee, vera: Employee, cara: Customer, late_room: FailureType, mailbox: Mailbox
) -> Case:
    """A complaint for which Fern asks for more than she may give."""
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)
    an_authority(Tier.VP, 20000)
    made = a_complaint(by=fern, customer=cara, failure_type=late_room.pk)
    what = RemedyFacts(
        kind=RemedyKind.REFUND, words="Tonight is on us.", amount=usd(500), reason="Three hours in the lobby."
    )
    propose_remedy(made.reference, what, by=fern, at=an_hour_ago())
    return made


def remedy(case: Case) -> Remedy:
    return Remedy.objects.get(case=case)


def opened(page: Page) -> Page:
    """The first thing that waits."""
    page.goto("/desk/approvals/")
    page.locator(".row-link").first.click()
    expect(page.get_by_role("heading", name="Your decision")).to_be_visible()
    return page


@pytest.mark.parametrize("scripts", [True, False])
def test_max_approves_another_sum_on_the_telephone(
    readers: Readers, mailbox: Mailbox, case: Case, fern: Employee, max_: Employee, scripts: bool
) -> None:
    asked = mailbox.next(to=max_.email, about=case.reference)
    assert "$500.00" in asked.text
    page = at_the_desk(readers.page(width=PHONE, scripts=scripts), max_, readers)
    page.goto("/desk/")
    page.get_by_role("link", name="Approvals").click()
    expect(page.locator(".row-asked")).to_contain_text("$500.00")
    opened(page)
    expect(page.get_by_text("You can decide up to $2,000.00")).to_be_visible()
    expect(page.get_by_text("Three hours in the lobby.").first).to_be_visible()

    page.get_by_label("Sum to approve").fill("400")
    page.get_by_role("button", name="Approve").click()

    expect(page.locator("[role=status]").first).to_contain_text("Approved")
    expect(page.get_by_text("Nothing waits for your decision.")).to_be_visible()
    told = mailbox.next(to="cara@demo.example", about="To put it right")
    assert "$400.00" in told.text
    assert "500" not in told.text
    assert "$400.00" in mailbox.next(to=fern.email, about=case.reference).text


def test_max_refuses_with_the_keyboard_alone(readers: Readers, case: Case, max_: Employee) -> None:
    page = opened(at_the_desk(readers.page(), max_, readers))
    _tab_to(page, "#id_reason")
    page.keyboard.type("A night's breakfast is fair; try that first.")
    _tab_to(page, "button[value=refuse]")
    page.keyboard.press("Enter")

    expect(page.locator("[role=status]").first).to_contain_text("Refused")
    assert remedy(case).status == RemedyStatus.REFUSED


def test_a_stand_in_decides_and_the_old_page_says_so(
    readers: Readers, case: Case, max_: Employee, vera: Employee
) -> None:
    old = opened(at_the_desk(readers.page(width=PHONE), max_, readers))
    old.get_by_label("Your words").fill("Half an hour of careful words.")
    Absence.objects.create(employee=max_, since=an_hour_ago(), until=now() + timedelta(days=1), stand_in=vera)

    page = at_the_desk(readers.page(width=PHONE, dark=True), vera, readers)
    page.goto("/desk/approvals/")
    expect(page.locator(".row-asked")).to_contain_text("you stand in for Max Moreno")
    opened(page)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("[role=status]").first).to_contain_text("Approved")

    old.get_by_role("button", name="Refuse").click()
    expect(old.get_by_role("alert")).to_contain_text("This remedy has moved on")
    expect(old.locator(".outcomes")).to_contain_text("Vera Vance approved it.")
    expect(old.get_by_label("Your words")).to_have_value("Half an hour of careful words.")
    expect(old.get_by_role("button", name="Approve")).to_have_count(0)
    assert_fits(old)
    assert_accessible(old)


def test_ada_lowers_the_cap_between_proposal_and_decision(
    readers: Readers, case: Case, max_: Employee, ada: Employee
) -> None:
    page = opened(at_the_desk(readers.page(width=PHONE), max_, readers))

    rules = at_the_desk(readers.page(), ada, readers)
    rules.goto("/desk/settings/")
    rules.get_by_role("link", name="Authorities").click()
    rules.get_by_role("link", name="Manager").click()
    rules.get_by_label("For one service failure").fill("300")
    rules.get_by_role("button", name="Save").click()
    expect(rules.locator("[role=status]").first).to_contain_text("It is kept.")

    page.get_by_label("Your words").fill("Fine with me.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alert")).to_contain_text("more than is left of the authority")
    expect(page.get_by_text("You can decide up to $300.00")).to_be_visible()
    expect(page.get_by_label("Your words")).to_have_value("Fine with me.")
    assert_accessible(page)

    page.get_by_label("Sum to approve").fill("300")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("[role=status]").first).to_contain_text("Approved")
    assert remedy(case).amount == usd(300)


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize(("width", "dark"), [(PHONE, False), (PHONE, True), (DESK, False), (DESK, True)])
def test_every_page_of_money_fits_and_can_be_read_by_anybody(
    readers: Readers, case: Case, max_: Employee, ada: Employee, width: int, dark: bool, language: str
) -> None:
    course = Course.objects.create(name="Making it right")
    Training.objects.create(employee=max_, course=course, taken_on=an_hour_ago().date())
    rule = Authority.objects.get(tier=Tier.MANAGER)
    pages = {
        max_: [
            "/desk/approvals/",
            f"/desk/approvals/{Approval.objects.get().pk}/",
            "/desk/budgets/",
            f"/desk/budgets/{rule.pk}/{max_.pk}/",
        ],
        ada: [
            "/desk/settings/authorities/",
            f"/desk/settings/authorities/{rule.pk}/",
            "/desk/settings/trainings/",
            "/desk/settings/trainings/new/",
            "/desk/settings/courses/",
            "/desk/settings/rates/",
            "/desk/settings/rates/new/",
        ],
    }
    for who, addresses in pages.items():
        page = at_the_desk(readers.page(width=width, dark=dark, language=language), who, readers)
        for address in addresses:
            page.goto(address)
            assert_fits(page)
            assert_accessible(page)
