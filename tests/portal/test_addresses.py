"""Every address of the customer's door, how it is asked, and what it answers."""

from __future__ import annotations

from contextlib import closing

import pytest
from django.test import Client
from django.urls import reverse

from complaints.cases import attachments
from complaints.cases.models import Case
from complaints.common.actors import SYSTEM
from complaints.common.tokens import Token
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.portal.urls import urlpatterns
from complaints.remedies.catalogue import RemedyKind
from complaints.staff.models import Employee, Tier
from tests.factories import a_picture, an_hour_ago
from tests.remedies.purse import an_authority, usd

TABLE = [
    ("GET", "front", 200),
    ("HEAD", "front", 200),
    ("POST", "front", 405),
    ("GET", "complain", 200),
    ("HEAD", "complain", 200),
    ("POST", "complain", 200),  # an empty form comes back
    ("PUT", "complain", 405),
    ("GET", "received", 200),
    ("POST", "received", 405),
    ("GET", "find_link", 200),
    ("POST", "find_link", 200),
    ("DELETE", "find_link", 405),
    ("GET", "link_sent", 200),
    ("POST", "link_sent", 405),
    ("GET", "track", 200),
    ("HEAD", "track", 200),
    ("POST", "track", 405),
    ("DELETE", "track", 405),
    ("GET", "news", 200),
    ("POST", "news", 405),
    ("GET", "answer", 303),
    ("POST", "answer", 200),
    ("GET", "verdict", 303),
    ("HEAD", "verdict", 303),
    ("POST", "verdict", 200),
    ("GET", "remedy", 303),
    ("HEAD", "remedy", 303),
    ("POST", "remedy", 400),  # neither which nor whether
    ("DELETE", "remedy", 405),
    ("GET", "climb", 303),
    ("HEAD", "climb", 303),
    ("POST", "climb", 303),  # no words are needed
    ("PUT", "climb", 405),
    ("GET", "wishes", 303),
    ("HEAD", "wishes", 303),
    ("POST", "wishes", 200),  # without a language it comes back
    ("DELETE", "wishes", 405),
    ("GET", "voucher", 200),
    ("HEAD", "voucher", 200),
    ("POST", "voucher", 405),
    ("GET", "file", 200),
    ("HEAD", "file", 200),
    ("POST", "file", 405),
]
BEHIND_A_LINK = {"received", "track", "news", "answer", "verdict", "remedy", "climb", "wishes", "voucher", "file"}


def address(name: str, token: str, numbers: dict[str, int]) -> str:
    behind = [token, numbers[name]] if name in numbers else [token]
    return reverse(f"portal:{name}", args=behind if name in BEHIND_A_LINK else [])


@pytest.fixture
def numbers(complaint: Case, fern: Employee) -> dict[str, int]:
    """What is called by a number: a picture, and a voucher that Fern gave."""
    an_authority(Tier.FRONT_LINE, 200)
    facts = RemedyFacts(kind=RemedyKind.VOUCHER, words="We are sorry.", amount=usd(150), proof="")
    voucher = propose_remedy(complaint.reference, facts, by=fern, at=an_hour_ago())
    picture = attachments.keep(complaint, [a_picture()], by=SYSTEM, at=an_hour_ago(), public=True)[0]
    return {"file": picture.pk, "voucher": voucher.pk}


@pytest.mark.parametrize(("method", "name", "status"), TABLE)
def test_every_address_answers_as_the_table_says(
    client: Client, token: Token, numbers: dict[str, int], method: str, name: str, status: int
) -> None:
    with closing(client.generic(method, address(name, token, numbers))) as answer:
        assert answer.status_code == status


def test_the_table_names_every_address() -> None:
    named = {pattern.name for pattern in urlpatterns}

    assert named == {name for _method, name, _status in TABLE}


@pytest.mark.parametrize("name", sorted(BEHIND_A_LINK - {"answer", "verdict", "remedy", "climb", "wishes"}))
def test_a_wrong_link_leads_to_asking_for_a_new_one(client: Client, numbers: dict[str, int], name: str) -> None:
    answer = client.get(address(name, "A" * 22, numbers))

    assert answer.status_code == 404
    assert reverse("portal:find_link") in answer.content.decode()


@pytest.mark.parametrize("name", ["answer", "verdict", "remedy", "climb", "wishes"])
def test_nothing_can_be_sent_over_a_wrong_link(client: Client, numbers: dict[str, int], name: str) -> None:
    assert (
        client.post(
            address(name, "A" * 22, numbers),
            {"text": "Hello", "solved": "yes", "remedy": 1, "accepted": "yes", "language": "en"},
        ).status_code
        == 404
    )


@pytest.mark.parametrize("name", sorted(BEHIND_A_LINK))
@pytest.mark.parametrize("valid", [True, False])
def test_secret_addresses_stay_out_of_caches_indexes_and_referrers(
    client: Client, token: Token, numbers: dict[str, int], name: str, *, valid: bool
) -> None:
    with closing(client.get(address(name, token if valid else "A" * 22, numbers))) as answer:
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "same-origin"
