"""What a provider reports, as Postmark writes it: forged ones, repeated ones, and what each leads to."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client

from complaints.cases.entries import Entry
from complaints.cases.models import Case, Clock
from complaints.customers.models import Customer
from complaints.customers.records import file_of
from complaints.handling.change_customer import change_customer
from complaints.handling.deliver_message import deliver_due
from complaints.handling.trust_address import trust_address
from complaints.handling.write_to_customer import write_to_customer
from complaints.outbox import queue
from complaints.outbox.models import BarredAddress, Channel, Kind, Message, MessageState, Trouble
from complaints.staff.models import Employee
from complaints.standards.models import ClockKind
from tests.factories import a_complaint, an_hour_ago

SECRET: Final = "provider:" + "k" * 24
HOOK: Final = "/api/v1/mail-reports/"
HARD: Final = {
    "RecordType": "Bounce",
    "Type": "HardBounce",
    "Description": "No such user",
    "Email": "cara@demo.example",
}
SOFT: Final = {"RecordType": "Bounce", "Type": "SoftBounce", "Description": "Mailbox full"}
SPAM: Final = {"RecordType": "SpamComplaint", "Type": "SpamComplaint"}
DELIVERED: Final = {"RecordType": "Delivery"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _provider(settings: Any) -> None:
    """Reports come from Postmark; mails go into Django's outbox of mails."""
    settings.MAIL_REPORTS_VIEW = "anymail.webhooks.postmark.PostmarkTrackingWebhookView"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara)


@pytest.fixture
def message(case: Case) -> Message:
    """Cara's receipt, which has left."""
    deliver()
    return Message.objects.get(kind=Kind.RECEIVED)


def deliver(**later: float) -> None:
    at = an_hour_ago() + timedelta(**{"minutes": 1, **later})
    while deliver_due(clock=lambda: at):
        pass


