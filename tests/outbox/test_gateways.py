"""A message out to a gateway and its report back in, both over real sockets, as the gateway's documents describe it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from pytest_django.live_server_helper import LiveServer

from complaints.cases.entries import Entry
from complaints.cases.models import TimelineEntry
from complaints.customers.models import Customer, Reach
from complaints.handling.deliver_message import deliver_due
from complaints.handling.retry_message import retry_message
from complaints.handling.write_to_customer import write_to_customer
from complaints.outbox.models import Bar, BarredAddress, Kind, Message, MessageState, Trouble
from complaints.staff.models import Employee
from recovery import env
from tests.factories import a_complaint
from tests.outbox.conftest import AT
from tests.outbox.gateways import ACCOUNT, SENDER, TOKEN, OurOwn, Twilio, opened, signature

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER: Final = "+12125550142"
SECRET: Final = "what gateway and product share"


@pytest.fixture
def twilio(settings: Any, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twilio]:
    """Twilio as the environment names it, but on this machine; it reports to a server that really listens."""
    for name, value in (("TWILIO_ACCOUNT_SID", ACCOUNT), ("TWILIO_AUTH_TOKEN", TOKEN), ("TWILIO_FROM", SENDER)):
        monkeypatch.setenv(name, value)
    stand_in = Twilio()
    with opened(stand_in):
        read = env.sms()
        settings.BASE_URL = live_server.url
        settings.SMS = {**read, "url": read["url"].replace("https://api.twilio.com", stand_in.url)}
        yield stand_in


@pytest.fixture
def our_own(settings: Any, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[OurOwn]:
    """A gateway of one's own, as the environment names it."""
    gateway = OurOwn(SECRET)
    with opened(gateway):
        for name, value in (
            ("SMS_GATEWAY_URL", f"{gateway.url}/send"),
            ("SMS_GATEWAY_HEADER", f"X-Key: {SECRET}"),
            ("SMS_REPORTS_SECRET", SECRET),
        ):
            monkeypatch.setenv(name, value)
        settings.BASE_URL, settings.SMS = live_server.url, env.sms()
        yield gateway


def sent_by_sms(fern: Employee, cara: Customer) -> Message:
    """What Fern writes to Cara, who wishes for SMS, as it stands after the sweep."""
    Customer.objects.filter(pk=cara.pk).update(channel=Reach.SMS)
    case = a_complaint(by=fern, customer=Customer.objects.get(pk=cara.pk), at=AT)
    Message.objects.all().delete()
    write_to_customer(case.reference, text="We are on it.", by=fern, at=AT)
    return swept(Message.objects.get(kind=Kind.WRITTEN), minutes=1)


def swept(message: Message, *, minutes: float) -> Message:
    deliver_due(clock=lambda: AT + timedelta(minutes=minutes))
    message.refresh_from_db()
    return message


def now_of(message: Message) -> str:
    message.refresh_from_db()
    return message.state


def test_the_signature_is_that_of_twilios_own_example() -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
        "Caller": "+14158675309",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_twilio_takes_a_message_and_says_when_it_arrived(twilio: Twilio, fern: Employee, cara: Customer) -> None:
    message = sent_by_sms(fern, cara)

    ((sid, fields),) = twilio.taken.items()
    assert (message.state, message.provider_id) == (MessageState.SENT, sid)
    assert fields.keys() == {"To", "From", "Body", "StatusCallback"}
    assert (fields["To"], fields["From"]) == (NUMBER, SENDER)
    assert fields["Body"].startswith("Fern Fuller wrote to you: We are on it. http")
    for on_the_way in ("queued", "sent"):
        assert twilio.report(sid, on_the_way) == 204
        assert now_of(message) == MessageState.SENT
    assert twilio.report(sid, "delivered") == 204
    assert now_of(message) == MessageState.DELIVERED
    assert twilio.report(sid, "sent") == 204, "reports come in any order"
    assert now_of(message) == MessageState.DELIVERED


