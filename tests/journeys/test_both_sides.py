"""One complaint from both sides of the counter: everybody in a browser of their own, nothing called from behind."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from complaints.cases.models import Case
from complaints.cases.states import Outcome, Status
from complaints.staff.models import Employee, Tier
from tests.cast import PASSWORD, Organisation
from tests.journeys.bench import DESK, PHONE, Mailbox, Readers, assert_fits

CARA = "cara@demo.example"


def signed_in(page: Page, who: Employee) -> Page:
    """Their browser after the sign-in, as anybody does it."""
    page.goto("/desk/")
    page.locator("[name=login]").fill(who.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(re.compile("/desk/"))
    return page


def take_step(page: Page, case: Case, step: str, **typed: str) -> None:
    """Open the form of a step on the case page, fill it in, send it."""
    page.goto(f"/desk/complaints/{case.reference}/")
    page.locator(f"#step-{step} > summary").click()
    for name, words in typed.items():
        page.locator(f"#step-{step} [name={name}]").fill(words)
    page.locator(f"#step-{step} button[type=submit]").click()
    expect(page.locator("[role=status]").first).to_be_visible()
    assert_fits(page)


@pytest.mark.parametrize("desk_width", [DESK, PHONE])
@pytest.mark.parametrize(
    ("language", "code", "what"),
    [("en-US", "en", "The room was not ready at three."), ("zh-CN", "zh-hans", "房间三点还没有准备好。")],
)
def test_from_the_complaint_over_not_solved_to_solved(
    readers: Readers,
    mailbox: Mailbox,
    organisation: Organisation,
    fern: Employee,
    max_: Employee,
    language: str,
    code: str,
    what: str,
    desk_width: int,
) -> None:
    customer = readers.page(width=PHONE, language=language)
    customer.goto("/complain/")
    customer.locator("[name=what_happened]").fill(what)
    customer.locator("[name=name]").fill("Cara Castillo")
    customer.locator("[name=email]").fill(CARA)
    customer.locator("main form button[type=submit]").click()
    customer.wait_for_url(re.compile("/complain/received/"))
    case = Case.objects.get()
    mailbox.next(to=CARA)

    at_fern = signed_in(readers.page(width=desk_width, language=language), fern)
    expect(at_fern.locator("html")).to_have_attribute("lang", code)
    take_step(at_fern, case, "acknowledge")
    mailbox.next(to=CARA)
    take_step(at_fern, case, "ask", text="Which room was it?")
    customer.goto(mailbox.next(to=CARA).link)
    customer.locator("#answer [name=text]").fill("Room 412")
    customer.locator("#answer button[type=submit]").click()
    expect(customer.locator(".story")).to_contain_text("Room 412")

    take_step(at_fern, case, "note", text="She is right, I looked it up.")
    take_step(at_fern, case, "resolve", text="The first night is free.")
    customer.goto(mailbox.next(to=CARA).link)
    expect(customer.locator("main")).not_to_contain_text("I looked it up")
    customer.locator("#verdict [value=no]").check()
    customer.locator("#verdict [name=rating][value='2']").check()
    customer.locator("#verdict button[type=submit]").click()
    expect(customer.locator("main")).to_contain_text(max_.name)

    assert case.reference in mailbox.next(to=max_.email).subject
    at_max = signed_in(readers.page(width=desk_width, language=language), max_)
    take_step(at_max, case, "resolve", text="Both nights are free.")
    mailbox.next(to=CARA)
    customer.goto(mailbox.next(to=CARA).link)
    customer.locator("#verdict [value=yes]").check()
    customer.locator("#verdict [name=rating][value='5']").check()
    customer.locator("#verdict button[type=submit]").click()
    expect(customer.locator("#verdict")).to_have_count(0)

    case.refresh_from_db()
    assert (case.status, case.outcome, case.tier) == (Status.CLOSED, Outcome.SOLVED, Tier.MANAGER)
    assert (case.solved, case.handling_rating, case.reopened_count) == (True, 5, 1)
    at_max.reload()
    expect(at_max.locator("#step-reopen")).to_be_visible()
    expect(at_max.locator("#step-resolve")).to_have_count(0)
