"""Guidance instead of rules: the analyst writes, the employee proposes from it, the manager sees the reckoning."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.handling.keep_playbook import keep_playbook
from complaints.remedies.models import PlaybookVersion, Remedy
from complaints.remedies.sheets import PlaybookSheet
from complaints.staff.models import Employee, Tier
from complaints.standards.models import FailureType, Severity
from tests.factories import a_complaint, an_hour_ago
from tests.handling.test_keep_playbook import SORRY
from tests.journeys.bench import DESK, PHONE, Readers, assert_accessible, assert_fits, open_place
from tests.journeys.test_desk_journeys import at_the_desk
from tests.remedies.purse import a_trouble_rate, an_authority

APOLOGY = "We gave you our word, and broke it. I will put it right."


@pytest.fixture
def case(fern: Employee, max_: Employee, vera: Employee, cara: Customer, late_room: FailureType) -> Case:
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)
    a_trouble_rate()
    return a_complaint(by=fern, customer=cara, failure_type=late_room.pk, severity=Severity.HIGH, at=an_hour_ago())


def looks_good(page: Page, *, scripts: bool = True) -> None:
    """What looks for barriers is a script itself."""
    if scripts:
        assert_accessible(page)
    assert_fits(page)


def write_a_playbook(page: Page, *, scripts: bool) -> None:
    """A voucher of $50 to $400 where a room is late."""
    page.goto("/desk/")
    open_place(page, "Playbooks")
    page.get_by_role("link", name="Add a playbook").click()
    page.get_by_label("Name", exact=True).fill("Late rooms")
    page.get_by_label("Failure type or area").select_option("Room not ready on time")
    page.locator("#id_apology").fill(APOLOGY)
    page.locator("#id_avoid").fill("Blaming housekeeping")
    line = page.locator(".line").first
    line.get_by_label("Remedy").select_option("voucher")
    line.get_by_label("Worth from").fill("50")
    line.get_by_label("Up to").fill("400")
    line.get_by_label("Currency").fill("usd")
    line.get_by_label("For whom it fits").fill("Who comes again")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#foresight")).to_contain_text("Voucher · $50.00 – $400.00")
    assert not PlaybookVersion.objects.exists()
    looks_good(page, scripts=scripts)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[role=status]").first).to_contain_text("It is kept.")
    looks_good(page, scripts=scripts)


@pytest.mark.parametrize(("width", "scripts"), [(DESK, True), (PHONE, False)])
def test_quinn_writes_fern_proposes_and_max_sees_how_it_was_reckoned(
    readers: Readers, quinn: Employee, fern: Employee, max_: Employee, case: Case, width: int, scripts: bool
) -> None:
    write_a_playbook(at_the_desk(readers.page(width=width, scripts=scripts), quinn, readers), scripts=scripts)

    page = at_the_desk(readers.page(width=width, scripts=scripts), fern, readers)
    page.goto(f"/desk/complaints/{case.reference}/")
    beside = page.locator(".playbook")
    expect(beside).to_contain_text("Playbook: Late rooms, version 1")
    expect(beside).to_contain_text(APOLOGY)
    expect(beside).to_contain_text("Blaming housekeeping")
    looks_good(page, scripts=scripts)
    beside.get_by_role("link", name="Propose $60.00").click()
    form = page.locator("#step-propose_remedy form")
    expect(form.locator("[name=kind]")).to_have_value("voucher")
    expect(form.locator("[name=amount]")).to_have_value("60.00")
    expect(form.locator("[name=words]")).to_have_value(APOLOGY)
    looks_good(page, scripts=scripts)

    form.locator("[name=price]").fill("240")
    form.locator("[name=contacts]").fill("3")
    if scripts:
        expect(form.locator(".outlook")).to_contain_text("$320.00: $240.00 paid, and $80.00 for their trouble.")
        expect(form.locator(".outlook")).to_contain_text("$60.00 is $260.00 less than that.")
    form.get_by_role("button", name="Fill in what it should be worth").click()
    expect(form.locator("[name=amount]")).to_have_value("320.00")
    expect(form.locator("[name=price]")).to_have_value("240")
    form.get_by_role("button", name="Offer something").click()
    expect(page.locator("[role=status]").first).to_contain_text("Max Moreno is asked to approve it.")
    assert Remedy.objects.get().playbook == PlaybookVersion.objects.get()

    page = at_the_desk(readers.page(width=width, scripts=scripts), max_, readers)
    page.goto("/desk/approvals/")
    page.get_by_role("link", name=re.compile("Cara Castillo")).first.click()
    told = page.locator(".reckoning")
    expect(told).to_contain_text("What they paid $240.00")
    expect(told).to_contain_text("Turned to us 3 times, at $10.00 $30.00")
    expect(told).to_contain_text("Together at least $320.00")
    expect(page.locator("main")).to_contain_text("Late rooms, version 1")
    looks_good(page, scripts=scripts)


def test_fern_writes_the_apology_of_the_playbook_to_the_customer(
    readers: Readers, quinn: Employee, fern: Employee, case: Case
) -> None:
    sheet = PlaybookSheet(name="Any", apology=APOLOGY, advice=(SORRY,))
    keep_playbook(None, sheet=sheet, by=quinn, at=an_hour_ago())
    page = at_the_desk(readers.page(width=PHONE), fern, readers)
    page.goto(f"/desk/complaints/{case.reference}/")
    page.get_by_role("link", name="Write this to the customer").click()
    form = page.locator("#step-write form")
    expect(form.locator("textarea")).to_have_value(APOLOGY)
    form.locator("button[type=submit]").click()
    expect(page.locator("[role=status]").first).to_contain_text("Your message is on its way to the customer.")
    expect(page.locator(".timeline")).to_contain_text(APOLOGY)
