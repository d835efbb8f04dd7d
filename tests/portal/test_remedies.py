"""What the customer is offered: they read it on their page, and take it or not."""

from __future__ import annotations

import pytest
from django.test import Client

from complaints.cases.models import Case
from complaints.common.tokens import Token
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Tier
from tests.factories import an_hour_ago
from tests.remedies.purse import an_authority, movements, usd

pytestmark = pytest.mark.django_db


def propose(case: Case, by: Employee, amount: int) -> Remedy:
    facts = RemedyFacts(kind=RemedyKind.REFUND, words="The first <b>night</b> is on us.", amount=usd(amount))
    return propose_remedy(case.reference, facts, by=by, at=an_hour_ago())


def page_of(client: Client, token: str) -> str:
    return client.get(f"/track/{token}/").content.decode()


def answer(client: Client, token: str, remedy: Remedy, accepted: str) -> int:
    return client.post(f"/track/{token}/remedy/", {"remedy": remedy.pk, "accepted": accepted}).status_code


@pytest.fixture
def remedy(complaint: Case, fern: Employee, max_: Employee) -> Remedy:
    """A refund that Fern offers."""
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.MANAGER, 2000)
    return propose(complaint, fern, 150)


def test_the_page_offers_what_is_authorised_and_nothing_else(
    client: Client, token: Token, complaint: Case, remedy: Remedy, fern: Employee
) -> None:
    propose(complaint, fern, 900)
    page = page_of(client, token)
    assert "We offer you: Refund, $150.00" in page
    assert "The first &lt;b&gt;night&lt;/b&gt; is on us." in page
    assert "$900" not in page
    assert page.count('name="accepted"') == 2


@pytest.mark.parametrize(
    ("said", "status", "entries"),
    [
        ("yes", RemedyStatus.ACCEPTED, ["hold", "spend"]),
        ("no", RemedyStatus.DECLINED, ["hold", "spend", "release"]),
    ],
)
def test_an_answer_is_taken_once(
    client: Client, token: Token, remedy: Remedy, said: str, status: str, entries: list[str]
) -> None:
    assert answer(client, token, remedy, said) == 303
    assert answer(client, token, remedy, said) == 303, "sent twice, done once"
    remedy.refresh_from_db()
    assert (remedy.status, movements(remedy)) == (status, entries)
    assert 'name="accepted"' not in page_of(client, token)
    other = "no" if said == "yes" else "yes"
    assert answer(client, token, remedy, other) == 409


def test_looking_at_the_address_answers_nothing(client: Client, token: Token, remedy: Remedy) -> None:
    client.get(f"/track/{token}/remedy/?remedy={remedy.pk}&accepted=yes")
    remedy.refresh_from_db()
    assert remedy.status == RemedyStatus.OFFERED


@pytest.mark.parametrize("said", ["", "perhaps"])
def test_an_answer_that_is_none_changes_nothing(client: Client, token: Token, remedy: Remedy, said: str) -> None:
    assert answer(client, token, remedy, said) == 400
    remedy.refresh_from_db()
    assert remedy.status == RemedyStatus.OFFERED
