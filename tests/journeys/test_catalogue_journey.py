"""Quinn keeps the failure catalogue, and the measures stay comparable; Fern judges what kind of complainer it is."""

from __future__ import annotations

from datetime import timedelta

from django.utils.timezone import now
from playwright.sync_api import expect

from complaints.customers.models import Customer
from complaints.escalation.models import UrgentRule
from complaints.handling.refresh_rollups import refresh_rollups
from complaints.staff.models import Employee, Tier
from complaints.standards.models import Complainer, FailureType
from tests.factories import a_complaint
from tests.journeys.bench import Readers
from tests.journeys.test_desk_journeys import at_the_desk


def test_quinn_loads_a_catalogue_merges_two_failures_and_reads_both_ways(
    readers: Readers, quinn: Employee, fern: Employee
) -> None:
    page = at_the_desk(readers.page(), quinn, readers)
    page.goto("/desk/settings/playbooks/")
    page.get_by_role("link", name="To the failure catalogue").click()
    page.get_by_role("link", name="Catalogues to begin with").click()
    page.locator(".kind", has_text="Hotel").get_by_role("button", name="Load").click()
    expect(page.locator("[role=status]").first).to_contain_text("44 failures added.")
    for name, times in (("Noise at night", 3), ("Room not clean", 2)):
        for number in range(times):
            kind = FailureType.objects.get(name=name)
            a_complaint(by=fern, failure_type=kind.pk, at=now() - timedelta(days=2, hours=number))
    refresh_rollups()

    page.goto("/desk/settings/failures/")
    page.get_by_label("Part of the name").fill("noise")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Noise at night").click()
    page.get_by_role("link", name="Merge into another").click()
    page.get_by_label("Goes on under").select_option(label="Room not clean")
    page.get_by_role("button", name="Merge").click()
    expect(page.locator("[role=status]").first).to_contain_text("is filed under “Room not clean” from now on.")

    page.goto("/desk/insights/?show=types")
    types = page.locator("#types")
    expect(types.get_by_role("row", name="Noise at night")).to_contain_text("60.0 %")
    page.get_by_label("Failure types").select_option(label="As of today")
    page.get_by_role("button", name="Show").click()
    page.goto(f"{page.url}&show=types")
    expect(types.get_by_role("row", name="Noise at night")).to_have_count(0)
    types.get_by_role("row", name="Room not clean").get_by_role("link", name="5").click()
    expect(page.locator("ol.rows > li")).to_have_count(5)


def test_fern_judges_who_goes_to_war_and_is_told_beforehand_who_will_have_it(
    readers: Readers, fern: Employee, max_: Employee, cara: Customer
) -> None:
    UrgentRule.objects.create(name="Goes to war", complainer=Complainer.ACTIVIST, tier=Tier.MANAGER)
    case = a_complaint(by=fern, customer=cara)
    page = at_the_desk(readers.page(), fern, readers)
    page.goto(f"/desk/complaints/{case.reference}/reassess/")
    step = page.locator("#step-reassess")
    step.get_by_label("Kind of complainer").select_option(label="Goes to war")
    step.get_by_role("button", name="Show what it would change").click()
    expect(step.locator(".foreseen")).to_contain_text("Goes up at once by the rule “Goes to war”: Max Moreno")
    step.get_by_role("button", name="Assess anew").click()

    expect(page.get_by_role("heading", name="What must not be done")).to_be_visible()
    expect(page.locator("aside")).to_contain_text("Max Moreno")
    case.refresh_from_db()
    assert case.responsible == max_
