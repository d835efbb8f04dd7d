"""Customers on their way, in a real browser, from the complaint to the last answer."""

from __future__ import annotations

import re

import pytest
from django.utils.timezone import now
from playwright.sync_api import Dialog, Page, expect

from complaints.cases.models import Case
from complaints.cases.states import Outcome, Status
from complaints.handling.acknowledge import acknowledge
from complaints.handling.ask_customer import ask_customer
from complaints.handling.resolve import resolve
from complaints.staff.models import Employee
from tests.cast import Organisation
from tests.factories import a_picture
from tests.journeys.bench import PHONE, Mailbox, Readers, assert_accessible, assert_fits

CARA = "cara@demo.example"


def file_a_complaint(
    page: Page, *, name: str = "Cara Castillo", what: str = "The room was not ready at three."
) -> None:
    """From the first page to the confirmation."""
    page.goto("/")
    page.locator('a[href="/complain/"]').first.click()
    page.locator("[name=what_happened]").fill(what)
    page.locator("[name=wanted]").fill("An apology, and the first night free.")
    page.locator("[name=name]").fill(name)
    page.locator("[name=email]").fill(CARA)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile("/complain/received/"))


@pytest.mark.parametrize(
    ("language", "code", "what"),
    [("en-US", "en", "The room was not ready at three."), ("zh-CN", "zh-hans", "房间三点还没有准备好。")],
)
def test_a_customer_goes_all_the_way_to_solved_on_the_phone(
    readers: Readers,
    mailbox: Mailbox,
    organisation: Organisation,
    fern: Employee,
    max_: Employee,
    language: str,
    code: str,
    what: str,
) -> None:
    page = readers.page(width=PHONE, language=language)
    file_a_complaint(page, what=what)
    expect(page.locator("html")).to_have_attribute("lang", code)
    case = Case.objects.get()
    expect(page.locator("main")).to_contain_text(case.reference)

    received = mailbox.next(to=CARA)
    assert received.language == code
    page.goto(received.link)
    expect(page.locator("main")).to_contain_text(what)
    expect(page.locator("main")).to_contain_text(organisation.harbour.name)

    acknowledge(case.reference, by=fern, at=now())
    ask_customer(case.reference, text="Which room was it?", by=fern, at=now())
    mailbox.next(to=CARA)
    page.goto(mailbox.next(to=CARA).link)
    expect(page.locator(".quote")).to_have_text("Which room was it?")
    page.locator("#answer [name=text]").fill("Room 412")
    picture = a_picture()
    page.locator("#answer [name=attachments]").set_input_files(
        {"name": "room.png", "mimeType": "image/png", "buffer": picture.read()}
    )
    page.locator("#answer button[type=submit]").click()
    expect(page.locator(".story")).to_contain_text("Room 412")
    with page.expect_download() as download:
        page.get_by_role("link", name="room.png").click()
    assert download.value.suggested_filename == "room.png"
    assert "Room 412" in mailbox.next(to=fern.email).text

    resolve(case.reference, text="The first night is free.", by=fern, at=now())
    page.goto(mailbox.next(to=CARA).link)
    expect(page.locator(".quote")).to_have_text("The first night is free.")
    page.locator("#verdict [value=no]").check()
    page.locator("#verdict [name=rating][value='2']").check()
    page.locator("#verdict [name=text]").fill("Both nights were bad.")
    page.locator("#verdict button[type=submit]").click()
    expect(page.locator("#standing").locator("..")).to_contain_text(max_.name)
    assert case.reference in mailbox.next(to=max_.email).subject
    mailbox.next(to=CARA)

    resolve(case.reference, text="Both nights are free.", by=max_, at=now())
    page.goto(mailbox.next(to=CARA).link)
    expect(page.locator(".quote")).to_have_text("Both nights are free.")
    page.locator("#verdict [value=yes]").check()
    page.locator("#verdict [name=rating][value='5']").check()
    page.locator("#verdict button[type=submit]").click()
    expect(page.locator("#verdict")).to_have_count(0)
    mailbox.next(to=CARA)
    case.refresh_from_db()
    assert (case.status, case.outcome, case.handling_rating) == (Status.CLOSED, Outcome.SOLVED, 5)


