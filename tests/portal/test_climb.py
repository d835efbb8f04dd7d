"""A customer who wants somebody higher: told first who that is and by when, then one step for one form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Case, Clock, TimelineEntry
from complaints.cases.states import Status
from complaints.common.tokens import Token
from complaints.escalation.models import LadderStep
from complaints.handling.ask_customer import ask_customer
from complaints.handling.escalate import escalate
from complaints.handling.resolve import resolve
from complaints.handling.withdraw import withdraw
from complaints.outbox.models import Kind, Message
from complaints.portal import throttle
from complaints.portal.throttle import Deed
from complaints.staff.models import Employee, Tier
from complaints.standards.models import BusinessCalendar, ClockKind

FRIDAY = datetime(2030, 3, 1, 21, 0, tzinfo=UTC)  # four in the afternoon at Harbour Hotel


def page_of(client: Client, token: str) -> str:
    return client.get(f"/track/{token}/").content.decode()


def ask(client: Client, token: str, text: str = "", submission: str = "9a") -> int:
    return client.post(f"/track/{token}/climb/", {"text": text, "submission": submission}).status_code


def leave(case: Case, *, step: int) -> None:
    """Let the case stand on a step of the ladder."""
    Case.objects.filter(pk=case.pk).update(step=step)


@pytest.fixture
def ombudsman(db: None) -> LadderStep:
    """The step outside, above the VP."""
    return LadderStep.objects.create(position=3, name="The ombudsman", contact="ombudsman.example\n+1 800 555 0100")


# What is said first


def test_the_page_names_the_person_who_comes_next(client: Client, token: Token, max_: Employee) -> None:
    assert "The next step is Max Moreno (Manager)." in page_of(client, token)


def test_where_nobody_stands_there_the_page_names_the_step(client: Client, token: Token) -> None:
    assert "The next step is: Manager." in page_of(client, token)


def test_by_when_is_told_in_the_business_time_of_the_step_and_that_is_the_clock_that_starts(
    client: Client, complaint: Case, max_: Employee, link_to: Callable[..., Token]
) -> None:
    week = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    office = BusinessCalendar.objects.create(name="Office", time_zone="America/New_York", week=week)
    LadderStep.objects.filter(tier=Tier.MANAGER).update(minutes=120, calendar=office)
    with time_machine.travel(FRIDAY, tick=False):
        token = link_to(complaint)
        page = page_of(client, token)
        ask(client, token)

    assert "you have a decision by March 4, 2030, 10 a.m. (Eastern Time) at the latest" in page
    assert Clock.objects.get(case=complaint, kind=ClockKind.TIER).due_at == datetime(2030, 3, 4, 15, 0, tzinfo=UTC)


def test_a_step_without_a_deadline_promises_none(client: Client, token: Token, max_: Employee) -> None:
    LadderStep.objects.update(minutes=None)

    assert "you have a decision by" not in page_of(client, token)


# Asking


def test_the_complaint_goes_up_and_the_words_go_with_it(
    client: Client, complaint: Case, token: Token, fern: Employee, max_: Employee
) -> None:
    assert ask(client, token, "Nobody calls me back.") == 303

    complaint.refresh_from_db()
    assert (complaint.responsible, complaint.tier) == (max_, Tier.MANAGER)
    page = page_of(client, token)
    assert "Your complaint was handed to Max Moreno" in page
    assert "Nobody calls me back." in page
    told = Message.objects.get(kind=Kind.STAFF_ESCALATED)
    assert (told.recipient, told.facts["reason"], told.facts["for_customer"]) == (
        max_.email,
        "Nobody calls me back.",
        True,
    )


def test_no_words_are_needed(client: Client, complaint: Case, token: Token, max_: Employee) -> None:
    assert ask(client, token) == 303

    complaint.refresh_from_db()
    assert complaint.responsible == max_
    assert not TimelineEntry.objects.filter(kind="customer.answered").exists()


def test_one_form_is_one_step_and_the_next_form_the_next(
    client: Client, complaint: Case, token: Token, max_: Employee, vera: Employee
) -> None:
    who = []
    for submission in ("9a", "9a", "9b"):
        assert ask(client, token, submission=submission) == 303
        complaint.refresh_from_db()
        who.append(complaint.responsible)

    assert who == [max_, max_, vera]


@pytest.mark.parametrize(
    ("text", "submission", "sentence"),
    [
        ("word " * 5_000, "9a", "This is longer than 20000 characters."),
        ("My words", "9\x00a", "What you wrote is still here"),
    ],
    ids=["endless words", "a number that is none"],
)
def test_what_cannot_be_taken_is_said_and_the_words_stay(
    client: Client, complaint: Case, token: Token, max_: Employee, text: str, submission: str, sentence: str
) -> None:
    answer = client.post(f"/track/{token}/climb/", {"text": text, "submission": submission})

    assert sentence in answer.content.decode()
    assert text.strip() in answer.content.decode()
    complaint.refresh_from_db()
    assert complaint.responsible is None


def test_a_form_without_its_cookie_comes_back_filled_in(complaint: Case, token: Token, max_: Employee) -> None:
    told = {"text": "My words", "submission": "9a"}

    answer = Client(enforce_csrf_checks=True).post(f"/track/{token}/climb/", told)

    assert answer.status_code == 403
    assert "My words</textarea>" in answer.content.decode()
    complaint.refresh_from_db()
    assert complaint.responsible is None


def test_too_many_from_one_connection_are_refused_with_their_words(
    client: Client, token: Token, max_: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(throttle.MOST, Deed.WRITE, 1)
    ask(client, token, submission="9a")

    answer = client.post(f"/track/{token}/climb/", {"text": "My words", "submission": "9b"})

    assert answer.status_code == 429
    assert "My words</textarea>" in answer.content.decode()


# When it can be asked for


def be_asked(case: Case, fern: Employee) -> None:
    ask_customer(case.reference, text="Which room was it?", by=fern, at=now())


def be_offered(case: Case, fern: Employee) -> None:
    resolve(case.reference, text="Free.", by=fern, at=now())


def be_withdrawn(case: Case, fern: Employee) -> None:
    withdraw(case.reference, reason="She rang.", by=fern, at=now())


@pytest.mark.parametrize(
    ("come_to", "status", "offered"),
    [
        (be_asked, Status.WAITING, True),
        (be_offered, Status.RESOLVED, False),
        (be_withdrawn, Status.CLOSED, False),
    ],
)
def test_it_is_offered_while_somebody_works_on_it(
    client: Client,
    complaint: Case,
    token: Token,
    fern: Employee,
    max_: Employee,
    come_to: Callable[[Case, Employee], None],
    status: Status,
    *,
    offered: bool,
) -> None:
    come_to(complaint, fern)

    assert ('id="climb"' in page_of(client, token)) is offered
    complaint.refresh_from_db()
    assert complaint.status == status


def test_a_page_that_came_too_late_keeps_the_words_as_a_message(
    client: Client, complaint: Case, token: Token, fern: Employee, max_: Employee
) -> None:
    be_offered(complaint, fern)

    answer = client.post(f"/track/{token}/climb/", {"text": "It takes too long.", "submission": "9a"})

    assert answer.status_code == 409
    assert "It takes too long.</textarea>" in answer.content.decode()


def test_who_was_told_of_another_next_step_is_told_anew_and_goes_no_step_too_far(
    client: Client, complaint: Case, token: Token, fern: Employee, max_: Employee, vera: Employee
) -> None:
    told = {"text": "Nobody calls me back.", "submission": "9a", "step": "0"}
    escalate(complaint.reference, reason="Beyond me.", by=fern, at=now())

    answer = client.post(f"/track/{token}/climb/", told)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "was changed while you were writing" in page
    assert "The next step is Vera Vance (VP)." in page
    assert "Nobody calls me back.</textarea>" in page
    complaint.refresh_from_db()
    assert complaint.responsible == max_
    assert client.post(f"/track/{token}/climb/", {**told, "step": "1"}).status_code == 303
    complaint.refresh_from_db()
    assert complaint.responsible == vera


def test_on_top_of_the_ladder_nothing_is_offered_and_an_old_page_is_told_so(
    client: Client, complaint: Case, token: Token, vera: Employee
) -> None:
    leave(complaint, step=2)

    assert 'id="climb"' not in page_of(client, token)
    answer = client.post(f"/track/{token}/climb/", {"text": "Higher!", "submission": "9a"})
    assert answer.status_code == 409
    assert "Your complaint is as high as it can go with us already." in answer.content.decode()
    assert "Higher!</textarea>" in answer.content.decode()
    assert not TimelineEntry.objects.filter(kind="customer.answered").exists()


# The way outside


def test_above_the_vp_the_page_names_who_can_be_turned_to_outside(
    client: Client, complaint: Case, token: Token, vera: Employee, ombudsman: LadderStep
) -> None:
    leave(complaint, step=2)

    page = page_of(client, token)

    assert "You can now turn to The ombudsman:" in page
    assert "+1 800 555 0100" in page


def test_who_takes_the_way_outside_gets_it_in_writing_once_and_the_complaint_stays_where_it_is(
    client: Client, complaint: Case, token: Token, vera: Employee, ombudsman: LadderStep
) -> None:
    Case.objects.filter(pk=complaint.pk).update(step=2, tier=Tier.VP, responsible=vera)

    assert [ask(client, token), ask(client, token)] == [303, 303]

    complaint.refresh_from_db()
    assert (complaint.responsible, complaint.status) == (vera, Status.OPEN)
    assert Message.objects.get(kind=Kind.ROUTE_OUTSIDE).facts["contact"] == ombudsman.contact
    assert TimelineEntry.objects.filter(kind="outside.named").count() == 1
    page = page_of(client, token)
    assert "You can now also turn to The ombudsman" in page
    assert 'id="climb"' not in page
