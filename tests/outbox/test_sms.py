"""Text messages over a real gateway on this machine: to whom, what they say, and what becomes of them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs

import pytest
from django.db import connection, transaction
from django.test import Client

from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.customers.models import Customer, Phone, Reach
from complaints.handling.deliver_message import deliver_due
from complaints.handling.write_to_customer import write_to_customer
from complaints.outbox import queue
from complaints.outbox.models import BarredAddress, Breaker, Channel, Kind, Message, MessageState, Trouble
from complaints.staff.models import Employee
from recovery import env
from tests.factories import a_complaint
from tests.fulfilment.outside import DROP, HANG, Outside, a_system
from tests.outbox.conftest import AT
from tests.outbox.post_office import PostOffice
from tests.recovery.processes import eventually

NUMBER: Final = "+12125550142"
SECRET: Final = "what gateway and product share"
LATER: Final = AT + timedelta(minutes=1)
SMS: Final = {
    "method": "POST",
    "template": "to={to}&text={text}&key={key}",
    "header": "X-Key: let me in",
    "reports_secret": SECRET,
    "signing_key": "",
}
WORKER: Final = """
import os, sys
from datetime import datetime
from tests import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.SMS = {"url": sys.argv[2], "method": "POST", "template": "to={to}&text={text}", "header": "",
                "reports_secret": "", "signing_key": ""}
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from complaints.handling.deliver_message import deliver_due
deliver_due(clock=lambda: datetime.fromisoformat(sys.argv[3]))
"""


@pytest.fixture
def gateway(settings: Any, office: PostOffice) -> Iterator[Outside]:
    """A gateway that takes everything, until it is told otherwise; mail works as well."""
    with a_system(settings) as opened:
        settings.SMS = {**SMS, "url": opened.url}
        opened.answer = lambda _key, times: (200, {"id": f"sms-{times}"})
        yield opened


@pytest.fixture
def case(fern: Employee, cara: Customer, gateway: Outside) -> Case:
    """Cara's complaint, to whom we write by SMS."""
    Customer.objects.filter(pk=cara.pk).update(channel=Reach.SMS)
    case = a_complaint(by=fern, customer=Customer.objects.get(pk=cara.pk), at=AT)
    Message.objects.all().delete()
    return case


def written(case: Case, fern: Employee) -> Message:
    write_to_customer(case.reference, text="We are on it.", by=fern, at=AT)
    return Message.objects.get(kind=Kind.WRITTEN)


def swept(message: Message, *, minutes: float = 1) -> Message:
    deliver_due(clock=lambda: AT + timedelta(minutes=minutes))
    message.refresh_from_db()
    return message


def test_whoever_wishes_gets_an_sms_with_the_whole_link(case: Case, fern: Employee, gateway: Outside) -> None:
    message = swept(written(case, fern))

    headers, body = gateway.calls[0]
    told = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    assert (message.channel, message.recipient, message.state) == (Channel.SMS, NUMBER, MessageState.SENT)
    assert message.provider_id == "sms-1"
    assert (told["to"], headers["x-key"]) == (NUMBER, "let me in")
    assert told["key"] == headers["idempotency-key"] == message.message_id.strip("<>")
    assert told["text"].startswith("Fern Fuller wrote to you: We are on it. http")
    assert told["text"].rstrip("/").rpartition("/track/")[2]
    assert len(told["text"]) <= 160


def test_json_is_filled_in_without_being_read_again(
    case: Case, fern: Employee, gateway: Outside, settings: Any
) -> None:
    settings.SMS = {**settings.SMS, "template": '{"messages": [{"to": "{to}", "body": "{text}"}], "tries": 1}'}
    swept(written(case, fern))

    headers, body = gateway.calls[0]
    told = json.loads(body)
    assert headers["content-type"] == "application/json"
    assert told["messages"][0]["to"] == NUMBER
    assert told["tries"] == 1


def test_who_has_no_address_but_a_mobile_number_is_written_to_by_sms(
    fern: Employee, cara: Customer, gateway: Outside
) -> None:
    cara.emails.all().delete()
    a_complaint(by=fern, customer=cara, at=AT)

    receipt = Message.objects.get(kind=Kind.RECEIVED)

    assert (receipt.channel, receipt.recipient, receipt.state) == (Channel.SMS, NUMBER, MessageState.QUEUED)


def test_who_has_both_is_written_to_by_mail_unless_they_wish(fern: Employee, cara: Customer, gateway: Outside) -> None:
    a_complaint(by=fern, customer=cara, at=AT)

    assert Message.objects.get(kind=Kind.RECEIVED).channel == Channel.EMAIL


def test_without_a_gateway_nobody_is_promised_an_sms(case: Case, fern: Employee, settings: Any) -> None:
    settings.SMS = {}

    assert written(case, fern).channel == Channel.EMAIL


