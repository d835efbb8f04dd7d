"""What a mail server can answer, over real sockets: what passes, what is for good, and what becomes of the message."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
import requests
from anymail.exceptions import AnymailRequestsAPIError, AnymailUnsupportedFeature

from complaints.cases.models import Case
from complaints.common.flights import TRIES
from complaints.customers.models import Customer
from complaints.outbox import transports
from complaints.outbox.models import BarredAddress, Breaker, Kind, Message, MessageState, Trouble
from complaints.staff.models import Employee
from tests.factories import a_complaint
from tests.outbox.conftest import AT, queued, sweep
from tests.outbox.post_office import DROP, HANG, Answer, PostOffice

SOON = AT + timedelta(minutes=1)


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    """Cara's complaint; its receipt has been dealt with."""
    filed = a_complaint(by=fern, customer=cara, at=AT)
    Message.objects.all().delete()
    return filed


def answering(beginning: str, reply: str) -> Answer:
    """A server that says this to one command and the usual to all others."""
    return lambda command: reply if command.startswith(beginning) else ""


def test_many_messages_leave_over_one_connection(case: Case, office: PostOffice) -> None:
    for number in range(12):
        queued(case, f"c{number}@demo.example")
    assert sweep(SOON) == 12
    assert (len(office.mails), office.connections) == (12, 1)
    assert set(Message.objects.values_list("state", "attempts")) == {(MessageState.SENT, 1)}


@pytest.mark.parametrize(
    ("command", "reply", "trouble", "state"),
    [
        ("RCPT", "450 4.2.0 greylisted, come back", Trouble.NOT_NOW, MessageState.RETRY),
        ("RCPT", "452 4.5.3 too many recipients", Trouble.TOO_MANY, MessageState.RETRY),
        ("RCPT", "550 5.1.1 no such user", Trouble.NO_MAILBOX, MessageState.FAILED),
        ("RCPT", "550 5.7.1 relaying denied", Trouble.REFUSED, MessageState.FAILED),
        ("MAIL", "451 4.3.0 try later", Trouble.NOT_NOW, MessageState.RETRY),
        ("MAIL", "552 5.3.4 too big", Trouble.REFUSED, MessageState.FAILED),
        ("DATA", "421 4.7.0 too many messages", Trouble.TOO_MANY, MessageState.RETRY),
        (".", "554 5.6.0 we do not like it", Trouble.REFUSED, MessageState.FAILED),
        (".", "451 4.3.0 disk full", Trouble.NOT_NOW, MessageState.RETRY),
        (".", DROP, Trouble.UNREACHABLE, MessageState.RETRY),
        ("MAIL", DROP, Trouble.UNREACHABLE, MessageState.RETRY),
        ("MAIL", HANG, Trouble.TIMED_OUT, MessageState.RETRY),
        ("(connects)", "554 5.3.2 closed today", Trouble.UNREACHABLE, MessageState.RETRY),
        ("(connects)", HANG, Trouble.TIMED_OUT, MessageState.RETRY),
    ],
)
def test_what_passes_is_told_from_what_is_for_good(
    command: str, reply: str, trouble: Trouble, state: MessageState, case: Case, office: PostOffice
) -> None:
    message = queued(case, "cara@demo.example")
    office.answer = answering(command, reply)
    assert sweep(SOON) == 1
    message.refresh_from_db()
    assert (message.state, message.trouble) == (state, trouble)
    assert message.reason


def test_a_server_that_does_not_know_us_any_more_fails_no_message_for_good(
    case: Case, office: PostOffice, settings: Any
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "max", "old"
    office.answer = lambda command: {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 wrong password"}.get(
        command[:4], ""
    )
    message = queued(case, "cara@demo.example")
    sweep(SOON)
    message.refresh_from_db()
    assert (message.state, message.trouble) == (MessageState.RETRY, Trouble.SIGN_IN)


def test_one_that_is_refused_stops_no_other(case: Case, office: PostOffice) -> None:
    office.answer = answering("RCPT TO:<c1@", "550 5.7.1 not you")
    for number in range(3):
        queued(case, f"c{number}@demo.example")
    sweep(SOON)
    assert office.recipients() == ["c0@demo.example", "c2@demo.example"]
    assert office.connections == 1
    assert not Breaker.objects.filter(failures__gt=0).exists(), "the server did its work"


def test_one_whose_words_cannot_be_put_together_stops_no_other_and_comes_to_an_end(
    case: Case, office: PostOffice
) -> None:
    broken = queued(case, "c0@demo.example")
    Message.objects.filter(pk=broken.pk).update(kind="no_such_kind")
    queued(case, "c1@demo.example")
    sweep(SOON)
    assert office.recipients() == ["c1@demo.example"]
    for day in range(TRIES):
        sweep(AT + timedelta(days=day + 1))
    broken.refresh_from_db()
    assert (broken.state, broken.trouble) == (MessageState.FAILED, Trouble.BROKEN)
    assert "no_such_kind" in broken.reason


def test_a_connection_that_has_had_enough_is_followed_by_another(case: Case, office: PostOffice) -> None:
    seen: list[str] = []

    def every_third(command: str) -> str:
        if command == "(connects)":
            seen.clear()
        if command.startswith("MAIL"):
            seen.append(command)
        return "421 4.7.0 so many on one connection" if command.startswith("MAIL") and len(seen) > 3 else ""

    office.answer = every_third
    for number in range(8):
        queued(case, f"c{number}@demo.example")
    assert sweep(SOON) == 8
    assert (len(office.mails), office.connections) == (8, 3)
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_a_mailbox_that_does_not_exist_bars_the_address_and_asks_staff(
    case: Case, office: PostOffice, fern: Employee
) -> None:
    office.answer = answering("RCPT TO:<cara@", "550 5.1.1 no such user")
    queued(case, "cara@demo.example")
    second = queued(case, "cara@demo.example", kind=Kind.CLOSED, at=SOON)
    sweep(SOON)
    assert BarredAddress.objects.get().address == "cara@demo.example"
    asked = Message.objects.get(kind=Kind.STAFF_UNREACHABLE)
    assert asked.recipient == fern.email
    sweep(SOON + timedelta(minutes=1))
    second.refresh_from_db()
    assert (second.state, second.trouble) == (MessageState.WITHHELD, Trouble.BARRED)
    assert office.recipients() == [fern.email]


def test_an_address_that_cannot_be_one_is_not_tried_again(case: Case, office: PostOffice) -> None:
    message = queued(case, "cara\n@demo.example")
    sweep(SOON)
    message.refresh_from_db()
    assert (message.state, message.trouble) == (MessageState.FAILED, Trouble.UNSENDABLE)


def _answered(status: int) -> AnymailRequestsAPIError:
    response = requests.Response()
    response.status_code = status
    return AnymailRequestsAPIError("no", response=response)


@pytest.mark.parametrize(
    ("error", "trouble", "permanent"),
    [
        (_answered(429), Trouble.TOO_MANY, False),
        (_answered(503), Trouble.NOT_NOW, False),
        (_answered(401), Trouble.SIGN_IN, False),
        (_answered(422), Trouble.REFUSED, True),
        (AnymailUnsupportedFeature("no"), Trouble.UNSENDABLE, True),
        (smtplib.SMTPServerDisconnected("gone"), Trouble.UNREACHABLE, False),
    ],
)
def test_what_a_provider_answers_is_told_apart_too(error: Exception, trouble: Trouble, permanent: bool) -> None:
    told = transports._in_sending(error)
    assert (told.trouble, told.permanent) == (trouble, permanent)
