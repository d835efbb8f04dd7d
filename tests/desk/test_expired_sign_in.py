from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.staff.models import Employee
from tests.cast import PASSWORD
from tests.factories import a_complaint, a_picture

WORDS = "Half an hour of careful words."


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara)


def sign_in(client: Client, who: Employee, *, at: str) -> Any:
    return client.post(at, {"login": who.email, "password": PASSWORD}, follow=True)


@pytest.mark.parametrize("address", ["/desk/complaints/new/", "/desk/complaints/{reference}/note/"])
def test_what_was_typed_waits_behind_the_sign_in(client: Client, case: Case, fern: Employee, address: str) -> None:
    page = address.format(reference=case.reference)

    sent = client.post(page, {"text": WORDS, "what_happened": WORDS, "attachments": [a_picture()]})
    assert sent["Location"].startswith("/account/login/")
    asked = client.get(sent["Location"]).content.decode()
    assert "what you typed is kept" in asked
    assert WORDS not in asked

    answer = sign_in(client, fern, at=sent["Location"])

    assert answer.redirect_chain[-1][0] == page
    assert WORDS in answer.content.decode()
    assert not case.timeline.filter(text=WORDS).exists()
    assert Case.objects.count() == 1


def test_once_sent_it_is_forgotten(client: Client, case: Case, fern: Employee) -> None:
    page = f"/desk/complaints/{case.reference}/note/"
    client.post(page, {"text": WORDS})
    client.force_login(fern)
    assert WORDS in client.get(page).content.decode()

    client.post(page, {"text": WORDS, "submission": "now"})

    kept = client.get(page).content.decode()
    assert kept.count(WORDS) == 1  # on the timeline, not in the form
    assert case.timeline.filter(text=WORDS).count() == 1


def test_it_is_not_kept_for_ever(client: Client, case: Case, fern: Employee) -> None:
    page = f"/desk/complaints/{case.reference}/note/"
    client.post(page, {"text": WORDS})
    client.force_login(fern)

    with time_machine.travel(now() + timedelta(hours=13), tick=False):
        assert WORDS not in client.get(page).content.decode()


def test_more_than_a_form_can_hold_is_not_kept(client: Client, case: Case, fern: Employee) -> None:
    page = f"/desk/complaints/{case.reference}/note/"

    sent = client.post(page, {"text": "x" * 200_000})

    assert "too long to be kept" in client.get(sent["Location"]).content.decode()


@pytest.mark.parametrize("origin", ["http://testserver", "https://elsewhere.example"])
def test_a_token_grown_old_keeps_the_words_of_our_own_page_alone(case: Case, fern: Employee, origin: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(fern)
    page = f"/desk/complaints/{case.reference}/note/"

    answer = client.post(page, {"text": WORDS}, headers={"Origin": origin})

    ours = origin.endswith("testserver")
    assert answer.status_code == (302 if ours else 403)
    assert (WORDS in client.get(page).content.decode()) is ours
    assert not case.timeline.filter(text=WORDS).exists()


def test_a_page_that_polls_says_that_the_sign_in_is_over(client: Client, case: Case) -> None:
    answer = client.get(f"/desk/complaints/{case.reference}/news/?version=1", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert "Your sign-in has expired" in answer.content.decode()