def test_whoever_is_found_by_sms_after_all_gets_no_mail_in_it(
    fern: Employee, cara: Customer, gateway: Outside, office: PostOffice
) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    receipt = Message.objects.get(kind=Kind.RECEIVED)
    office.answer = lambda command: "451 4.3.0 later" if command.startswith("RCPT") else ""
    assert swept(receipt).body_text.startswith("Dear Cara")
    Message.objects.update(state=MessageState.WITHHELD, trouble=Trouble.BARRED, reason="It came back.")

    phone = queue.Recipient(address=NUMBER, name="Cara Castillo", language="en", channel=Channel.SMS)
    with transaction.atomic():
        assert queue.release([case.reference], to=phone, at=LATER) == 1

    swept(receipt, minutes=9)
    body = parse_qs(gateway.calls[0][1].decode())
    assert body["text"][0].startswith(f"Received: {case.reference}.")


def test_a_landline_gets_no_sms(case: Case, cara: Customer, fern: Employee) -> None:
    Phone.objects.filter(customer=cara).update(number="+442079460018")

    assert written(case, fern).channel == Channel.EMAIL


def test_a_gateway_that_fails_once_gets_the_same_key_again(case: Case, fern: Employee, gateway: Outside) -> None:
    gateway.answer = lambda _key, times: (500, {}) if times == 1 else (200, {"id": "sms"})
    message = swept(written(case, fern))
    assert (message.state, message.trouble) == (MessageState.RETRY, Trouble.NOT_NOW)

    swept(message, minutes=5)

    assert message.state == MessageState.SENT
    assert len(set(gateway.keys())) == 1


def test_a_gateway_that_hangs_is_left_in_time(
    case: Case, fern: Employee, gateway: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("complaints.outbox.sms.WITHIN", 0.3)
    gateway.answer = lambda *_told: (HANG, {})

    message = swept(written(case, fern))

    assert (message.state, message.trouble) == (MessageState.RETRY, Trouble.TIMED_OUT)


def test_a_gateway_that_is_away_opens_its_own_breaker_and_mail_goes_on(
    case: Case, fern: Employee, max_: Employee, gateway: Outside
) -> None:
    gateway.answer = lambda *_told: (DROP, {})
    for number in range(5):
        write_to_customer(case.reference, text=f"We are on it {number}.", by=fern, at=AT)
    for minutes in range(1, 9):
        deliver_due(clock=lambda minutes=minutes: AT + timedelta(minutes=minutes))  # type: ignore[misc]

    assert Breaker.objects.get(pk=Channel.SMS).open_since is not None
    assert not Breaker.objects.filter(pk=Channel.EMAIL, open_since__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_sending_and_marking_repeats_the_same_key(
    case: Case, fern: Employee, gateway: Outside
) -> None:
    message = written(case, fern)
    gateway.answer = lambda _key, times: (HANG, {}) if times == 1 else (200, {"id": "sms"})
    words = [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"]), gateway.url, LATER.isoformat()]
    with subprocess.Popen(words, cwd=env.ROOT) as worker:
        assert eventually(lambda: bool(gateway.calls))
        worker.send_signal(signal.SIGKILL)

    swept(message, minutes=5)

    assert message.state == MessageState.SENT
    assert len(gateway.calls) == 2
    assert len(set(gateway.keys())) == 1


# What the gateway reports


def report(client: Client, *, secret: str = SECRET, **told: Any) -> int:
    return client.post(
        "/api/v1/sms-reports/",
        json.dumps(told),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    ).status_code


def test_a_report_of_delivery_is_noted_once(case: Case, fern: Employee, client: Client) -> None:
    message = swept(written(case, fern))

    for _twice in range(2):
        assert report(client, key=message.message_id.strip("<>"), status="delivered") == 204

    message.refresh_from_db()
    assert message.state == MessageState.DELIVERED


def test_a_forged_report_changes_nothing(case: Case, fern: Employee, client: Client, settings: Any) -> None:
    message = swept(written(case, fern))

    assert report(client, secret="guessed", id=message.provider_id, status="delivered") == 403
    settings.SMS = {**settings.SMS, "reports_secret": ""}
    assert report(client, secret="", id=message.provider_id, status="delivered") == 403
    settings.SMS = {}
    assert report(client, id=message.provider_id, status="delivered") == 404
    message.refresh_from_db()
    assert message.state == MessageState.SENT


def test_a_number_that_nobody_has_is_barred_and_staff_are_asked(case: Case, fern: Employee, client: Client) -> None:
    message = swept(written(case, fern))

    report(client, id=message.provider_id, status="undelivered", gone=True, reason="Unknown subscriber")

    message.refresh_from_db()
    assert message.state == MessageState.BOUNCED
    assert BarredAddress.objects.get().address == NUMBER
    assert TimelineEntry.objects.filter(case=case, kind=Entry.MAIL_CAME_BACK).exists()
    assert Message.objects.filter(kind=Kind.STAFF_UNREACHABLE).exists()
    write_to_customer(case.reference, text="By mail, then.", by=fern, at=LATER)
    assert Message.objects.filter(kind=Kind.WRITTEN).latest("pk").channel == Channel.EMAIL


# On the desk


def test_the_desk_shows_the_channel_and_what_was_said(case: Case, fern: Employee, client: Client) -> None:
    message = swept(written(case, fern))
    client.force_login(fern)

    page = client.get(f"/desk/messages/{message.pk}/").content.decode()

    assert "SMS" in page
    assert NUMBER in page
    assert "Fern Fuller wrote to you: We are on it. (the customer&#x27;s own link)" in page
    assert "SMS" in client.get("/desk/messages/").content.decode()
