"""What customers wish of our messages holds when a message would leave, and never keeps an answer from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from complaints.cases import links
from complaints.cases.entries import Entry
from complaints.cases.models import Case, Clock, TimelineEntry
from complaints.common.errors import Invalid, NotFound
from complaints.customers.models import Customer
from complaints.customers.records import file_of
from complaints.escalation.models import UrgentRule
from complaints.handling.acknowledge import acknowledge
from complaints.handling.change_customer import change_customer
from complaints.handling.deliver_message import deliver_due, deliver_message
from complaints.handling.keep_wishes import Wishes, keep_wishes
from complaints.handling.write_to_customer import write_to_customer
from complaints.outbox.models import ONLY_PROGRESS, Kind, Message, MessageState, Trouble
from complaints.staff.models import Employee, Tier
from complaints.standards.models import ClockKind, Severity
from tests.factories import a_complaint
from tests.outbox.conftest import queued

EVENING = datetime(2026, 3, 3, 3, 30, tzinfo=UTC)  # half past ten in the evening at Harbour Hotel
MORNING = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)  # seven o'clock
NIGHT: dict[str, Any] = {"quiet_from": time(22), "quiet_until": time(7)}


@pytest.fixture(autouse=True)
def mails(tmp_path: Path, settings: Any) -> Path:
    """The folder that mails are written to."""
    settings.EMAIL_BACKEND = "complaints.outbox.mail_files.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    """Cara's complaint, filed in the afternoon, its receipt sent."""
    at = EVENING - timedelta(hours=8)
    case = a_complaint(by=fern, customer=cara, at=at)
    deliver_due(clock=lambda: at + timedelta(minutes=1))
    return case


def wish(customer: Customer, **wishes: Any) -> None:
    Customer.objects.filter(pk=customer.pk).update(**wishes)


def sent(case: Case, kind: Kind, *, at: datetime) -> Message:
    """The message of a kind after its hint reached a worker at a moment."""
    message = Message.objects.get(about=case.reference, kind=kind)
    deliver_message(message.message_id, clock=lambda: at)
    message.refresh_from_db()
    return message


def test_a_message_waits_for_the_quiet_hours_to_end_and_says_so(case: Case, cara: Customer, fern: Employee) -> None:
    wish(cara, **NIGHT)
    write_to_customer(case.reference, text="We are on it.", by=fern, at=EVENING)

    waiting = sent(case, Kind.WRITTEN, at=EVENING)

    assert (waiting.state, waiting.trouble, waiting.attempts) == (MessageState.QUEUED, Trouble.QUIET, 0)
    assert waiting.reason
    assert waiting.look_again_at == MORNING


def test_what_waited_leaves_in_the_morning_once(case: Case, cara: Customer, fern: Employee, mails: Path) -> None:
    wish(cara, **NIGHT)
    write_to_customer(case.reference, text="We are on it.", by=fern, at=EVENING)
    waiting = sent(case, Kind.WRITTEN, at=EVENING)
    before = len(list(mails.iterdir()))

    for minutes in (-1, 0, 1):
        deliver_due(clock=lambda minutes=minutes: MORNING + timedelta(minutes=minutes))  # type: ignore[misc]

    waiting.refresh_from_db()
    assert (waiting.state, waiting.trouble, waiting.sent_at) == (MessageState.SENT, "", MORNING)
    assert len(list(mails.iterdir())) == before + 1


def test_a_hint_that_comes_again_at_night_finds_it_waiting(case: Case, cara: Customer, fern: Employee) -> None:
    wish(cara, **NIGHT)
    write_to_customer(case.reference, text="We are on it.", by=fern, at=EVENING)
    sent(case, Kind.WRITTEN, at=EVENING)

    assert sent(case, Kind.WRITTEN, at=EVENING + timedelta(hours=1)).state == MessageState.QUEUED


def test_the_clocks_of_the_unit_decide(case: Case, cara: Customer, fern: Employee) -> None:
    wish(cara, **NIGHT)
    case.unit.time_zone = "Europe/Berlin"
    case.unit.save()
    write_to_customer(case.reference, text="We are on it.", by=fern, at=MORNING)

    assert sent(case, Kind.WRITTEN, at=MORNING).state == MessageState.SENT  # one in the afternoon there


def test_what_we_wrote_at_night_has_met_its_deadline_though_they_sleep(
    case: Case, cara: Customer, fern: Employee
) -> None:
    wish(cara, **NIGHT)
    acknowledge(case.reference, by=fern, at=EVENING)

    sent(case, Kind.ACKNOWLEDGED, at=EVENING)

    assert Clock.objects.get(case=case, kind=ClockKind.ACKNOWLEDGE).ended_at == EVENING