def test_a_customer_who_waits_in_vain_asks_for_the_manager_on_the_phone_without_scripts(
    readers: Readers, mailbox: Mailbox, organisation: Organisation, fern: Employee, max_: Employee
) -> None:
    page = readers.page(width=PHONE, scripts=False)
    file_a_complaint(page)
    page.locator("main .btn").click()
    expect(page.locator("#climb")).to_contain_text(max_.name)
    page.locator("#climb [name=text]").fill("Nobody calls me back.")
    page.locator("#climb button[type=submit]").click()
    expect(page.locator("#standing").locator("..")).to_contain_text(max_.name)
    expect(page.locator(".story")).to_contain_text("Nobody calls me back.")
    expect(page.locator("#climb")).to_contain_text("VP")
    told = mailbox.next(to=max_.email)
    assert "wants somebody higher" in told.text
    assert "Nobody calls me back." in told.text
    assert max_.name in mailbox.next(to=CARA, about="handed up").text


def test_everything_works_without_scripts(
    readers: Readers, mailbox: Mailbox, organisation: Organisation, fern: Employee, max_: Employee
) -> None:
    page = readers.page(width=PHONE, scripts=False)
    file_a_complaint(page)
    case = Case.objects.get()
    page.locator("main .btn").click()
    page.locator("#answer [name=text]").fill("It was room 412.")
    page.locator("#answer button[type=submit]").click()
    expect(page.locator(".story")).to_contain_text("It was room 412.")
    resolve(case.reference, text="The first night is free.", by=fern, at=now())
    page.reload()
    page.locator("#verdict [value=yes]").check()
    page.locator("#verdict button[type=submit]").click()
    expect(page.locator("#verdict")).to_have_count(0)
    case.refresh_from_db()
    assert case.outcome == Outcome.SOLVED


def test_the_keyboard_alone_is_enough(
    readers: Readers, mailbox: Mailbox, organisation: Organisation, fern: Employee
) -> None:
    page = readers.page()
    page.goto("/complain/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the skip link leads past the frame
    for words in ("The room was not ready.", "A free night.", None, None, "Cara Castillo", CARA):
        page.keyboard.press("Tab")
        if words:
            page.keyboard.type(words)
    page.keyboard.press("Enter")  # out of the e-mail field the form is sent
    page.wait_for_url(re.compile("/complain/received/"))
    case = Case.objects.get()
    assert (case.what_happened, case.wanted) == ("The room was not ready.", "A free night.")

    resolve(case.reference, text="The first night is free.", by=fern, at=now())
    page.goto(mailbox.next(to=CARA, about="put it right").link)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # yes
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("Thank you.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_have_count(0)
    case.refresh_from_db()
    assert (case.solved, case.handling_rating) == (True, 2)


def test_a_lost_link_is_sent_again(readers: Readers, mailbox: Mailbox, organisation: Organisation) -> None:
    page = readers.page(width=PHONE)
    file_a_complaint(page)
    page.goto("/track/")
    page.locator("[name=reference]").fill(Case.objects.get().reference.lower())
    page.locator("[name=contact]").fill(CARA.upper())
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile("/track/sent/"))
    page.goto(mailbox.next(to=CARA, about="link").link)
    expect(page.locator("main")).to_contain_text("The room was not ready at three.")


def test_the_language_of_the_page_follows_the_customer_and_their_choice(
    readers: Readers, mailbox: Mailbox, organisation: Organisation
) -> None:
    file_a_complaint(readers.page(language="zh-CN"))
    link = mailbox.next(to=CARA).link
    page = readers.page(language="en-US")
    page.goto(link)
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(link)
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_language_is_changed_in_the_middle_of_a_sentence(
    readers: Readers, mailbox: Mailbox, organisation: Organisation, fern: Employee, *, scripts: bool
) -> None:
    page = readers.page(width=PHONE, scripts=scripts)
    page.goto("/complain/")
    page.locator("[name=what_happened]").fill("The room was not")
    page.locator("[name=name]").fill("Cara Castillo")
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("[name=what_happened]")).to_have_value("The room was not")
    expect(page.locator("[name=name]")).to_have_value("Cara Castillo")
    page.locator("[name=email]").fill(CARA)
    page.locator("[name=email]").press("Enter")
    page.wait_for_url(re.compile("/complain/received/"))

    page.goto(mailbox.next(to=CARA).link)
    page.locator("#answer [name=text]").fill("房间号是")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#answer [name=text]")).to_have_value("房间号是")
    resolve(Case.objects.get().reference, text="The first night is free.", by=fern, at=now())
    page.goto(mailbox.next(to=CARA, about="").link)
    page.locator("#verdict [value=no]").check()
    page.locator("#verdict [name=text]").fill("Not enough")
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("#verdict [value=no]")).to_be_checked()
    expect(page.locator("#verdict [name=text]")).to_have_value("Not enough")
    assert Case.objects.get().status == Status.RESOLVED


