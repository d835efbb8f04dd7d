"""A closed complaint that is not right after all: the customer opens it again, or only writes; it is theirs to say."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Attachment, Case
from complaints.cases.states import Outcome, Status
from complaints.common.tokens import Token
from complaints.handling.assign import take
from complaints.handling.confirm_solved import confirm_solved
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.resolve import resolve
from complaints.outbox.models import Kind, Message
from complaints.staff.models import Employee
from tests.factories import a_complaint, a_picture

BUTTON = 'name="open_again"'


@pytest.fixture
def closed(complaint: Case, fern: Employee) -> Case:
    """Cara's complaint, closed by Fern as solved."""
    confirm_solved(complaint.reference, text="A new room, at once.", by=fern, at=now())
    return Case.objects.get(pk=complaint.pk)


def page_of(client: Client, token: str) -> str:
    return client.get(f"/track/{token}/").content.decode()


def write(client: Client, token: str, text: str = "It leaks again.", **more: object) -> int:
    told = {"text": text, "submission": "9a", **more}
    return client.post(f"/track/{token}/answer/", told).status_code


def told(kind: Kind) -> list[str]:
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("recipient", flat=True))


def test_it_is_open_with_a_deadline_and_both_sides_are_told(
    client: Client, closed: Case, token: Token, fern: Employee
) -> None:
    assert BUTTON in page_of(client, token)
    assert write(client, token, open_again="1", attachments=a_picture()) == 303

    case = Case.objects.get()
    assert (case.status, case.outcome, case.closed_at, case.solved) == (Status.OPEN, "", None, None)
    assert (case.responsible, case.reopened_count) == (fern, 1)
    assert case.due is not None
    assert case.due > now()
    assert (told(Kind.STAFF_CUSTOMER_ANSWERED), told(Kind.REOPENED)) == ([fern.email], ["cara@demo.example"])
    assert Attachment.objects.get().public
    page = page_of(client, token)
    assert "It leaks again." in page
    assert "Your complaint was opened again" in page
    assert BUTTON not in page


def test_a_mere_message_leaves_it_closed_and_is_told(
    client: Client, closed: Case, token: Token, fern: Employee
) -> None:
    assert write(client, token, "Thank you!") == 303
    assert Case.objects.get().status == Status.CLOSED
    assert told(Kind.STAFF_CUSTOMER_ANSWERED) == [fern.email]

    write(client, token, "Thank you!", open_again="1")
    assert Case.objects.get().status == Status.OPEN, "the other button of the same form is another wish"


def test_sent_twice_it_is_opened_once_also_when_it_was_closed_again_meanwhile(
    client: Client, closed: Case, token: Token, fern: Employee
) -> None:
    write(client, token, open_again="1")
    confirm_solved(closed.reference, text="Mended.", by=fern, at=now())
    write(client, token, open_again="1")
    case = Case.objects.get()
    assert (case.status, case.reopened_count) == (Status.CLOSED, 1)


def test_after_thirty_days_staff_decide_and_what_was_written_stays(client: Client, closed: Case, token: Token) -> None:
    with time_machine.travel(now() + timedelta(days=30, minutes=-1), tick=False):
        assert BUTTON in page_of(client, token)
    with time_machine.travel(now() + timedelta(days=30, minutes=1), tick=False):
        assert BUTTON not in page_of(client, token)
        answer = client.post(f"/track/{token}/answer/", {"text": "It leaks.", "submission": "9a", "open_again": "1"})
    assert answer.status_code == 409
    assert "It leaks." in answer.content.decode()
    assert Case.objects.get().status == Status.CLOSED


def test_what_is_not_closed_or_goes_on_elsewhere_is_not_opened(
    client: Client, complaint: Case, token: Token, fern: Employee
) -> None:
    take(complaint.reference, by=fern, at=now())
    resolve(complaint.reference, text="The night is free.", by=fern, at=now())
    assert BUTTON not in page_of(client, token)
    assert write(client, token, open_again="1") == 409
    other = a_complaint(by=fern, customer=complaint.customer)
    mark_duplicate(complaint.reference, original=other.reference, by=fern, at=now())
    assert Case.objects.get(pk=complaint.pk).outcome == Outcome.DUPLICATE
    assert BUTTON not in page_of(client, token)
    assert write(client, token, open_again="1") == 409


def test_where_whoever_had_it_has_left_it_is_on_the_list_and_the_next_one_up_hears_of_it(
    client: Client, closed: Case, token: Token, fern: Employee, max_: Employee
) -> None:
    Employee.objects.filter(pk=fern.pk).update(is_active=False)
    write(client, token, open_again="1")
    assert Case.objects.get().responsible is None
    assert told(Kind.STAFF_CUSTOMER_ANSWERED) == [max_.email]


def test_without_a_word_it_is_asked_why(client: Client, closed: Case, token: Token) -> None:
    answer = client.post(f"/track/{token}/answer/", {"text": " ", "submission": "9a", "open_again": "1"})
    assert 'id="id_text_error"' in answer.content.decode() or "Please write" in answer.content.decode()
    assert Case.objects.get().status == Status.CLOSED
