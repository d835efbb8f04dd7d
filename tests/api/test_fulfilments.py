"""The call by which a system outside names the reference of what it gave."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.fulfilment import signing
from complaints.fulfilment.models import Endpoint
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee
from tests.fulfilment.conftest import SECRET, accepted, case, fresh, order_of, outside, sweep, till
from tests.fulfilment.outside import Outside

__all__ = ["case", "outside", "till"]
pytestmark = pytest.mark.django_db


def call(client: Client, key: str, told: Any, *, secret: str = SECRET, ago: timedelta = timedelta()) -> Any:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    headers = signing.headers(key, body, secret=secret, at=now() - ago)
    return client.post(f"/api/v1/fulfilments/{key}/", body, content_type="application/json", headers=headers)


@pytest.fixture
def key(case: Case, fern: Employee, till: Endpoint, outside: Outside) -> str:
    """An order that was taken without a reference."""
    outside.answer = lambda _key, _times: (202, {})
    order = order_of(accepted(case, fern))
    sweep()
    return order.key


def test_a_signed_call_marks_the_remedy_as_given(client: Client, key: str, case: Case) -> None:
    for _ in range(2):
        answer = call(client, key, {"key": key, "reference": "PAY-1"})
        assert (answer.status_code, answer.json()) == (200, {"key": key, "state": "done", "reference": "PAY-1"})
    remedy = fresh(case.remedies.get())
    assert (remedy.status, remedy.proof) == (RemedyStatus.FULFILLED, "PAY-1")
    assert call(client, key, {"key": key, "reference": "PAY-2"}).status_code == 409


def test_nobody_else_is_believed(client: Client, key: str, case: Case) -> None:
    told = {"key": key, "reference": "PAY-1"}
    assert call(client, key, told, secret="a guess").status_code == 403
    assert call(client, key, told, ago=timedelta(minutes=6)).status_code == 403
    assert call(client, key, told, ago=timedelta(minutes=-6)).status_code == 403
    assert client.post(f"/api/v1/fulfilments/{key}/", told, content_type="application/json").status_code == 403
    assert call(client, "nobody-knows-it", told).status_code == 404
    assert client.get(f"/api/v1/fulfilments/{key}/").status_code == 405
    assert fresh(case.remedies.get()).status == RemedyStatus.ACCEPTED


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        {"reference": "PAY-1"},
        {"key": "another", "reference": "PAY-1"},
        {"key": "K", "reference": " "},
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(told: Any, client: Client, key: str, case: Case) -> None:
    if isinstance(told, dict) and told.get("key") == "K":
        told = {**told, "key": key}
    answer = call(client, key, told)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert fresh(case.remedies.get()).status == RemedyStatus.ACCEPTED
