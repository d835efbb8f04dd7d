from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import transaction
from django.utils import translation

from complaints.cases.models import Case
from complaints.common.flights import TRIES
from complaints.customers.models import Customer
from complaints.handling.deliver_message import deliver_due, deliver_message
from complaints.handling.escalate import escalate
from complaints.handling.file_complaint import ComplaintFacts, file_complaint
from complaints.handling.write_to_customer import write_to_customer
from complaints.outbox import queue, transports
from complaints.outbox.models import Channel, Kind, Message, MessageState, Trouble
from complaints.outbox.render import words_of
from complaints.staff.models import Employee
from recovery.celery import app
from tests.factories import a_complaint, a_customer

ABOUT_NO_COMPLAINT = {
    Kind.STAFF_DAILY,
    Kind.STAFF_DIGEST,
    Kind.STAFF_CAUSE,
    Kind.STAFF_HEARING,
    Kind.STAFF_TRAINING,
    Kind.STAFF_LEDGER,
    Kind.SEVERAL,
    Kind.STAFF_SEVERAL,
}
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def mails(tmp_path: Path, settings: Any) -> Path:
    """The folder that mails are written to, through the transport of the embedded set-up."""
    settings.EMAIL_BACKEND = "complaints.outbox.mail_files.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


@pytest.fixture
def message(fern: Employee, cara: Customer) -> Message:
    """The receipt of Cara's complaint, queued at ten."""
    case = a_complaint(by=fern, customer=cara, at=AT)
    return Message.objects.get(about=case.reference)


def later(**passed: float) -> datetime:
    """So much after ten."""
    return AT + timedelta(**passed)


def deliver(message: Message, at: datetime) -> bool:
    """Send it at a moment, as its hint asks."""
    return deliver_message(message.message_id, clock=lambda: at)


def sweep(at: datetime) -> int:
    """Send what is due at a moment; how many were taken up."""
    return deliver_due(clock=lambda: at)


def due(at: datetime) -> list[str]:
    """What a sweep would take up at a moment, in its order; nothing is changed."""
    with transaction.atomic():
        found = [message.message_id for message in queue.claim_due(Channel.EMAIL, at=at, most=100)]
        transaction.set_rollback(True)
    return found


def written(folder: Path) -> list[str]:
    """The mails in the folder."""
    return [place.read_text() for place in sorted(folder.glob("*.eml"))] if folder.exists() else []


def test_the_longest_address_is_told_of_one_thing_after_the_other(fern: Employee) -> None:
    address = f"{'c' * 64}@{'d' * 63}.{'e' * 63}.{'f' * 55}.org"
    case = a_complaint(by=fern, customer=a_customer(email=address), at=AT)
    for hours in (1, 2):
        write_to_customer(case.reference, text="We are on it.", by=fern, at=later(hours=hours))
    assert Message.objects.filter(recipient=address, kind=Kind.WRITTEN).count() == 2


def test_a_message_is_sent_once_whatever_asks_for_it(message: Message, mails: Path) -> None:
    assert deliver(message, later(seconds=1))
    assert not deliver(message, later(seconds=1))
    assert not sweep(later(hours=1))
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts) == (MessageState.SENT, later(seconds=1), 1)
    assert len(written(mails)) == 1


def test_the_mail_carries_a_link_that_opens_the_case_and_the_row_does_not(message: Message, mails: Path) -> None:
    deliver(message, later(seconds=1))
    (mail,) = written(mails)
    assert "/track/" in mail
    assert f"Message-ID: {message.message_id}" in mail
    message.refresh_from_db()
    assert message.subject, "what left is kept"
    assert "/track/" not in message.body_text + message.body_html


def test_a_lost_hint_is_found_by_the_sweep(message: Message) -> None:
    assert due(later(seconds=14)) == []
    assert due(later(seconds=15)) == [message.message_id]


def test_a_sender_that_died_on_the_way_is_followed_by_another(message: Message, mails: Path) -> None:
    assert queue.claim(message.message_id, at=later(seconds=1)) is not None
    assert due(later(minutes=2)) == []
    assert due(later(minutes=4)) == [message.message_id]
    assert sweep(later(minutes=4)) == 1
    assert len(written(mails)) == 1


def test_a_crash_between_handing_over_and_marking_is_recognised(message: Message, mails: Path) -> None:
    claimed = queue.claim(message.message_id, at=later(seconds=1))
    assert claimed is not None
    with transports.Line() as line:
        line.send(claimed, words_of(claimed), link="https://example.org/track/first/")  # and the worker dies here
    assert sweep(later(minutes=4)) == 1
    (mail,) = written(mails)
    assert "first" in mail, "the mail that had been taken stayed the only one"
    message.refresh_from_db()
    assert message.state == MessageState.SENT


def test_a_late_sender_does_not_undo_what_its_successor_marked(message: Message) -> None:
    slow = queue.claim(message.message_id, at=later(seconds=1))
    assert slow is not None
    sweep(later(minutes=4))
    queue.mark_failed(slow, trouble=Trouble.REFUSED, permanent=True, reason="too late", at=later(minutes=5))
    message.refresh_from_db()
    assert message.state == MessageState.SENT


