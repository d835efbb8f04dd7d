"""Max looks for something he remembers in part, and keeps the search, in a real browser, with scripts and without."""

from __future__ import annotations

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from complaints.handling.write_note import write_note
from complaints.staff.models import Employee
from tests.factories import a_complaint
from tests.journeys.bench import DESK, PHONE, Readers, assert_accessible, assert_fits
from tests.journeys.test_desk_journeys import at_the_desk


@pytest.mark.parametrize(("width", "scripts"), [(DESK, True), (PHONE, False)])
def test_max_finds_a_note_by_its_exact_words_narrows_keeps_and_deletes_the_search(
    readers: Readers, max_: Employee, otto: Employee, width: int, scripts: bool
) -> None:
    wanted = a_complaint(by=max_, what_happened="The wardrobe fell over. <b>Twice.</b> 衣柜倒了。", channel="letter")
    write_note(wanted.reference, text="The left hinge was broken before.", by=max_, at=now())
    other = a_complaint(by=max_, what_happened="The wardrobe was broken, and so was a hinge of the left door.")
    hidden = a_complaint(by=otto, what_happened="The wardrobe: left hinge broken.")
    page = at_the_desk(readers.page(width=width, scripts=scripts), max_, readers)
    page.goto("/desk/")

    page.get_by_label("Search by reference, customer or words").fill("wardrobe left hinge broken")
    page.get_by_role("button", name="Search", exact=True).click()
    rows = page.locator("ol.rows li")
    expect(page.get_by_role("status").filter(has_text="2 complaints found")).to_be_visible()
    assert hidden.reference not in page.content()
    assert_fits(page)

    page.get_by_label("Search by reference, customer or words").fill('wardrobe "left hinge" -door')
    page.get_by_role("button", name="Search", exact=True).click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(wanted.reference)
    expect(rows.locator("mark")).to_have_text(["wardrobe", "left hinge"])
    expect(rows.first).to_contain_text("<b>Twice.</b>")
    expect(rows.first).to_contain_text("wrote a note")
    if scripts:
        assert_accessible(page)

    page.get_by_text("Filters").click()
    page.get_by_label("Channel").select_option("letter")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(rows).to_have_count(1)
    page.get_by_label("Keep this search as").fill("Left hinges")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Left hinges")
    kept = page.url

    page.goto("/desk/")
    page.get_by_role("link", name="Left hinges").click()
    assert page.url == kept
    expect(rows).to_have_count(1)
    assert_fits(page)
    page.get_by_role("button", name="Delete this saved search").click()
    expect(page.get_by_text("“Left hinges” is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Left hinges")).to_have_count(0)
    expect(page.locator("ol.rows")).to_contain_text(other.reference)
