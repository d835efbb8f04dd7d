"""A server that is away: nobody knocks, nothing is used up, and one message tells when it is back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.handling.deliver_message import deliver_message
from complaints.outbox import breaker
from complaints.outbox.breaker import FIRST_PAUSE, MOST_FAILURES, permit
from complaints.outbox.models import Breaker, Channel, Message, MessageState, Trouble
from complaints.staff.models import Employee
from tests.factories import a_complaint
from tests.outbox.conftest import AT, queued, sweep
from tests.outbox.post_office import PostOffice
from tests.races.meeting import meet

SOON = AT + timedelta(minutes=1)


@pytest.fixture
def waiting(fern: Employee, cara: Customer) -> list[Message]:
    """Twelve messages that wait."""
    case = a_complaint(by=fern, customer=cara, at=AT)
    Message.objects.all().delete()
    return [queued(case, f"c{number}@demo.example") for number in range(12)]


def attempts() -> int:
    return sum(Message.objects.values_list("attempts", flat=True))


def busy(command: str) -> str:
    """A server that takes nothing for now."""
    return "451 4.3.0 later" if command.startswith("MAIL") else ""


def test_after_several_failures_in_a_row_nothing_is_tried_and_nothing_used_up(
    waiting: list[Message], office: PostOffice
) -> None:
    office.answer = busy
    sweep(SOON)
    assert attempts() == MOST_FAILURES
    untried = Message.objects.filter(state=MessageState.QUEUED, attempts=0)
    assert untried.count() == len(waiting) - MOST_FAILURES
    knocked = office.connections
    assert not sweep(SOON + timedelta(seconds=10))
    assert not deliver_message(waiting[-1].message_id, clock=lambda: SOON + timedelta(seconds=10))
    assert (attempts(), office.connections) == (MOST_FAILURES, knocked)
    row = Breaker.objects.get()
    assert (row.open_since, row.trouble, row.reason) == (SOON, Trouble.NOT_NOW, "451 4.3.0 later")


def test_one_message_tries_after_a_pause_that_grows(waiting: list[Message], office: PostOffice) -> None:
    office.answer = busy
    sweep(SOON)
    at = SOON + FIRST_PAUSE
    assert sweep(at) == 1
    assert not sweep(at)
    assert attempts() == MOST_FAILURES + 1
    assert Breaker.objects.get().probe_at == at + 2 * FIRST_PAUSE


def test_once_one_is_taken_all_others_follow(waiting: list[Message], office: PostOffice) -> None:
    office.answer = busy
    sweep(SOON)
    office.answer = lambda _command: ""
    at = SOON + FIRST_PAUSE
    assert sweep(at) == 1
    row = Breaker.objects.get()
    assert (row.failures, row.open_since, row.probe_at) == (0, None, None)
    assert sweep(at) == len(waiting) - MOST_FAILURES - 1
    assert sweep(at + timedelta(hours=1)) == MOST_FAILURES
    assert len(office.mails) == len(waiting)


def test_a_refusal_for_good_shows_that_the_server_is_back(waiting: list[Message], office: PostOffice) -> None:
    office.answer = busy
    sweep(SOON)
    office.answer = lambda command: "550 5.7.1 not you" if command.startswith("RCPT") else ""
    sweep(SOON + FIRST_PAUSE)
    assert Breaker.objects.get().open_since is None


def test_failures_with_successes_between_them_open_nothing(waiting: list[Message], office: PostOffice) -> None:
    asked: list[str] = []

    def every_other(command: str) -> str:
        if command.startswith("RCPT"):
            asked.append(command)
            return "450 4.2.0 later" if len(asked) % 2 else ""
        return ""

    office.answer = every_other
    assert sweep(SOON) == len(waiting)
    assert len(office.mails) == len(waiting) // 2
    assert Breaker.objects.get().open_since is None


def test_without_a_message_to_try_with_the_next_worker_may_try(waiting: list[Message], office: PostOffice) -> None:
    office.answer = busy
    sweep(SOON)
    Message.objects.all().delete()
    at = SOON + FIRST_PAUSE
    assert not sweep(at)
    assert permit(Channel.EMAIL, at=at, most=9).is_probe


def test_a_worker_that_died_while_it_tried_is_followed_by_another(waiting: list[Message], office: PostOffice) -> None:
    office.answer = busy
    sweep(SOON)
    at = SOON + FIRST_PAUSE
    assert permit(Channel.EMAIL, at=at, most=9).most == 1
    assert permit(Channel.EMAIL, at=at + timedelta(minutes=1), most=9).most == 0
    assert permit(Channel.EMAIL, at=at + breaker.PROBE_TAKES, most=9).most == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_four_workers_one_tries() -> None:
    Breaker.objects.create(channel=Channel.EMAIL, failures=5, open_since=AT, probe_at=SOON)
    found = meet(*[lambda: permit(Channel.EMAIL, at=SOON, most=9).most] * 4)
    assert sorted(str(one) for one in found) == ["0", "0", "0", "1"]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_four_workers_count_every_failure() -> None:
    def fail() -> bool:
        return permit(Channel.EMAIL, at=AT, most=9).failed(Trouble.TIMED_OUT, reason="x", at=AT)

    meet(*[fail] * 4)
    assert Breaker.objects.get().failures == 4


def test_the_case_is_written_about_once_the_server_is_back(fern: Employee, cara: Customer, office: PostOffice) -> None:
    case: Case = a_complaint(by=fern, customer=cara, at=AT)
    office.answer = busy
    for minute in range(10):
        sweep(SOON + timedelta(minutes=minute))
    office.answer = lambda _command: ""
    sweep(SOON + timedelta(hours=3))
    assert [case.reference in str(mail["Subject"]) for mail in office.mails] == [True]
