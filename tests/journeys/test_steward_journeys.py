"""The profile steward: two files of one customer are found, merged, and told apart again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.jobs import rounds
from complaints.staff.models import Employee
from tests.factories import a_complaint, a_customer
from tests.journeys.bench import DESK, PHONE, Readers
from tests.journeys.test_desk_journeys import at_the_desk
from tests.journeys.test_making_right import looks_good


@pytest.fixture
def double(cara: Customer) -> Customer:
    return a_customer(name="Kara Castillo", email="", phone="+12125550142")


def test_quinn_merges_two_files_sees_everything_in_one_and_undoes_it(
    readers: Readers, fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    own, theirs = (a_complaint(by=fern, customer=one) for one in (cara, double))
    rounds.look_for_customers_twice(clock=lambda: datetime.now(UTC))
    page = at_the_desk(readers.page(), quinn, readers)
    page.goto("/desk/customers/")
    page.get_by_role("link", name="Suspected doubles").click()
    looks_good(page)
    page.locator(".row-link").first.click()
    expect(page.locator("main")).to_contain_text("Same telephone number")
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        looks_good(page)
    page.get_by_role("button", name="One customer: merge").click()
    expect(page.get_by_role("alert")).to_contain_text("Please choose whose file goes on.")
    page.locator(f"input[name=goes_on][value='{cara.pk}']").check()
    page.get_by_role("button", name="One customer: merge").click()
    for case in (own, theirs):
        expect(page.locator("main")).to_contain_text(case.reference)
    looks_good(page)

    since = a_complaint(by=fern, customer=double, at=datetime.now(UTC))
    page.goto("/desk/customers/?q=Kara")
    expect(page.locator(".row-customer")).to_have_text(["Cara Castillo"])
    page.locator(".row-link").click()
    page.get_by_role("link", name="Look at it").click()
    looks_good(page)
    page.get_by_label(since.what_happened).check()
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.locator("h1")).to_have_text("Kara Castillo")
    assert set(Case.objects.filter(customer=double)) == {theirs, since}
    assert list(Case.objects.filter(customer=cara)) == [own]
    page.goto("/desk/customers/doubles/")
    expect(page.locator("main")).to_contain_text("Nobody seems to be on file twice.")
