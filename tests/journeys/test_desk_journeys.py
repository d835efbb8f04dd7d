"""Fern and Max at work, in a real browser."""

from __future__ import annotations

import re
from typing import Final

import pytest
from django.conf import settings
from django.test import Client
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from complaints.cases.models import Case, Clock
from complaints.customers.models import Customer
from complaints.handling.assign import assign
from complaints.handling.escalate import escalate
from complaints.handling.write_note import write_note
from complaints.handling.write_to_customer import write_to_customer
from complaints.outbox.models import Bar, BarredAddress, Breaker, Channel, Message, MessageState, Trouble
from complaints.staff.models import Employee
from complaints.standards.models import FailureType, ServiceStandard
from tests.cast import PASSWORD
from tests.factories import a_complaint, a_customer, a_picture, an_hour_ago
from tests.journeys.bench import DESK, PHONE, Readers, assert_accessible, assert_fits

POLL: Final = 15_000  # milliseconds; an open page asks every five seconds


def at_the_desk(page: Page, who: Employee, readers: Readers) -> Page:
    """Their browser, signed in."""
    client = Client()
    client.force_login(who)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": readers.home}])
    return page


def test_fern_signs_in_and_signs_out(readers: Readers, fern: Employee) -> None:
    page = readers.page()

    page.goto("/desk/")
    page.locator("[name=login]").fill(fern.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("heading", name="Worklist")).to_be_visible()

    page.locator(".account > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/desk/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_fern_files_a_complaint_with_the_keyboard_alone(
    readers: Readers, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    a_complaint(by=fern, customer=cara, failure_type=late_room.pk)
    page = at_the_desk(readers.page(), fern, readers)
    page.goto("/desk/complaints/new/")
    expect(page.locator("#id_look")).to_be_focused()

    page.keyboard.type("castil")
    expect(page.locator("#found")).to_contain_text("Cara Castillo")
    _tab_to(page, f"#customer-{cara.pk}")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#known")).to_contain_text("High floor, no feather pillows.")
    expect(page.locator("#known")).to_contain_text("Arrival × 1")
    _tab_to(page, "#id_what_happened")
    page.keyboard.type("The lift stood still for an hour.")
    _tab_to(page, "#id_severity_0")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    _tab_to(page, "main form button.btn-lg")
    page.keyboard.press("Enter")

    expect(page.locator("[role=status]").first).to_contain_text("is filed")
    case = Case.objects.latest("pk")
    assert (case.customer, case.what_happened, case.severity) == (cara, "The lift stood still for an hour.", 3)


def test_max_works_a_case_off_with_the_keyboard_alone(readers: Readers, fern: Employee, max_: Employee) -> None:
    case = a_complaint(by=fern)
    page = at_the_desk(readers.page(), max_, readers)
    page.goto("/desk/")

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, ".row-link")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{case.reference}/")
    _tab_to(page, "#step-resolve > summary")
    page.keyboard.press("Enter")
    _tab_to(page, "#resolve-text")
    page.keyboard.type("The night is free.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator(".timeline")).to_contain_text("The night is free.")
    expect(page.locator(".case-head")).to_contain_text("Resolution proposed")


def test_without_scripts_a_complaint_is_filed_and_answered_on_the_phone(
    readers: Readers, fern: Employee, cara: Customer
) -> None:
    page = at_the_desk(readers.page(width=PHONE, scripts=False), fern, readers)
    page.goto("/desk/complaints/new/")

    page.locator("#id_what_happened").fill("The lift stood still for an hour.")
    page.locator("#id_look").fill("0142")
    page.get_by_role("button", name="Look up").click()
    expect(page.locator("#known")).to_contain_text("High floor, no feather pillows.")
    expect(page.locator("#id_what_happened")).to_have_value("The lift stood still for an hour.")
    page.get_by_role("button", name="File the complaint").click()

    page.locator("#step-write > summary").click()
    page.locator("#write-text").fill("We are on it.")
    page.locator("#write-attachments").set_input_files(
        {"name": "plan.png", "mimeType": "image/png", "buffer": a_picture().read()}
    )
    page.locator("#step-write form button").click()
    expect(page.locator(".timeline")).to_contain_text("We are on it.")
    expect(page.locator(".timeline")).to_contain_text("plan.png")
    assert Case.objects.get().customer == cara


def test_what_assessing_anew_would_change_is_told_before_it_is_done_with_scripts_or_without(
    readers: Readers, fern: Employee
) -> None:
    for scripts in (True, False):
        case = a_complaint(by=fern)
        page = at_the_desk(readers.page(width=PHONE, scripts=scripts), fern, readers)
        page.goto(f"/desk/complaints/{case.reference}/")
        page.locator(".more-steps > summary").click()
        page.locator("a#step-reassess").click()
        page.locator(".pill", has_text="Critical").click()
        if not scripts:
            page.get_by_role("button", name="Show what it would change").click()
        expect(page.locator("#foreseen")).to_contain_text("Medium → Critical")
        expect(page.locator("#foreseen")).to_contain_text("would be due")
        page.locator("#step-reassess .btn-primary").last.click()
        expect(page.locator(".timeline")).to_contain_text("Medium → Critical")
        expect(page.locator(".case-head")).to_contain_text("Critical")


def test_two_at_one_case_see_each_other_and_lose_no_word(readers: Readers, fern: Employee, max_: Employee) -> None:
    case = a_complaint(by=fern)
    page = at_the_desk(readers.page(), fern, readers)
    page.goto(f"/desk/complaints/{case.reference}/")
    page.locator("#step-resolve > summary").click()
    page.locator("#resolve-text").fill("A bottle of wine, with our apologies.")

    write_note(case.reference, text="She does not drink.", by=max_, at=now())

    expect(page.locator("#news")).to_contain_text("Max Moreno wrote a note", timeout=POLL)
    expect(page.locator("#resolve-text")).to_have_value("A bottle of wine, with our apologies.")
    page.locator("#step-resolve form button").click()
    expect(page.locator("#news")).to_contain_text("was changed while you were writing")
    expect(page.locator("#news")).to_contain_text("She does not drink.")
    expect(page.locator("#resolve-text")).to_have_value("A bottle of wine, with our apologies.")

    page.locator("#resolve-text").fill("The night is free.")
    page.locator("#step-resolve form button").click()
    expect(page.locator(".case-head")).to_contain_text("Resolution proposed")


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_an_open_worklist_says_what_has_come_without_a_reload(
    readers: Readers, fern: Employee, max_: Employee, cara: Customer, width: int
) -> None:
    page = at_the_desk(readers.page(width=width, dark=width == PHONE), fern, readers)
    page.goto("/desk/?whose=mine")
    expect(page.locator("#count-news")).to_be_hidden()

    case = a_complaint(by=fern, customer=cara)
    assign(case.reference, to=max_.pk, by=max_, at=now())
    assign(case.reference, to=fern.pk, by=max_, at=now())

    expect(page.locator("#count-news")).to_have_text(re.compile("^1"), timeout=POLL)
    expect(page.locator("#count-own")).to_have_text(re.compile("^1"))
    expect(page.locator("[data-news]")).to_contain_text(f"Cara Castillo · {case.reference}", timeout=POLL)
    assert_fits(page)
    assert_accessible(page)

    page.get_by_role("link", name="Show the list as it is now").click()
    expect(page.locator(".row-case")).to_have_count(1)
    page.get_by_role("link", name="What you were told").click()
    assert_fits(page)
    assert_accessible(page)
    page.get_by_role("button", name=f"{case.reference} is yours").click()
    expect(page.locator(".case-head")).to_contain_text("Cara Castillo")
    expect(page.locator("#count-news")).to_be_hidden()


def test_an_expired_sign_in_gives_the_words_back(readers: Readers, fern: Employee) -> None:
    case = a_complaint(by=fern)
    page = at_the_desk(readers.page(), fern, readers)
    page.goto(f"/desk/complaints/{case.reference}/")
    page.locator("#step-note > summary").click()
    page.locator("#note-text").fill("Half an hour of careful words.")

    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("#step-note form button").click()
    page.locator("[name=login]").fill(fern.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()

    expect(page.locator("#note-text")).to_have_value("Half an hour of careful words.")
    page.locator("#step-note form button").click()
    expect(page.locator(".timeline")).to_contain_text("Half an hour of careful words.")


def test_in_chinese_the_desk_speaks_chinese_and_keeps_doing_so(
    readers: Readers, fern: Employee, late_room: FailureType
) -> None:
    page = at_the_desk(readers.page(), fern, readers)
    page.goto("/desk/complaints/new/")

    page.locator(".account > summary").click()
    page.get_by_role("button", name="简体中文").click()

    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("#id_failure_type")).to_contain_text("客房未按时备妥")
    page.goto("/desk/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_page_is_accessible_and_fits(
    readers: Readers, fern: Employee, max_: Employee, cara: Customer, late_room: FailureType, width: int, dark: bool
) -> None:
    case = a_complaint(by=fern, customer=cara, failure_type=late_room.pk, wanted="A room.", files=[a_picture()], mood=4)
    a_complaint(by=None, what_happened="x" * 300)
    write_note(case.reference, text="https://example.com/" + "long" * 60, by=fern, at=now())
    ServiceStandard.objects.create(name="Room ready at 15:00", promise="Your room is ready at three.")
    handed_up = a_complaint(by=fern, failure_type=late_room.pk)
    write_to_customer(handed_up.reference, text="We are sorry. " * 20, by=fern, at=now())
    escalate(handed_up.reference, reason="https://example.com/" + "long" * 60, by=fern, at=now())
    Clock.objects.filter(case=handed_up).update(due_at=an_hour_ago(), failures=2)
    Case.objects.filter(pk=handed_up.pk).update(due_at=an_hour_ago())
    Message.objects.update(state=MessageState.FAILED, trouble=Trouble.REFUSED, reason="550 no such mailbox" + "!" * 99)
    BarredAddress.objects.create(address="cara@demo.example", why=Bar.BOUNCED, reason="550 5.1.1 gone", since=now())
    away = {"failures": 5, "trouble": Trouble.TIMED_OUT, "reason": "r" * 200}
    Breaker.objects.create(channel=Channel.EMAIL, open_since=an_hour_ago(), probe_at=now(), **away)
    here = f"/desk/complaints/{case.reference}/"
    page = at_the_desk(readers.page(width=width, dark=dark), max_, readers)

    for address in (
        "/desk/",
        "/desk/?severity=2",
        "/desk/?whose=mine",
        "/desk/?q=room",
        "/desk/?q=nothing-like-it",
        "/desk/complaints/new/",
        f"/desk/complaints/new/?customer={cara.pk}",
        here,
        f"{here}write/",
        f"{here}assign/",
        f"{here}reassess/",
        "/desk/customers/",
        "/desk/customers/?q=cara",
        f"/desk/customers/{cara.pk}/",
        f"/desk/customers/{cara.pk}/edit/",
        "/desk/escalations/",
        "/desk/deadlines/",
        "/desk/messages/",
        f"/desk/messages/{Message.objects.latest('pk').pk}/",
        "/desk/complaints/C-NOTHING/",
    ):
        page.goto(address)
        assert_accessible(page)
        assert_fits(page)

    page.goto(f"{here}reassess/")
    page.locator("#step-reassess [name=severity][value='4']").check(force=True)
    expect(page.locator("#foreseen")).to_contain_text("would be due")
    assert_accessible(page)
    assert_fits(page)

    page.goto("/desk/complaints/new/")
    page.locator("main form button.btn-lg").click()
    expect(page.locator(".notice-error")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)

    stranger = readers.page(width=width, dark=dark)
    for address in ("/account/login/", "/account/password/reset/", "/account/password/reset/done/", "/desk-of-nobody/"):
        stranger.goto(address)
        assert_accessible(stranger)
        assert_fits(stranger)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_name_without_end_does_not_widen_a_page(readers: Readers, fern: Employee, width: int) -> None:
    endless = a_customer(name="N" * 160, company="C" * 160)
    case = a_complaint(by=fern, customer=endless, place="P" * 200)
    page = at_the_desk(readers.page(width=width), fern, readers)

    for address in (
        "/desk/",
        f"/desk/complaints/{case.reference}/",
        f"/desk/complaints/new/?customer={endless.pk}",
        "/desk/customers/?q=nnn",
        f"/desk/customers/{endless.pk}/",
        f"/desk/customers/{endless.pk}/edit/",
        "/desk/messages/",
    ):
        page.goto(address)
        assert_fits(page)


def _tab_to(page: Page, selector: str) -> None:
    """Press the tab key until this one is reached, as somebody without a mouse would."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"The tab key never comes to {selector} on {re.sub(r'[?].*', '', page.url)}.")