def report(message: Message, told: dict[str, str], *, secret: str = SECRET) -> int:
    """Report as Postmark does; the status of the answer."""
    body = {"MessageID": "pm-1", "Metadata": {"message": message.message_id}, "Email": message.recipient, **told}
    headers = {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"}
    return Client(headers=headers).post(HOOK, body, content_type="application/json").status_code


def test_a_delivery_is_noted(message: Message) -> None:
    assert message.state == MessageState.SENT
    assert report(message, DELIVERED) == 200
    message.refresh_from_db()
    assert message.state == MessageState.DELIVERED


def test_a_report_by_the_providers_own_name_is_understood(message: Message) -> None:
    assert message.provider_id
    report(message, {**DELIVERED, "MessageID": message.provider_id, "Metadata": {}})  # type: ignore[dict-item]
    message.refresh_from_db()
    assert message.state == MessageState.DELIVERED


@pytest.mark.parametrize("secret", ["", "provider:guessed", f"{SECRET}x"])
def test_a_forged_report_is_refused(message: Message, secret: str) -> None:
    assert report(message, HARD, secret=secret) == 400
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert not BarredAddress.objects.exists()


def test_without_a_provider_there_is_no_such_address(message: Message, settings: Any) -> None:
    settings.MAIL_REPORTS_VIEW = ""
    assert report(message, HARD) == 404


def test_a_report_on_what_is_not_ours_changes_nothing(message: Message) -> None:
    assert report(message, {**HARD, "Metadata": {"message": "<x@y>"}}) == 200  # type: ignore[dict-item]
    assert not BarredAddress.objects.exists()


def test_a_hard_bounce_bars_the_address_and_asks_staff_for_another_way(
    message: Message, case: Case, fern: Employee
) -> None:
    version = Case.objects.get(pk=case.pk).version
    report(message, HARD)
    message.refresh_from_db()
    assert (message.state, message.trouble) == (MessageState.BOUNCED, Trouble.CAME_BACK)
    assert "No such user" in message.reason
    entry = case.timeline.get(kind=Entry.MAIL_CAME_BACK)
    assert not entry.public
    assert Case.objects.get(pk=case.pk).version == version + 1, "open pages hear of it"
    asked = Message.objects.get(kind=Kind.STAFF_UNREACHABLE)
    assert (asked.recipient, asked.about) == (fern.email, case.reference)


@pytest.mark.parametrize("told", [HARD, SOFT, SPAM, DELIVERED])
def test_a_report_heard_again_changes_nothing(message: Message, told: dict[str, str], case: Case) -> None:
    report(message, told)
    before = [list(Message.objects.order_by("pk").values()), case.timeline.count()]
    report(message, told)
    assert [list(Message.objects.order_by("pk").values()), case.timeline.count()] == before


def test_a_delivery_reported_after_the_bounce_does_not_undo_it(message: Message) -> None:
    report(message, HARD)
    report(message, DELIVERED)
    message.refresh_from_db()
    assert message.state == MessageState.BOUNCED


def test_further_mails_are_withheld_and_leave_for_another_address(
    message: Message, case: Case, fern: Employee, cara: Customer
) -> None:
    report(message, HARD)
    write_to_customer(case.reference, text="We are on it.", by=fern, at=an_hour_ago())
    waiting = Message.objects.get(kind=Kind.WRITTEN)
    assert (waiting.state, waiting.trouble) == (MessageState.WITHHELD, Trouble.BARRED)
    file = replace(file_of(cara), emails=("new@demo.example",))
    change_customer(cara.pk, file=file, by=fern, at=an_hour_ago())
    waiting.refresh_from_db()
    assert (waiting.state, waiting.recipient) == (MessageState.QUEUED, "new@demo.example")


def test_what_was_queued_before_the_bounce_is_withheld_too(message: Message, case: Case, fern: Employee) -> None:
    write_to_customer(case.reference, text="We are on it.", by=fern, at=an_hour_ago())
    report(message, HARD)
    deliver(minutes=5)
    waiting = Message.objects.get(kind=Kind.WRITTEN)
    assert (waiting.state, waiting.trouble) == (MessageState.WITHHELD, Trouble.BARRED)


def test_another_address_on_file_takes_over(message: Message, case: Case, fern: Employee, cara: Customer) -> None:
    report(message, HARD)
    file = replace(file_of(cara), emails=("cara@demo.example", "second@demo.example"))
    change_customer(cara.pk, file=file, by=fern, at=an_hour_ago())
    write_to_customer(case.reference, text="We are on it.", by=fern, at=an_hour_ago())
    assert Message.objects.get(kind=Kind.WRITTEN).recipient == "second@demo.example"


def test_a_full_mailbox_asks_staff_and_bars_nothing(message: Message, case: Case) -> None:
    report(message, SOFT)
    assert not BarredAddress.objects.exists()
    assert case.timeline.filter(kind=Entry.MAIL_CAME_BACK).exists()
    message.refresh_from_db()
    assert message.state == MessageState.BOUNCED


def test_a_report_of_spam_stops_further_mails(message: Message, case: Case, fern: Employee) -> None:
    report(message, SPAM)
    assert case.timeline.filter(kind=Entry.MAIL_UNWANTED).exists()
    write_to_customer(case.reference, text="We are on it.", by=fern, at=an_hour_ago())
    assert Message.objects.get(kind=Kind.WRITTEN).state == MessageState.WITHHELD


def test_a_trusted_address_gets_what_waited(message: Message, case: Case, fern: Employee, cara: Customer) -> None:
    report(message, HARD)
    write_to_customer(case.reference, text="We are on it.", by=fern, at=an_hour_ago())
    assert trust_address(cara.pk, address="cara@demo.example", by=fern, at=an_hour_ago())
    assert Message.objects.get(kind=Kind.WRITTEN).state == MessageState.QUEUED
    assert case.timeline.filter(kind=Entry.ADDRESS_TRUSTED).exists()
    assert not trust_address(cara.pk, address="cara@demo.example", by=fern, at=an_hour_ago())


def test_delivered_before_it_was_marked_is_not_sent_again_and_meets_its_deadlines(case: Case, fern: Employee) -> None:
    write_to_customer(case.reference, text="We are on it.", by=fern, at=an_hour_ago())
    (written, *_rest) = queue.claim_due(Channel.EMAIL, at=an_hour_ago() + timedelta(minutes=1), most=1)
    assert written.kind == Kind.WRITTEN
    report(written, DELIVERED)  # the worker died between sending and marking
    deliver(minutes=10)
    written.refresh_from_db()
    assert (written.state, written.attempts) == (MessageState.DELIVERED, 1)
    assert Clock.objects.get(case=case, kind=ClockKind.ACKNOWLEDGE).ended_at


def test_pages_show_that_mail_does_not_arrive(
    message: Message, case: Case, fern: Employee, cara: Customer, client: Client
) -> None:
    client.force_login(fern)
    warned = "Mail does not reach this customer"
    assert warned not in client.get(f"/desk/complaints/{case.reference}/").content.decode()
    report(message, HARD)
    assert warned in client.get(f"/desk/complaints/{case.reference}/").content.decode()
    page = client.get(f"/desk/customers/{cara.pk}/").content.decode()
    assert "Mail to it comes back" in page
    assert "Write to it again" in page
    client.post(f"/desk/customers/{cara.pk}/trust/", {"address": "cara@demo.example"})
    assert "Mail to it comes back" not in client.get(f"/desk/customers/{cara.pk}/").content.decode()


def test_a_colleagues_own_mailbox_is_no_business_of_a_case(message: Message, case: Case, fern: Employee) -> None:
    Message.objects.filter(pk=message.pk).update(to_customer=False, recipient=fern.email)
    report(message, HARD)
    assert BarredAddress.objects.get().address == fern.email
    assert not Message.objects.filter(kind=Kind.STAFF_UNREACHABLE).exists()
