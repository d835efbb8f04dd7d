"""Customers who click twice, in two tabs, or at the moment of somebody else, each over a connection of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Attachment, Case, TimelineEntry
from complaints.cases.states import Outcome, Status
from complaints.common.tokens import Token
from complaints.customers.models import Customer
from complaints.handling.confirm_solved import confirm_solved
from complaints.handling.resolve import resolve
from complaints.outbox.models import Kind, Message
from complaints.portal import throttle
from complaints.portal.throttle import Deed
from complaints.staff.models import Employee
from tests.cast import Organisation
from tests.factories import a_picture
from tests.races.meeting import meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def posting(address: str, told: dict[str, Any]) -> Callable[[], int]:
    """Somebody in a browser of their own who sends a form; what they call returns the status."""
    return lambda: Client().post(address, told).status_code


def test_two_clicks_at_once_are_one_complaint(organisation: Organisation) -> None:
    told = {"name": "Cara", "email": "cara@demo.example", "what_happened": "Not ready.", "submission": "4f0c"}

    answers = meet(*(posting("/complain/", {**told, "attachments": a_picture()}) for _click in range(4)))

    assert answers == [303] * 4
    assert Case.objects.count() == Customer.objects.count() == 1
    assert Message.objects.count() == Attachment.objects.count() == 1


def test_two_clicks_at_once_are_one_message(complaint: Case, token: Token) -> None:
    told = {"text": "Room 412", "submission": "9a"}

    answers = meet(*(posting(f"/track/{token}/answer/", {**told, "attachments": a_picture()}) for _click in range(4)))

    assert answers == [303] * 4
    assert TimelineEntry.objects.filter(kind="customer.answered").count() == 1
    assert Attachment.objects.count() == 1


def test_two_clicks_at_once_open_a_closed_complaint_once(complaint: Case, token: Token, fern: Employee) -> None:
    confirm_solved(complaint.reference, text="A new room.", by=fern, at=now())
    told = {"text": "It leaks again.", "submission": "9a", "open_again": "1"}

    answers = meet(*(posting(f"/track/{token}/answer/", told) for _click in range(4)))

    assert answers == [303] * 4
    assert Case.objects.get().reopened_count == 1
    assert Message.objects.filter(kind=Kind.REOPENED).count() == 1


def test_two_clicks_at_once_on_going_higher_are_one_step(
    complaint: Case, token: Token, max_: Employee, vera: Employee
) -> None:
    told = {"text": "Nobody calls me back.", "submission": "9a"}

    answers = meet(*(posting(f"/track/{token}/climb/", told) for _click in range(4)))

    assert answers == [303] * 4
    complaint.refresh_from_db()
    assert complaint.responsible == max_
    assert Message.objects.filter(kind=Kind.ESCALATED).count() == 1
    assert TimelineEntry.objects.filter(kind="customer.answered").count() == 1


def test_the_same_verdict_twice_at_once_is_one(complaint: Case, token: Token, fern: Employee) -> None:
    resolve(complaint.reference, text="Free.", by=fern, at=now())

    answers = meet(*(posting(f"/track/{token}/verdict/", {"solved": "no"}) for _click in range(3)))

    assert answers == [303] * 3
    complaint.refresh_from_db()
    assert (complaint.status, complaint.reopened_count) == (Status.OPEN, 1)
    assert Message.objects.filter(kind=Kind.REOPENED).count() == 1


def test_of_two_verdicts_that_disagree_one_counts_and_the_other_is_told(
    complaint: Case, token: Token, fern: Employee
) -> None:
    resolve(complaint.reference, text="Free.", by=fern, at=now())
    address = f"/track/{token}/verdict/"

    yes, no = meet(posting(address, {"solved": "yes"}), posting(address, {"solved": "no", "text": "Not at all."}))

    assert sorted([yes, no], key=str) == [303, 409]
    complaint.refresh_from_db()
    expected = (Status.CLOSED, Outcome.SOLVED) if yes == 303 else (Status.OPEN, "")
    assert (complaint.status, complaint.outcome) == expected


def test_asking_for_the_link_many_times_at_once_sends_one(complaint: Case) -> None:
    asked = {"reference": complaint.reference, "contact": "cara@demo.example"}
    at = datetime(2030, 3, 4, 10, 30, 15, tzinfo=UTC)

    with time_machine.travel(at, tick=False):
        answers = meet(*(posting("/track/", asked) for _click in range(4)))
    with time_machine.travel(at + timedelta(minutes=5), tick=False):
        again = meet(posting("/track/", asked), posting("/track/", asked))

    assert [*answers, *again] == [303] * 6
    assert Message.objects.filter(kind=Kind.TRACKING_LINK).count() == 1


def test_trying_references_in_parallel_gets_nobody_past_the_limit(
    complaint: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(throttle.MOST, Deed.ASK_FOR_LINK, 5)

    answers = meet(*(posting("/track/", {"reference": f"C-{n:08}", "contact": "x@y.example"}) for n in range(8)))

    assert sorted(answers, key=str) == [303] * 5 + [429] * 3


def test_a_mail_scanner_that_opens_the_link_takes_nothing_from_the_customer(
    complaint: Case, token: Token, fern: Employee
) -> None:
    resolve(complaint.reference, text="Free.", by=fern, at=now())
    version = Case.objects.get(pk=complaint.pk).version

    def scan() -> int:
        return Client().get(f"/track/{token}/verdict/?solved=no&rating=1", follow=True).status_code

    answers = meet(scan, scan, posting(f"/track/{token}/verdict/", {"solved": "yes"}), scan)

    assert answers == [200, 200, 303, 200]
    complaint.refresh_from_db()
    assert (complaint.outcome, complaint.version) == (Outcome.SOLVED, version + 1)
