"""Signing in, and finding back in: what django-allauth does with our words and settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from complaints.staff.models import Employee

RESET = "/account/password/reset/"
NEW_PASSWORD = "quiet-river-in-may"


@pytest.fixture(autouse=True)
def _counted_from_nothing() -> Iterator[None]:
    """How often somebody tried before is nobody's business here, nor afterwards."""
    cache.clear()
    yield
    cache.clear()


def test_a_new_password_is_set_by_the_link_in_the_mail_once(client: Client, fern: Employee) -> None:
    client.post(RESET, {"email": "FERN@demo.example"})

    [sent] = mail.outbox
    assert (sent.subject, sent.to) == ("Set a new password", ["fern@demo.example"])
    assert "example.com" not in sent.body
    [link] = re.findall(r"http://testserver(/\S+)", str(sent.body))
    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert client.login(email="fern@demo.example", password=NEW_PASSWORD)
    assert "does not work any more" in Client().get(link, follow=True).content.decode()


def test_asking_for_a_stranger_looks_the_same_and_writes_to_nobody(client: Client, fern: Employee) -> None:
    known = client.post(RESET, {"email": fern.email})
    unknown = client.post(RESET, {"email": "stranger@demo.example"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [sent.to for sent in mail.outbox] == [[fern.email]]


@pytest.mark.parametrize("leads", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(client: Client, fern: Employee, leads: str) -> None:
    answer = client.post("/account/login/", {"login": fern.email, "password": "demo", "next": leads})

    assert (answer.status_code, answer["Location"]) == (302, "/desk/")


def test_there_is_one_way_in_and_it_does_not_let_passwords_be_tried_without_end(client: Client, ada: Employee) -> None:
    answer = client.post("/admin/login/", {"username": ada.email, "password": "demo"})
    assert answer["Location"].startswith("/account/login/")

    for tried in range(6):
        client.post("/account/login/", {"login": ada.email, "password": f"word {tried}"})
    answer = client.post("/account/login/", {"login": ada.email, "password": "demo"})

    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.content.decode()


def test_a_mail_server_that_is_away_tells_nobody_who_is_a_colleague(
    client: Client, fern: Employee, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    known = client.post(RESET, {"email": fern.email})
    unknown = client.post(RESET, {"email": "stranger@demo.example"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