def test_a_passing_failure_is_tried_again_after_a_growing_pause(message: Message, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens on the discard port
    assert deliver(message, later(seconds=1))
    message.refresh_from_db()
    assert message.state == MessageState.RETRY
    assert message.reason
    assert later(seconds=1 + 45) <= message.look_again_at <= later(seconds=1 + 75)
    assert sweep(later(minutes=2)) == 1
    message.refresh_from_db()
    assert later(minutes=2 + 3) <= message.look_again_at <= later(minutes=2 + 5)


def test_after_the_last_try_it_has_failed_with_the_reason_and_can_be_queued_again(
    message: Message, settings: Any, mails: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    for day in range(TRIES):
        assert sweep(later(days=day + 1)) == 1
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert message.reason
    settings.EMAIL_BACKEND = "complaints.outbox.mail_files.EmailBackend"
    assert queue.retry({message.pk: message.recipient}, at=later(days=30)) == 1
    assert deliver(message, later(days=30))
    assert len(written(mails)) == 1


def test_without_an_address_it_is_withheld_and_says_why(fern: Employee) -> None:
    case = a_complaint(by=fern, customer=a_customer(email=""), at=AT)
    withheld = Message.objects.get(about=case.reference)
    assert (withheld.state, bool(withheld.reason)) == (MessageState.WITHHELD, True)
    assert not sweep(later(hours=1))


@pytest.mark.django_db(transaction=True)
def test_a_message_outside_a_transaction_is_refused(message: Message) -> None:
    to = queue.Recipient(address="cara@demo.example", name="Cara", language="en")
    with pytest.raises(RuntimeError):
        queue.enqueue(
            queue.drafted(Kind.WRITTEN, to=to, about=message.about, unit=message.unit, occasion="x", facts={}, at=AT)
        )


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_told(fern: Employee, cara: Customer) -> None:
    told = ComplaintFacts(customer=cara.pk, what_happened="The room was not ready.")

    @transaction.atomic
    def filed_in_vain() -> None:
        file_complaint(told, by=fern, at=AT)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        filed_in_vain()
    assert not Message.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_away_the_complaint_is_stored_and_waits_for_the_sweep(
    fern: Employee, cara: Customer, tmp_path: Path
) -> None:
    away = Celery(broker=f"redis+socket://{tmp_path}/nobody-listens.sock")
    away.conf.update({key: app.conf[key] for key in ("broker_transport_options", "broker_connection_timeout")})
    away.set_current()
    try:
        case = file_complaint(ComplaintFacts(customer=cara.pk, what_happened="x"), by=fern, at=AT).case
    finally:
        app.set_current()
    waiting = Message.objects.get(about=case.reference)
    assert waiting.state == MessageState.QUEUED
    assert waiting.message_id in due(later(seconds=15))


@pytest.mark.django_db(transaction=True)
def test_the_hint_is_the_task_that_celery_itself_would_write(fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    waiting = Message.objects.get(about=case.reference)
    app.send_task("messages.deliver", args=[waiting.message_id], ignore_result=True)
    with app.connection_for_read() as broker:
        channel: Any = broker.default_channel
        hint, sent = (channel.basic_get("celery", no_ack=True) for _ in range(2))
        assert channel.basic_get("celery") is None
    assert hint.payload == sent.payload
    assert hint.delivery_info["routing_key"] == sent.delivery_info["routing_key"]
    assert hint.headers["id"] == hint.headers["root_id"] == hint.properties["correlation_id"]
    its_own = {"id", "root_id"}
    assert {name: sent.headers[name] for name in hint.headers.keys() - its_own} == {
        name: value for name, value in hint.headers.items() if name not in its_own
    }


def test_words_that_wait_for_a_language_are_told_in_the_readers(fern: Employee, max_: Employee) -> None:
    li = a_customer(name="李小雨", language="zh-hans")
    case = a_complaint(by=fern, customer=li, at=AT)
    escalate(case.reference, reason="Too much money for me.", by=fern, at=AT)
    up = Message.objects.get(about=case.reference, kind=Kind.ESCALATED)
    assert "经理" in words_of(up).text
    with translation.override("zh-hans"):
        escalated = Message.objects.get(about=case.reference, kind=Kind.STAFF_ESCALATED)
    assert "Severity: Medium" in words_of(escalated).text


def test_a_message_is_written_in_the_language_of_its_reader(fern: Employee) -> None:
    li = a_customer(name="李小雨", language="zh-hans")
    case = a_complaint(by=fern, customer=li, at=AT)
    assert Message.objects.get(about=case.reference).language == "zh-hans"


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in ABOUT_NO_COMPLAINT])
def test_every_kind_has_words_in_every_part(message: Message, kind: Kind) -> None:
    facts = {"recipient_name": "Cara", "reference": "C-7K3M9QXR", "by": "Fern", "text": "T" * 9, "customer": "Cara"}
    from complaints.outbox.render import render

    words = render(kind, language="en", zone="America/New_York", facts={**facts, "unit": "Harbour Hotel"})
    assert "C-7K3M9QXR" in words.subject
    assert "C-7K3M9QXR" in words.text
    assert "C-7K3M9QXR" in words.html
    assert "{{" not in words.subject + words.text + words.html


def test_what_a_customer_writes_cannot_become_markup_in_a_mail(fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT, what_happened="<script>alert(1)</script>")
    body = Message.objects.get(about=case.reference)
    assert "<script>" not in words_of(body).html
    assert "<script>" in words_of(body).text
