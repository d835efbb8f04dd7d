"""How the customer wants to be written to, said on the tracking page."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.test import Client

from complaints.common.tokens import Token
from complaints.customers.models import Customer

TYPED = {"language": "en", "quiet_from": "22:00", "quiet_until": "07:00", "no_progress": "on"}


def say(client: Client, token: str, **typed: Any) -> Any:
    return client.post(f"/track/{token}/wishes/", {**TYPED, **typed}, follow=True)


def test_what_they_say_holds_and_stands_on_the_page(client: Client, token: Token, cara: Customer) -> None:
    page = say(client, token).content.decode()

    cara.refresh_from_db()
    assert (cara.quiet_from, cara.quiet_until, cara.no_progress) == (time(22), time(7), True)
    assert 'value="22:00"' in page
    assert "You changed how we write to you" in page


def test_half_of_the_quiet_hours_is_refused_with_a_sentence_and_kept(
    client: Client, token: Token, cara: Customer
) -> None:
    page = say(client, token, quiet_until="").content.decode()

    cara.refresh_from_db()
    assert cara.quiet_from is None
    assert "please give the other one too" in page
    assert 'value="22:00"' in page


def test_a_time_that_is_none_is_refused_with_a_sentence(client: Client, token: Token, cara: Customer) -> None:
    assert "for example 22:00" in say(client, token, quiet_from="late").content.decode()


def test_the_form_shows_no_address_and_no_number(client: Client, token: Token, cara: Customer) -> None:
    page = client.get(f"/track/{token}/").content.decode()

    assert "cara@demo.example" not in page
    assert "2125550142" not in page.replace(" ", "").replace("-", "")
