"""Quinn reads what the record says, in a real browser, with scripts and without."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import localdate, now
from playwright.sync_api import expect

from complaints.handling.refresh_rollups import refresh_rollups
from complaints.staff.models import Employee
from complaints.standards.models import FailureType
from tests.factories import a_complaint
from tests.journeys.bench import DESK, PHONE, Readers, assert_accessible, assert_fits, open_place
from tests.journeys.test_desk_journeys import at_the_desk


@pytest.mark.parametrize(("width", "scripts"), [(DESK, True), (PHONE, False)])
def test_quinn_narrows_a_period_and_finds_the_very_cases_of_a_number(
    readers: Readers, quinn: Employee, max_: Employee, late_room: FailureType, width: int, scripts: bool
) -> None:
    for number in range(60):
        a_complaint(by=max_, failure_type=late_room.pk, at=now() - timedelta(days=number, hours=1))
    refresh_rollups()
    page = at_the_desk(readers.page(width=width, scripts=scripts), quinn, readers)
    page.goto("/desk/")
    open_place(page, "Insights")
    expect(page.locator("#types tbody tr td").first).to_have_text("60")

    since = localdate() - timedelta(days=35)
    page.get_by_label("From").fill(since.isoformat())
    page.get_by_role("button", name="Show", exact=True).click()
    figure = page.locator("#types tbody tr td a").first
    n = int(figure.inner_text())
    assert 30 < n < 40
    if scripts:
        expect(page.locator("#types .chart svg")).to_be_visible()
        assert_accessible(page)
    else:
        expect(page.locator("#types .chart")).to_be_hidden()
    assert_fits(page)

    figure.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Room not ready on time")
    expect(page.locator("main")).to_contain_text(f"{n} complaints")
    with page.expect_download() as download:
        page.get_by_role("link", name="Take away as CSV").click()
    sheet = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    listed = [reference.inner_text() for reference in page.locator("ol.rows .reference").all()]
    page.get_by_role("link", name="More", exact=True).click()
    listed += [reference.inner_text() for reference in page.locator("ol.rows .reference").all()]
    assert len(listed) == len(sheet) == n
    assert listed == [row["Complaint"] for row in sheet]
