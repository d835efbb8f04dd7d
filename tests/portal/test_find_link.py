"""Asking for one's link tells nobody anything (S1)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from complaints.cases.models import Case
from complaints.outbox.models import Kind, Message
from complaints.portal import throttle
from complaints.portal.throttle import Deed

FIND, SENT = "/track/", "/track/sent/"


def without_tokens(page: bytes) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page.decode())


def links_sent() -> int:
    return Message.objects.filter(kind=Kind.TRACKING_LINK).count()


@pytest.mark.parametrize(
    ("reference", "contact", "matches"),
    [
        (None, "cara@demo.example", True),
        (None, "CARA@Demo.Example ", True),
        (None, "(212) 555-0142", True),
        (None, "otto@demo.example", False),
        (None, "0142", False),
        (None, "000000", False),
        (None, "%", False),
        ("C-00000000", "cara@demo.example", False),
        ("nonsense", "cara@demo.example", False),
        ("C-" + "9" * 30, "\u202e", False),
    ],
)
def test_the_answer_is_the_same_for_match_and_no_match(
    client: Client, complaint: Case, reference: str | None, contact: str, *, matches: bool
) -> None:
    answer = client.post(FIND, {"reference": reference or complaint.reference, "contact": contact})
    assert links_sent() == matches

    if contact.strip("\u202e"):
        assert (answer.status_code, answer["Location"], answer.content) == (303, SENT, b"")
        again = without_tokens(client.get(SENT).content)
        assert again == without_tokens(client.get(SENT).content)
        assert complaint.reference not in again


def test_the_reference_may_be_written_as_it_is_heard(client: Client, complaint: Case) -> None:
    spoken = f"c {complaint.reference[2:6].lower()} {complaint.reference[6:].lower()}"

    client.post(FIND, {"reference": spoken, "contact": "cara@demo.example"})

    assert links_sent() == 1


def test_the_link_goes_to_the_address_on_file_once_in_ten_minutes(client: Client, complaint: Case) -> None:
    for _time in range(3):
        client.post(FIND, {"reference": complaint.reference, "contact": "+1 212 555 0142"})

    sent = Message.objects.get(kind=Kind.TRACKING_LINK)
    assert sent.recipient == "cara@demo.example"


def test_trying_many_references_is_stopped_whether_or_not_one_matched(
    client: Client, complaint: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(throttle.MOST, Deed.ASK_FOR_LINK, 3)
    for _time in range(3):
        client.post(FIND, {"reference": "C-00000000", "contact": "cara@demo.example"})

    answer = client.post(FIND, {"reference": complaint.reference, "contact": "cara@demo.example"})

    assert answer.status_code == 429
    assert complaint.reference in answer.content.decode()  # what was typed stays
    assert links_sent() == 0


def test_an_empty_form_is_answered_beside_its_fields(client: Client, complaint: Case) -> None:
    page = client.post(FIND, {}).content.decode()

    assert "Please give the reference of your complaint." in page
    assert "Please give your e-mail address or telephone number." in page


def test_a_form_without_its_cookie_comes_back_filled_in(complaint: Case) -> None:
    answer = Client(enforce_csrf_checks=True).post(FIND, {"reference": complaint.reference, "contact": "x@y.example"})

    assert answer.status_code == 403
    assert "x@y.example" in answer.content.decode()
    assert links_sent() == 0