def test_words_in_one_form_are_not_dropped_by_sending_another(
    readers: Readers, mailbox: Mailbox, organisation: Organisation, fern: Employee
) -> None:
    page = readers.page(width=PHONE)
    file_a_complaint(page)
    mailbox.next(to=CARA)
    resolve(Case.objects.get().reference, text="The first night is free.", by=fern, at=now())
    page.goto(mailbox.next(to=CARA).link)
    message = page.locator("#answer [name=text]")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    message.press_sequentially("One more thing")
    page.locator("#verdict [value=yes]").check()
    page.locator("#verdict button[type=submit]").click()
    expect(message).to_have_value("One more thing")
    page.get_by_role("button", name="简体中文").click()
    expect(message).to_have_value("One more thing")
    assert asked == ["beforeunload", "beforeunload"]
    assert Case.objects.get().status == Status.RESOLVED

    message.fill("")
    page.locator("#verdict button[type=submit]").click()
    expect(page.locator("#verdict")).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, 1280])
def test_every_page_can_be_used_by_everybody(
    readers: Readers, mailbox: Mailbox, organisation: Organisation, fern: Employee, *, width: int, dark: bool
) -> None:
    page = readers.page(width=width, dark=dark)
    for address in ("/", "/complain/", "/track/", "/track/sent/", "/track/nothing/"):
        page.goto(address)
        assert_accessible(page)
        assert_fits(page)
    page.goto("/complain/")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".wrong")).to_have_count(3)
    assert_accessible(page)
    file_a_complaint(page, what="A long word: " + "x" * 300)
    assert_accessible(page)
    assert_fits(page)
    page.locator("main .btn").click()
    expect(page.locator("#answer")).to_be_visible()
    expect(page.locator("#climb")).to_be_visible()
    case = Case.objects.get()
    ask_customer(case.reference, text="Which room was it?", by=fern, at=now())
    for _stage in ("waiting", "resolved", "closed"):
        page.reload()
        assert_accessible(page)
        assert_fits(page)
        case.refresh_from_db()
        if case.status == Status.WAITING:
            resolve(case.reference, text="The first night is free.", by=fern, at=now())
        elif case.status == Status.RESOLVED:
            page.locator("#verdict button[type=submit]").click()
            expect(page.locator("#verdict .wrong")).to_have_count(1)
            assert_accessible(page)
            page.locator("#verdict [value=yes]").check()
            page.locator("#verdict button[type=submit]").click()
            expect(page.locator("#verdict")).to_have_count(0)