def test_a_messaging_service_sends_without_a_number_of_its_own(
    twilio: Twilio, fern: Employee, cara: Customer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_FROM", "MG" + "1" * 32)
    settings.SMS = {**settings.SMS, "template": env.sms()["template"]}

    assert sent_by_sms(fern, cara).state == MessageState.SENT
    (fields,) = twilio.taken.values()
    assert fields["MessagingServiceSid"] == "MG" + "1" * 32
    assert "From" not in fields


def test_a_report_with_another_signature_changes_nothing(twilio: Twilio, fern: Employee, cara: Customer) -> None:
    message = sent_by_sms(fern, cara)

    assert twilio.report(message.provider_id, "delivered", token="guessed") == 403
    assert now_of(message) == MessageState.SENT


@pytest.mark.parametrize(("code", "is_barred"), [("30003", True), ("30008", False)])
def test_what_twilio_could_not_deliver_comes_back(
    twilio: Twilio, fern: Employee, cara: Customer, code: str, is_barred: bool
) -> None:
    message = sent_by_sms(fern, cara)

    assert twilio.report(message.provider_id, "undelivered", code=code) == 204

    assert now_of(message) == MessageState.BOUNCED
    assert code in message.reason
    assert BarredAddress.objects.filter(address=NUMBER).exists() == is_barred
    assert TimelineEntry.objects.filter(case__reference=message.about, kind=Entry.MAIL_CAME_BACK).exists()


@pytest.mark.parametrize(
    ("refused", "state", "trouble"),
    [
        ((400, 21211), MessageState.FAILED, Trouble.NO_MAILBOX),
        ((400, 21610), MessageState.FAILED, Trouble.STOPPED),
        ((429, 20429), MessageState.RETRY, Trouble.TOO_MANY),
        ((503, 20503), MessageState.RETRY, Trouble.NOT_NOW),
    ],
)
def test_what_twilio_refuses_is_told_from_what_passes(
    twilio: Twilio, fern: Employee, cara: Customer, refused: tuple[int, int], state: str, trouble: str
) -> None:
    twilio.refuses[NUMBER] = refused

    message = sent_by_sms(fern, cara)

    assert (message.state, message.trouble) == (state, trouble)
    assert str(refused[1]) in message.reason
    twilio.refuses.clear()
    if state == MessageState.RETRY:
        assert swept(message, minutes=30).state == MessageState.SENT


def test_a_number_that_answered_stop_is_left_alone_from_the_first_refusal_on(
    twilio: Twilio, fern: Employee, cara: Customer
) -> None:
    twilio.refuses[NUMBER] = (400, 21610)

    message = sent_by_sms(fern, cara)

    assert BarredAddress.objects.get(address=NUMBER).why == Bar.UNWANTED
    assert TimelineEntry.objects.filter(case__reference=message.about, kind=Entry.MAIL_UNWANTED).exists()


def test_a_wrong_token_costs_no_message(
    twilio: Twilio, fern: Employee, cara: Customer, max_: Employee, settings: Any
) -> None:
    right = settings.SMS
    settings.SMS = {**right, "header": "Authorization: Basic d3Jvbmc6d3Jvbmc="}
    message = sent_by_sms(fern, cara)
    assert (message.state, message.trouble) == (MessageState.RETRY, Trouble.SIGN_IN)

    settings.SMS = right

    assert swept(message, minutes=30).state == MessageState.SENT
    assert not retry_message(message.pk, by=max_, at=AT)


@pytest.mark.parametrize(
    ("method", "template"),
    [
        ("POST", "to={to}&text={text}&key={key}&back={reports}"),
        ("GET", "to={to}&text={text}&key={key}&back={reports}"),
        ("PUT", '{"to": "{to}", "text": "{text}", "key": "{key}", "back": "{reports}"}'),
    ],
)
def test_a_gateway_of_ones_own_is_spoken_to_as_the_settings_say(
    our_own: OurOwn,
    fern: Employee,
    cara: Customer,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    template: str,
) -> None:
    monkeypatch.setenv("SMS_GATEWAY_METHOD", method)
    monkeypatch.setenv("SMS_GATEWAY_TEMPLATE", template)
    settings.SMS = env.sms()

    message = sent_by_sms(fern, cara)

    ((used, _headers, fields),) = our_own.calls
    assert (used, fields["to"], message.state) == (method, NUMBER, MessageState.SENT)
    assert fields["text"].startswith("Fern Fuller wrote to you: We are on it. http")
    assert our_own.report(fields["back"], id=message.provider_id, status="delivered") == 204
    assert now_of(message) == MessageState.DELIVERED


def test_a_gateway_of_ones_own_reports_what_failed_by_our_key(
    our_own: OurOwn, fern: Employee, cara: Customer, live_server: LiveServer
) -> None:
    message = sent_by_sms(fern, cara)
    told = {"key": message.message_id.strip("<>"), "status": "failed", "reason": "switched off"}

    assert our_own.report(f"{live_server.url}/api/v1/sms-reports/", **told) == 204

    assert now_of(message) == MessageState.BOUNCED
    assert "switched off" in message.reason
    assert TimelineEntry.objects.filter(case__reference=message.about, kind=Entry.MAIL_CAME_BACK).exists()
