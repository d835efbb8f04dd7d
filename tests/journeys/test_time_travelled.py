"""Days and weeks in a real browser: time stands still until it is moved on, and mails carry the moment they left."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from playwright.sync_api import Page, expect

from complaints.cases import links
from complaints.cases.models import Case
from complaints.customers import records
from complaints.customers.records import CustomerFacts
from complaints.escalation.models import LadderStep
from complaints.outbox.models import PENDING, Message
from complaints.staff.models import Employee
from complaints.standards.models import (
    BusinessCalendar,
    ClockKind,
    FailureType,
    RecoveryStandard,
    StandardVersion,
    Target,
)
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.journeys.bench import PATIENCE, PHONE, Mailbox, Readers
from tests.journeys.test_both_sides import take_step
from tests.journeys.test_desk_journeys import at_the_desk

MONDAY: Final = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""Ten in the morning in New York."""
CARA: Final = "cara@demo.example"
CARA_TOLD: Final = CustomerFacts(name="Cara Castillo", email=CARA)
OMBUDSMAN: Final = "Ombudsman of the trade, ombudsman.example"

pytestmark = pytest.mark.django_db(transaction=True)


class Clockwork:
    """Moves time on, lets the periodic jobs run at each stop, and waits until what they wrote has left."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def go_to(self, moment: datetime) -> None:
        self._traveller.move_to(moment)
        call_command("sweep", stdout=io.StringIO())
        self.settle()

    def run(self, since: datetime, until: datetime) -> None:
        """From one moment to another, stopping at every full hour and in the second before it."""
        moment = since
        while moment < until:
            moment += timedelta(hours=1)
            self.go_to(moment - timedelta(seconds=1))
            self.go_to(moment)

    @staticmethod
    def settle() -> None:
        patience = time.monotonic() + PATIENCE
        while Message.objects.filter(state__in=PENDING).exists():
            assert time.monotonic() < patience, list(Message.objects.filter(state__in=PENDING).values())
            time.sleep(0.02)


@pytest.fixture
def clockwork() -> Iterator[Clockwork]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield Clockwork(traveller)


def would_do(at: datetime) -> str:
    """What the command says that a sweep would do at a moment."""
    out = io.StringIO()
    call_command("sweep", "--at", at.isoformat(), "--dry-run", stdout=out)
    return out.getvalue()


def track(page: Page, case: Case) -> None:
    """Open the tracking page by a fresh link."""
    page.goto(f"/track/{links.mint(case, at=datetime.now(UTC))}/")


def test_a_case_nobody_touches_climbs_to_the_vp_and_every_mail_leaves_at_its_moment(
    clockwork: Clockwork, readers: Readers, mailbox: Mailbox, fern: Employee, max_: Employee, vera: Employee
) -> None:
    customer = readers.page(width=PHONE)
    customer.goto("/complain/")
    customer.locator("[name=what_happened]").fill("The room was not ready at three.")
    customer.locator("[name=name]").fill("Cara Castillo")
    customer.locator("[name=email]").fill(CARA)
    customer.locator("main form button[type=submit]").click()
    expect(customer.locator("main")).to_contain_text("C-")
    case = Case.objects.get()
    clockwork.settle()

    assert "0 deadlines that ran out" in would_do(MONDAY + timedelta(days=1, seconds=-1))
    shown = would_do(MONDAY + timedelta(days=1))
    assert "1 deadlines that ran out" in shown
    assert f"{case.reference}: Acknowledge, due 2026-03-03T15:00:00+00:00" in shown
    clockwork.run(MONDAY, MONDAY + timedelta(days=6))

    sent = [
        (f"{mail.sent_at:%d %H:%M:%S}", mail.to, mail.subject.replace(case.reference, "it")) for mail in mailbox.all()
    ]
    handed_up, daily = (
        "Your complaint it was handed up",
        "Your open complaints today: 1",
    )
    assert sent == [
        ("02 15:00:00", CARA, "We have received your complaint it"),
        ("03 13:00:00", max_.email, "it: “Acknowledge” is due soon"),  # 80 per cent were over at night: told at eight
        ("03 15:00:00", CARA, handed_up),
        ("03 15:00:00", max_.email, "Handed up to you, decide by March 5, 2026, 10 a.m.: it"),
        ("03 15:00:00", max_.email, daily),
        ("04 12:00:00", max_.email, daily),
        ("05 12:00:00", max_.email, daily),
        ("05 13:00:00", max_.email, "it: “Put right” is due soon"),
        ("05 15:00:00", CARA, handed_up),
        ("05 15:00:00", max_.email, "it: “Decide on this tier” was missed"),
        ("05 15:00:00", vera.email, "Handed up to you from Max Moreno, decide by March 8, 2026, 11 a.m.: it"),
        ("05 15:00:00", vera.email, daily),
        ("06 12:00:00", vera.email, daily),
        ("06 15:00:00", vera.email, "it: “Put right” is due soon"),
        ("07 15:00:00", vera.email, "it: “Put right” was missed"),
        ("08 15:00:00", vera.email, "it: “Decide on this tier” was missed"),
    ]
    at_vera = at_the_desk(readers.page(), vera, readers)
    at_vera.goto("/desk/escalations/")
    expect(at_vera.locator("main")).to_contain_text(case.reference)
    expect(at_vera.locator("main")).to_contain_text("The system handed the complaint up to Vera Vance")


def test_a_customer_climbs_to_the_top_and_is_told_each_time_who_is_next_and_by_when(
    clockwork: Clockwork, readers: Readers, mailbox: Mailbox, fern: Employee, max_: Employee, vera: Employee
) -> None:
    LadderStep.objects.create(position=3, name="The ombudsman", contact=OMBUDSMAN)
    case = a_complaint(by=None, customer=records.add(CARA_TOLD, at=MONDAY), at=MONDAY)
    page = readers.page(width=PHONE)
    track(page, case)
    expect(page.locator("#climb")).to_contain_text("The next step is Max Moreno (Manager).")
    expect(page.locator("#climb")).to_contain_text("a decision by March 4, 2026, 10 a.m.")
    page.locator("#climb button[type=submit]").click()
    expect(page.locator("#standing").locator("..")).to_contain_text("Max Moreno")
    take_step(at_the_desk(readers.page(), max_, readers), case, "acknowledge")
    clockwork.settle()

    decides_by = MONDAY + timedelta(days=2)
    clockwork.go_to(decides_by - timedelta(seconds=1))
    page.reload()
    expect(page.locator("#standing").locator("..")).to_contain_text("Max Moreno")
    clockwork.go_to(decides_by)
    page.reload()
    expect(page.locator("#standing").locator("..")).to_contain_text("Vera Vance")
    expect(page.locator("#climb")).to_contain_text("With us, nobody stands higher. You can now turn to The ombudsman:")
    page.get_by_role("button", name="Send me the address").click()
    expect(page.locator(".story")).to_contain_text("You can now also turn to The ombudsman")
    clockwork.settle()

    expect(page.locator("#standing").locator("..")).to_contain_text("Vera Vance")
    last = [mail for mail in mailbox.all() if mail.sent_at == decides_by]
    assert OMBUDSMAN in next(mail.text for mail in last if "where else" in mail.subject)
    assert [mail.to for mail in last if "the customer was told of The ombudsman" in mail.subject] == [vera.email]


def test_a_pause_over_a_holiday_weekend_with_a_clock_change_is_exact_on_every_page(
    clockwork: Clockwork,
    readers: Readers,
    mailbox: Mailbox,
    organisation: Organisation,
    fern: Employee,
    late_room: FailureType,
) -> None:
    """In Sydney the clocks go forward on Sunday, 6 October 2024, and Monday is Labour Day.

    Filed on Thursday at four: an hour until five. Asked on Friday at eleven: two hours since nine. Thirteen of sixteen
    are left when the answer comes on Tuesday at ten: seven until five, and six on Wednesday, until three. The seven
    days of calendar time lose what the pause really took, 94 hours, though the clocks on the wall say 95.
    """
    organisation.harbour.time_zone = "Australia/Sydney"
    organisation.harbour.save()
    _office_hours_of_sydney(late_room)
    clockwork.go_to(sydney("2024-10-03T16:00"))
    cara = records.add(CARA_TOLD, at=sydney("2024-10-03T16:00"))
    case = a_complaint(by=fern, customer=cara, failure_type=late_room.pk, at=sydney("2024-10-03T16:00"))
    at_fern, customer = at_the_desk(readers.page(), fern, readers), readers.page(width=PHONE)
    track(customer, case)
    expect(customer.locator("main")).to_contain_text("Oct. 8, 2024, 4 p.m.")

    clockwork.go_to(sydney("2024-10-04T11:00"))
    take_step(at_fern, case, "ask", text="Which room was it?")
    expect(at_fern.locator(".case-head")).to_contain_text("Waits for the customer")
    clockwork.go_to(sydney("2024-10-08T09:59"))
    assert "0 deadlines that ran out" in would_do(sydney("2024-10-08T10:00"))

    clockwork.go_to(sydney("2024-10-08T10:00"))
    track(customer, case)
    customer.locator("#answer [name=text]").fill("Room 412")
    customer.locator("#answer button[type=submit]").click()
    expect(customer.locator(".story")).to_contain_text("Room 412")
    expect(customer.locator("#standing").locator("..")).to_contain_text(
        "Oct. 9, 2024, 3 p.m. (Australian Eastern Time)"
    )
    at_fern.reload()
    expect(at_fern.locator(".deadlines")).to_contain_text("Oct. 9, 2024, 3 p.m.")
    expect(at_fern.locator(".deadlines")).to_contain_text("Oct. 14, 2024, 3 p.m.")
    assert "0 deadlines that ran out" in would_do(sydney("2024-10-09T14:59"))
    assert f"{case.reference}: Put right, due 2024-10-09T04:00:00+00:00" in would_do(sydney("2024-10-09T15:00"))


def sydney(moment: str) -> datetime:
    """A moment as the clocks on the wall of Sydney show it, in UTC."""
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Australia/Sydney")).astimezone(UTC)


def _office_hours_of_sydney(kind: FailureType) -> None:
    """What fails in this way is put right in sixteen office hours, and in seven days."""
    office = BusinessCalendar.objects.create(
        name="Sydney",
        time_zone="Australia/Sydney",
        week={day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        holiday_country="AU",
        holiday_subdivision="NSW",
    )
    standard = RecoveryStandard.objects.create(name="Late room", failure_type=kind)
    version = StandardVersion.objects.create(standard=standard, number=1, made_at=MONDAY)
    Target.objects.create(version=version, kind=ClockKind.RESOLVE, minutes=16 * 60, calendar=office)
    Target.objects.create(version=version, kind=ClockKind.RESOLVE, label="Final answer", minutes=7 * 24 * 60)
