"""Ada changes what a message says, in a real browser, and a customer reads it in a real mail."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from complaints.customers.models import Customer
from complaints.outbox.models import Kind, MessageText
from complaints.staff.models import Employee
from tests.cast import Organisation
from tests.factories import a_complaint, an_hour_ago
from tests.journeys.bench import DESK, PHONE, Mailbox, Readers, assert_accessible, assert_fits
from tests.journeys.test_desk_journeys import at_the_desk

LI = "li@demo.example"


@pytest.mark.parametrize(("width", "scripts"), [(DESK, True), (PHONE, False)])
def test_ada_says_in_chinese_what_a_customer_reads_on_filing(
    readers: Readers,
    mailbox: Mailbox,
    organisation: Organisation,
    ada: Employee,
    fern: Employee,
    cara: Customer,
    width: int,
    scripts: bool,
) -> None:
    known = a_complaint(by=fern, customer=cara, at=an_hour_ago())
    desk = at_the_desk(readers.page(width=width, scripts=scripts), ada, readers)
    desk.goto("/desk/settings/")
    desk.get_by_role("link", name="Texts of messages").click()
    desk.get_by_role("link", name="Complaint received: Simplified Chinese").click()
    expect(desk.get_by_text("the text that comes with the product holds")).to_be_visible()

    desk.get_by_label("Subject").fill("我们收到您的投诉了：{{ reference }}")
    desk.get_by_label("Text").fill("谢谢您告诉我们。\n\n{{ what_happened }}")
    desk.get_by_label("HTML").fill("<p>谢谢您告诉我们。</p>{{ what_happened|quote }}")
    desk.get_by_label("Try it on the complaint").fill(known.reference)
    desk.get_by_role("button", name="Preview").click()
    expect(desk.locator("#shown")).to_contain_text(f"我们收到您的投诉了：{known.reference}")
    expect(desk.locator("#shown blockquote")).to_contain_text(known.what_happened)
    if scripts:
        assert_accessible(desk)
    assert_fits(desk)
    assert not MessageText.objects.exists()

    desk.get_by_role("button", name="Send a test to me").click()
    expect(desk.locator("[role=status]").first).to_contain_text(ada.email)
    test = mailbox.next(to=ada.email, about=known.reference)
    assert test.subject.strip().startswith("Test: ")
    assert "谢谢您告诉我们。" in test.html

    desk.get_by_role("button", name="Save").click()
    expect(desk.locator("[role=status]").first).to_contain_text("It is kept.")
    expect(desk.get_by_text("version 1 holds", exact=False).first).to_be_visible()
    assert_fits(desk)

    def filed() -> None:
        customer = readers.page(width=PHONE, language="zh-CN")
        customer.goto("/complain/")
        customer.locator("[name=what_happened]").fill("房间三点还没有准备好。")
        customer.locator("[name=name]").fill("李小雨")
        customer.locator("[name=email]").fill(LI)
        customer.locator("main form button[type=submit]").last.click()
        customer.wait_for_url("**/received/**")

    filed()
    mail = mailbox.next(to=LI, about="我们收到您的投诉了")
    assert mail.text.startswith("李小雨，您好")
    assert "房间三点还没有准备好。" in mail.html
    assert "/track/" in mail.text

    desk.get_by_role("button", name="Back to version 0").click()
    expect(desk.locator("[role=status]").first).to_contain_text("Version 0 holds again.")
    filed()
    assert mailbox.next(to=LI, about="我们已收到您的投诉").language == "zh-hans"
    assert list(MessageText.objects.order_by("number").values_list("number", "is_shipped")) == [(1, False), (2, True)]


@pytest.mark.parametrize(("width", "dark"), [(DESK, False), (PHONE, True)])
def test_the_pages_of_the_texts_are_accessible_and_fit(readers: Readers, ada: Employee, width: int, dark: bool) -> None:
    desk = at_the_desk(readers.page(width=width, dark=dark), ada, readers)
    for address in ("/desk/settings/texts/", *(f"/desk/settings/texts/{kind.value}/en/" for kind in Kind)):
        desk.goto(address)
        assert_fits(desk)
    for address in ("/desk/settings/texts/", "/desk/settings/texts/closed/zh-hans/", "/desk/settings/languages/new/"):
        desk.goto(address)
        assert_accessible(desk)


def test_a_placeholder_that_is_not_there_is_refused_and_what_was_typed_stays(readers: Readers, ada: Employee) -> None:
    desk = at_the_desk(readers.page(width=DESK), ada, readers)
    desk.goto("/desk/settings/texts/received/en/")
    desk.get_by_label("Text").fill("Dear {{ name }}, we have it.")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("This message has no placeholder “name”.")).to_be_visible()
    expect(desk.get_by_label("Text")).to_have_value("Dear {{ name }}, we have it.")
    assert_accessible(desk)
