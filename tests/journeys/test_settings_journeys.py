"""Ada sets the rules and sees what they come to, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from complaints.escalation.ladder import steps_of
from complaints.escalation.sheets import UrgentSheet
from complaints.handling.keep_absence import keep_absence
from complaints.handling.keep_calendar import keep_calendar
from complaints.handling.keep_urgent_rule import keep_urgent_rule
from complaints.staff.models import Absence, Employee, Setting
from complaints.standards.models import FailureType, RecoveryStandard, Severity, Target
from tests.cast import Organisation
from tests.factories import a_complaint, an_hour_ago
from tests.handling.climbing import AT
from tests.handling.test_keep_absence import away
from tests.handling.test_keep_calendar import OFFICE
from tests.journeys.bench import DESK, PHONE, Readers, assert_accessible, assert_fits, open_place
from tests.journeys.test_desk_journeys import _tab_to, at_the_desk


@pytest.mark.parametrize(("width", "scripts"), [(DESK, True), (PHONE, False)])
def test_ada_opens_an_office_and_sees_what_that_comes_to(
    readers: Readers, ada: Employee, max_: Employee, vera: Employee, width: int, scripts: bool
) -> None:
    page = at_the_desk(readers.page(width=width, scripts=scripts), ada, readers)
    page.goto("/desk/")
    open_place(page, "Settings")
    page.get_by_role("link", name="Business calendars").click()
    page.get_by_role("link", name="Add a calendar").click()
    page.get_by_label("Name", exact=True).fill("Office")
    page.get_by_label("Time zone").select_option("America/New_York")
    page.get_by_label("Wednesday").fill("9-12")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[role=status]").first).to_contain_text("It is kept.")
    expect(page.get_by_label("Wednesday")).to_have_value("09:00-12:00")
    expect(page.locator("#foresight")).to_contain_text("eight open hours from now")

    page.locator("main").get_by_role("link", name="Settings", exact=True).click()
    page.get_by_role("link", name="Recovery standards").click()
    page.get_by_role("link", name="Medium", exact=True).click()
    first = page.locator(".line").first
    first.get_by_label("Within").fill("8 h")
    first.get_by_label("In the time of").select_option("Office")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("as typed, not kept yet")).to_be_visible()
    expect(page.locator("#foresight")).to_contain_text("would be acknowledged by then Office")
    assert not Target.objects.filter(calendar__name="Office").exists()
    expect(first.get_by_label("Within")).to_have_value("8 h")

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Version 2", exact=True)).to_be_visible()
    expect(page.locator("#foresight")).to_contain_text("version 2")
    assert Target.objects.get(calendar__name="Office").minutes == 480


def test_ada_gives_a_branch_its_own_ladder_with_the_keyboard_alone(
    readers: Readers, ada: Employee, max_: Employee, vera: Employee, organisation: Organisation
) -> None:
    page = at_the_desk(readers.page(), ada, readers)
    page.goto(f"/desk/settings/ladders/{organisation.harbour.pk}/")
    _tab_to(page, "#id_takes_from_above")
    page.keyboard.press("Space")
    _tab_to(page, "#id_line-1-minutes")
    page.keyboard.press("Control+A")
    page.keyboard.type("4 h")
    _tab_to(page, "#id_line-3-name")
    page.keyboard.type("The ombudsman")
    _tab_to(page, "#id_line-3-tier")
    page.keyboard.type("Outside")
    _tab_to(page, "#id_line-3-contact")
    page.keyboard.type("ombudsman.example")
    _tab_to(page, "button[name=preview]")
    page.keyboard.press("Enter")
    expect(page.locator("#foresight")).to_contain_text("told of “The ombudsman”")
    _tab_to(page, ".send-row .btn-primary")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]").first).to_contain_text("It is kept.")
    assert [(str(step), step.minutes) for step in steps_of(organisation.harbour)][1::2] == [
        ("Manager", 240),
        ("The ombudsman", None),
    ]


def test_fern_goes_on_holiday(readers: Readers, fern: Employee, max_: Employee) -> None:
    page = at_the_desk(readers.page(width=PHONE), fern, readers)
    page.goto("/desk/")
    page.locator(".account > summary").click()
    page.get_by_role("link", name="Absences").click()
    page.get_by_role("link", name="Add an absence").click()
    page.get_by_label("From").fill("2027-07-01T09:00")
    page.get_by_label("Until").fill("2027-07-15T09:00")
    page.get_by_label("Stand-in").select_option(label="Max Moreno · Harbour Hotel")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[role=status]").first).to_contain_text("It is kept.")
    assert Absence.objects.get().stand_in == max_
    page.get_by_role("button", name="Take this absence away").click()
    expect(page.get_by_text("Nothing here yet.")).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(DESK, False), (PHONE, True)])
def test_every_page_of_the_settings_is_accessible_and_fits(
    readers: Readers, ada: Employee, fern: Employee, max_: Employee, late_room: FailureType, width: int, dark: bool
) -> None:
    office = keep_calendar(None, sheet=OFFICE, by=ada, at=AT)
    keep_urgent_rule(None, sheet=UrgentSheet(name="Press", words="press", tier="vp"), by=ada, at=AT)
    absence = keep_absence(None, sheet=away(max_), by=ada, at=AT)
    page = at_the_desk(readers.page(width=width, dark=dark), ada, readers)
    of_standard = f"/desk/settings/standards/{RecoveryStandard.objects.get(severity=Severity.LOW).pk}/"
    for address in (
        "/desk/settings/",
        *(f"/desk/settings/{kind.value}/" for kind in Setting),
        "/desk/settings/calendars/new/",
        f"/desk/settings/calendars/{office.pk}/",
        of_standard,
        "/desk/settings/ladders/0/",
        f"/desk/settings/ladders/{fern.unit_id}/",
        f"/desk/settings/units/{fern.unit_id}/",
        f"/desk/settings/employees/{fern.pk}/",
        f"/desk/settings/absences/{absence.pk}/",
        "/desk/settings/urgent/new/",
        "/desk/settings/services/new/",
    ):
        page.goto(address)
        assert_accessible(page)
        assert_fits(page)

    for name, button in (("Within", "Preview"), ("Within", "Save")):
        page.goto(of_standard)
        page.locator(".line").first.get_by_label(name).fill("soon")
        page.get_by_role("button", name=button).click()
        expect(page.get_by_text("“soon” is not a time")).to_be_visible()
        assert_accessible(page)
        assert_fits(page)


@pytest.mark.parametrize("who", ["max_", "vera", "ada"])
def test_the_places_of_the_desk_stay_on_one_line_of_their_own(
    readers: Readers, who: str, fern: Employee, request: pytest.FixtureRequest
) -> None:
    a_complaint(by=fern, at=an_hour_ago())
    page = at_the_desk(readers.page(width=DESK), request.getfixturevalue(who), readers)
    page.goto("/desk/")
    rows = page.evaluate(
        "new Set([...document.querySelectorAll('.places > a:not(.is-unfolded)')].map(link => link.offsetTop >> 4)).size"
    )
    assert rows == 1
    assert page.evaluate("document.querySelector('header').offsetHeight") < 115


def test_on_a_telephone_the_head_is_two_lines_and_the_rest_is_a_menu(readers: Readers, max_: Employee) -> None:
    page = at_the_desk(readers.page(width=PHONE), max_, readers)
    page.goto("/desk/")
    assert page.evaluate("document.querySelector('header').offsetHeight") < 115
    expect(page.get_by_role("link", name="Customers")).to_have_count(0)

    page.locator(".more-places > summary").click()
    expect(page.get_by_role("link", name="Customers")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Customers")).to_have_count(0)
    page.locator(".account > summary").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