def test_what_is_critical_goes_through_the_night(case: Case, cara: Customer, fern: Employee) -> None:
    wish(cara, **NIGHT)
    Case.objects.filter(pk=case.pk).update(severity=Severity.CRITICAL)
    write_to_customer(case.reference, text="Do not use the heater.", by=fern, at=EVENING)

    assert sent(case, Kind.WRITTEN, at=EVENING).state == MessageState.SENT


def test_what_a_rule_calls_urgent_goes_through_the_night(case: Case, cara: Customer, fern: Employee) -> None:
    wish(cara, **NIGHT)
    UrgentRule.objects.create(name="Safety", words=case.what_happened.split()[-1].strip("."), tier=Tier.MANAGER)
    write_to_customer(case.reference, text="Do not use the heater.", by=fern, at=EVENING)

    assert sent(case, Kind.WRITTEN, at=EVENING).state == MessageState.SENT


def test_who_complains_at_night_has_the_receipt_at_once(cara: Customer, fern: Employee) -> None:
    wish(cara, **NIGHT)
    case = a_complaint(by=None, customer=cara, at=EVENING)

    assert sent(case, Kind.RECEIVED, at=EVENING).state == MessageState.SENT


def test_a_colleague_is_told_at_any_hour(case: Case, cara: Customer, max_: Employee) -> None:
    wish(cara, **NIGHT)
    message = queued(case, max_.email, kind=Kind.STAFF_BREACHED, at=EVENING, page="http://x.example/", customer="Cara")

    deliver_message(message.message_id, clock=lambda: EVENING)

    message.refresh_from_db()
    assert message.state != MessageState.WITHHELD
    assert message.trouble != Trouble.QUIET


@pytest.mark.parametrize("kind", sorted(ONLY_PROGRESS))
def test_progress_is_withheld_from_whoever_wants_none(case: Case, cara: Customer, kind: Kind) -> None:
    wish(cara, no_progress=True)
    queued(case, "cara@demo.example", kind=kind, at=EVENING, occasion="wishes")

    withheld = sent(case, kind, at=EVENING)

    assert (withheld.state, withheld.trouble) == (MessageState.WITHHELD, Trouble.NOT_WISHED)
    assert withheld.reason


def test_answers_are_always_sent() -> None:
    assert not ONLY_PROGRESS & {
        Kind.RECEIVED,
        Kind.ACKNOWLEDGED,
        Kind.WRITTEN,
        Kind.QUESTION,
        Kind.RESOLUTION_PROPOSED,
        Kind.REMEDY_OFFERED,
        Kind.ROUTE_OUTSIDE,
        Kind.CLOSED,
    }


def test_an_answer_reaches_whoever_wants_no_progress(case: Case, cara: Customer, fern: Employee) -> None:
    wish(cara, no_progress=True)
    write_to_customer(case.reference, text="Here is the answer.", by=fern, at=EVENING)

    assert sent(case, Kind.WRITTEN, at=EVENING).state == MessageState.SENT


# Kept by the customer, and at the desk


def test_a_customer_says_how_they_want_to_be_written_to_once(case: Case, cara: Customer) -> None:
    token = links.mint(case, at=EVENING)
    wishes = Wishes(language="zh-hans", no_progress=True, **NIGHT)

    for _twice in range(2):
        keep_wishes(token, wishes, at=EVENING)

    on_file = file_of(Customer.objects.get(pk=cara.pk))
    assert (on_file.language, on_file.no_progress) == ("zh-hans", True)
    assert (on_file.quiet_from, on_file.quiet_until) == (time(22), time(7))
    entry = TimelineEntry.objects.get(case=case, kind=Entry.WISHES_KEPT)
    assert entry.actor_name == "Cara Castillo"
    assert on_file.emails == ("cara@demo.example",)


@pytest.mark.parametrize(("begins", "ends"), [(time(22), None), (None, time(7)), (time(7), time(7))])
def test_quiet_hours_begin_and_end(
    case: Case, cara: Customer, fern: Employee, begins: time | None, ends: time | None
) -> None:
    token = links.mint(case, at=EVENING)

    with pytest.raises(Invalid):
        keep_wishes(token, Wishes(language="en", quiet_from=begins, quiet_until=ends), at=EVENING)
    file = replace(file_of(cara), quiet_from=begins, quiet_until=ends)
    with pytest.raises(Invalid):
        change_customer(cara.pk, file=file, by=fern, at=EVENING)
    with pytest.raises(IntegrityError, match="quiet_hours_begin_and_end"):
        wish(cara, quiet_from=begins, quiet_until=ends)


def test_an_unknown_language_and_a_wrong_link_change_nothing(case: Case, cara: Customer) -> None:
    with pytest.raises(Invalid):
        keep_wishes(links.mint(case, at=EVENING), Wishes(language="tlh"), at=EVENING)
    with pytest.raises(NotFound):
        keep_wishes("A" * 22, Wishes(language="en"), at=EVENING)
