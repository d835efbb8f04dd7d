"""The analyst, the department and the accused employee in a real browser; and an action that had no effect."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from complaints.causes.models import CorrectiveAction, Investigation
from complaints.jobs import rounds
from complaints.staff.models import Employee
from complaints.standards.models import FailureType
from tests.causes.matters import alleged, answered, asked, planned
from tests.factories import a_complaint
from tests.journeys.bench import DESK, PHONE, Mailbox, Readers
from tests.journeys.test_desk_journeys import at_the_desk
from tests.journeys.test_making_right import looks_good

pytestmark = pytest.mark.django_db(transaction=True)


def good_on_both(page: Page) -> None:
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        looks_good(page)


def test_quinn_asks_for_the_cause_of_a_group_and_the_department_answers_with_five_whys(
    readers: Readers, mailbox: Mailbox, fern: Employee, quinn: Employee, hana: Employee, late_room: FailureType
) -> None:
    first, second = (a_complaint(by=fern, failure_type=late_room.pk) for _case in range(2))
    page = at_the_desk(readers.page(), quinn, readers)
    page.goto(f"/desk/complaints/{first.reference}/")
    page.get_by_role("link", name="Ask for the cause").click()
    page.get_by_label("Complaints").fill(f"{first.reference}, {second.reference}")
    page.get_by_label("What it is about").fill("Rooms that are late")
    page.get_by_role("button", name="Ask for the cause").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is changed yet")
    good_on_both(page)
    page.get_by_label("What is to be found out").fill("Why are rooms not ready at three?")
    page.get_by_label("Department that answers").select_option(label="Housekeeping")
    page.get_by_role("button", name="Ask for the cause").click()
    expect(page.locator("h1")).to_have_text("Rooms that are late")
    expect(page.locator("main")).to_contain_text(second.reference)

    at_hana = at_the_desk(readers.page(), hana, readers)
    at_hana.goto(mailbox.next(to=hana.email, about="Your department is asked for a cause").link)
    at_hana.locator("#step-answer > summary").click()
    at_hana.get_by_label("Why did it happen?").fill("Nobody cleaned the room.")
    at_hana.get_by_label("And why was that?").first.fill("It was not on the list.")
    at_hana.get_by_text("Or a fishbone").click()
    at_hana.locator("#answer-bone_people").fill("Two were ill\nOne was new")
    at_hana.locator("#answer-bone_system").fill("The list is printed at eight")
    good_on_both(at_hana)
    at_hana.locator("[name=root_code][value=system]").check()
    at_hana.get_by_label("The cause in your words").fill("The list is printed too early.")
    at_hana.get_by_label("Your answer to whoever asked").fill("We print it at noon.")
    at_hana.locator("#step-answer button[type=submit]").click()
    expect(at_hana.locator(".whys")).to_contain_text("It was not on the list.")
    expect(at_hana.locator(".fish")).to_contain_text("One was new")
    good_on_both(at_hana)

    page.goto(mailbox.next(to=quinn.email, about="named a cause").link)
    page.locator("#step-accept > summary").click()
    page.locator("#step-accept button[type=submit]").click()
    expect(page.locator(".case-head")).to_contain_text("Cause accepted")
    page.goto(f"/desk/complaints/{second.reference}/")
    expect(page.locator(".timeline")).to_contain_text("Hana Holt named the cause for Housekeeping: Rooms that are late")


def test_without_scripts_the_department_answers_as_well(
    readers: Readers, fern: Employee, quinn: Employee, hana: Employee
) -> None:
    found = asked(a_complaint(by=fern), of=hana.unit, by=quinn, at=datetime.now(UTC))
    page = at_the_desk(readers.page(scripts=False), hana, readers)
    page.goto(f"/desk/causes/{found.pk}/answer/")
    page.get_by_label("Why did it happen?").fill("Nobody cleaned the room.")
    page.locator("[name=root_code][value=process]").check()
    page.get_by_label("The cause in your words").fill("Nobody is told.")
    page.get_by_label("Your answer to whoever asked").fill("We will be.")
    page.locator("#step-answer button[type=submit]").click()
    expect(page.locator(".root")).to_contain_text("Nobody is told.")


def test_fern_is_told_what_is_alleged_gives_her_side_and_appeals(
    readers: Readers, mailbox: Mailbox, fern: Employee, otto: Employee, max_: Employee, vera: Employee,
    quinn: Employee, hana: Employee,
) -> None:  # fmt: skip
    found = asked(a_complaint(by=fern), of=hana.unit, by=quinn, at=datetime.now(UTC))
    page = at_the_desk(readers.page(), quinn, readers)
    page.goto(f"/desk/causes/{found.pk}/tell/")
    page.get_by_label("Employee").select_option(label="Fern Fuller · Front line · Harbour Hotel")
    page.get_by_label("What they are said to have done").fill("You were rude to a guest on Sunday.")
    good_on_both(page)
    page.locator("#step-tell button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("The employee is told in confidence")

    mail = mailbox.next(to=fern.email, about="In confidence")
    assert "rude" not in mail.text
    at_fern = at_the_desk(readers.page(), fern, readers)
    at_fern.goto(mail.link)
    expect(at_fern.locator("main")).to_contain_text("You were rude to a guest on Sunday.")
    expect(at_fern.locator("main")).to_contain_text("Nothing is found before you have")
    good_on_both(at_fern)
    at_fern.locator("#step-state > summary").click()
    at_fern.get_by_label("Your side, in your words").fill("I was off that day.")
    at_fern.locator("#step-state button[type=submit]").click()

    at_max = at_the_desk(readers.page(), max_, readers)
    at_max.goto(mailbox.next(to=max_.email, about="given their side").link)
    at_max.locator("#step-find > summary").click()
    at_max.locator("[name=finding][value=upheld]").check()
    at_max.get_by_label("Why").fill("The rota says otherwise.")
    good_on_both(at_max)
    at_max.locator("#step-find button[type=submit]").click()

    at_fern.goto(mailbox.next(to=fern.email, about="you may appeal").link)
    expect(at_fern.locator("main")).to_contain_text("You may appeal until")
    at_fern.locator("#step-appeal > summary").click()
    at_fern.get_by_label("Why you do not agree").fill("The rota is wrong.")
    at_fern.locator("#step-appeal button[type=submit]").click()
    expect(at_fern.locator("main")).to_contain_text("Your appeal is with the next tier.")

    at_vera = at_the_desk(readers.page(), vera, readers)
    at_vera.goto(mailbox.next(to=vera.email, about="appeals a finding").link)
    at_vera.locator("#step-decide > summary").click()
    at_vera.locator("[name=finding][value=not_upheld]").check()
    at_vera.get_by_label("Why").fill("The rota was wrong.")
    at_vera.locator("#step-decide button[type=submit]").click()
    at_fern.goto(mailbox.next(to=fern.email, about="decided").link)
    expect(at_fern.locator(".case-head")).to_contain_text("The allegation is not upheld")
    good_on_both(at_fern)

    at_otto = at_the_desk(readers.page(), otto, readers)
    assert at_otto.request.get(at_fern.url).status == 404


def test_an_action_without_effect_comes_back_by_itself_and_a_better_one_is_proved(
    readers: Readers, fern: Employee, quinn: Employee, hana: Employee, late_room: FailureType
) -> None:
    monday = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    with time_machine.travel(monday, tick=True) as traveller:
        found = _a_named_cause(fern, quinn, hana, late_room, at=monday)
        page = at_the_desk(readers.page(), hana, readers)
        page.goto(f"/desk/causes/{found.pk}/plan/")
        page.get_by_label("What is done").fill("Print the list at noon")
        page.get_by_label("Cost").fill("1,200")
        page.get_by_label("Failure it should end").select_option(label="Room not ready on time")
        page.get_by_label("Days observed").fill("28")
        good_on_both(page)
        page.locator("#step-plan button[type=submit]").click()
        action = CorrectiveAction.objects.get()

        _say_done(page, action, "The new list hangs in the office.", on=date(2026, 3, 9))
        expect(page.locator("main")).to_contain_text("Not yet: it is observed until April 6, 2026")
        _complain(fern, late_room, date(2026, 3, 20), times=6)
        page = _later(page, traveller, datetime(2026, 4, 6, 4, 0, tzinfo=UTC), hana, readers)
        page.goto("/desk/causes/?show=no_effect")
        page.get_by_role("link", name="Print the list at noon").click()
        expect(page.locator("main")).to_contain_text("No effect can be shown")
        expect(page.locator(".proof tbody tr").first).to_contain_text("1.00")
        good_on_both(page)

        _say_done(page, action, "A screen on every floor.", on=date(2026, 4, 6))
        page = _later(page, traveller, datetime(2026, 5, 4, 4, 0, tzinfo=UTC), hana, readers)
        page.goto(f"/desk/causes/actions/{action.pk}/")
        expect(page.locator("main")).to_contain_text("the rate of complaints certainly fell")
        expect(page.locator(".proof .fell").first).to_be_visible()
        good_on_both(page)


def test_quinn_reads_hearings_and_lists_that_look_good(
    readers: Readers, fern: Employee, max_: Employee, quinn: Employee, hana: Employee, late_room: FailureType
) -> None:
    at = datetime.now(UTC)
    found = answered(asked(a_complaint(by=fern), of=hana.unit, by=quinn, at=at), by=hana, at=at)
    alleged(found, of=fern, by=quinn, at=at)
    planned(found, late_room, owner=hana, by=quinn, at=at, due_on=at.date() + timedelta(days=9))
    page = at_the_desk(readers.page(), quinn, readers)
    for show in ("open", "closed", "actions", "no_effect", "ended", "confidence"):
        page.goto(f"/desk/causes/?show={show}")
        good_on_both(page)
    page.goto("/desk/causes/exposure/")
    page.get_by_label("Unit, month and number").fill("harbour, 2026-03, 4120")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".proof")).to_contain_text("4,120")
    good_on_both(page)


def _a_named_cause(
    fern: Employee, quinn: Employee, hana: Employee, kind: FailureType, *, at: datetime
) -> Investigation:
    """After six complaints in the weeks before."""
    _complain(fern, kind, date(2026, 2, 20), times=6)
    case = a_complaint(by=fern, at=at)
    return answered(asked(case, of=hana.unit, by=quinn, at=at, failure_type=kind.pk), by=hana, at=at)


def _complain(by: Employee, kind: FailureType, day: date, *, times: int) -> None:
    at = datetime(day.year, day.month, day.day, 17, 0, tzinfo=UTC)
    for _time in range(times):
        a_complaint(by=by, failure_type=kind.pk, at=at)


def _say_done(page: Page, action: CorrectiveAction, evidence: str, *, on: date) -> None:
    page.goto(f"/desk/causes/actions/{action.pk}/finish/")
    page.locator("#finish-evidence").fill(evidence)
    page.get_by_label("Takes effect on").fill(on.isoformat())
    page.locator("#step-finish button[type=submit]").click()


def _later(page: Page, traveller: time_machine.Traveller, moment: datetime, who: Employee, readers: Readers) -> Page:
    """Their page on another day, with a new sign-in, once the periodic job has looked after what fell due."""
    page.goto("about:blank")
    traveller.move_to(moment)
    rounds.watch_causes(clock=lambda: moment)
    return at_the_desk(readers.page(), who, readers)
