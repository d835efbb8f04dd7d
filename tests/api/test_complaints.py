from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.staff.models import Employee
from complaints.standards.models import ServiceStandard
from tests.factories import a_complaint

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TOLD = {"customer": {"name": "Nina New"}, "what_happened": "The room was not ready.", "channel": "phone"}


@pytest.fixture
def fern_asks(client: Client, fern: Employee) -> Client:
    """A program signed in as Fern."""
    client.force_login(fern)
    return client


def test_a_stranger_is_told_nothing(client: Client) -> None:
    for url in ("/api/v1/complaints/", "/api/v1/complaints/C-7K3M9QXR/"):
        answer = client.get(url)
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
    assert client.post("/api/v1/complaints/", TOLD, content_type="application/json").status_code == 403


def test_the_list_is_the_worklist_and_goes_on_by_key(fern_asks: Client, fern: Employee, otto: Employee) -> None:
    mine = {a_complaint(by=fern, at=AT).reference for _ in range(30)}
    a_complaint(by=otto, at=AT)
    first = fern_asks.get("/api/v1/complaints/").json()
    second = fern_asks.get("/api/v1/complaints/", {"after": first["next"]}).json()
    listed = [row["reference"] for row in first["complaints"] + second["complaints"]]
    assert set(listed) == mine
    assert len(listed) == 30
    assert second["next"] == ""


def test_one_complaint_with_its_story_or_nothing_at_all(fern_asks: Client, fern: Employee, otto: Employee) -> None:
    case = a_complaint(by=fern, at=AT)
    shown = fern_asks.get(f"/api/v1/complaints/{case.reference}/").json()
    assert shown["what_happened"] == case.what_happened
    assert [entry["sentence"] for entry in shown["timeline"]] == ["Fern Fuller filed the complaint"]
    hidden = a_complaint(by=otto, at=AT)
    assert fern_asks.get(f"/api/v1/complaints/{hidden.reference}/").status_code == 404


def test_a_program_reads_and_asks_for_the_kind_of_complainer(fern_asks: Client, fern: Employee) -> None:
    furious, other = a_complaint(by=fern, at=AT), a_complaint(by=fern, at=AT)
    Case.objects.filter(pk=furious.pk).update(complainer="irate", following=800)
    listed = fern_asks.get("/api/v1/complaints/", {"complainer": "irate"}).json()["complaints"]
    assert [(row["reference"], row["complainer"]) for row in listed] == [(furious.reference, "irate")]
    whole = [fern_asks.get(f"/api/v1/complaints/{one.reference}/").json() for one in (furious, other)]
    assert [(one["complainer"], one["following"]) for one in whole] == [("irate", 800), ("", None)]


def test_the_promise_that_was_missed_is_named_by_its_number(fern_asks: Client) -> None:
    promise = ServiceStandard.objects.create(name="Room ready at 15:00")
    told = {**TOLD, "service_standard": promise.pk}
    filed = fern_asks.post("/api/v1/complaints/", told, content_type="application/json").json()
    shown = fern_asks.get(f"/api/v1/complaints/{filed['reference']}/").json()
    assert shown["service_standard"] == "Room ready at 15:00"
    unknown = fern_asks.post("/api/v1/complaints/", {**told, "service_standard": 987}, content_type="application/json")
    assert unknown.status_code == 400
    assert "This promise is not on file any more." in unknown.content.decode()


def test_a_complaint_is_filed_once_for_one_key(fern_asks: Client, fern: Employee) -> None:
    key: Any = {"headers": {"Idempotency-Key": "k-1"}, "content_type": "application/json"}
    first = fern_asks.post("/api/v1/complaints/", TOLD, **key)
    again = fern_asks.post("/api/v1/complaints/", TOLD, **key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["reference"] == again.json()["reference"] == Case.objects.get().reference


def test_a_long_key_counts_to_its_last_character(fern_asks: Client) -> None:
    def filed(key: str) -> Any:
        return fern_asks.post(
            "/api/v1/complaints/", TOLD, headers={"Idempotency-Key": key}, content_type="application/json"
        ).json()["reference"]

    assert filed("k" * 100 + "1") != filed("k" * 100 + "2")


def test_the_key_of_a_colleague_elsewhere_leads_to_nothing_of_theirs(
    client: Client, fern: Employee, otto: Employee
) -> None:
    for one, words in ((fern, "The room was not ready."), (otto, "The taxi never came.")):
        client.force_login(one)
        answer = client.post(
            "/api/v1/complaints/",
            {**TOLD, "what_happened": words},
            headers={"Idempotency-Key": "1"},
            content_type="application/json",
        )
        assert answer.status_code == 201
        assert answer.json()["responsible"] == one.name


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({**TOLD, "what_happened": " "}, "what_happened"),
        ({**TOLD, "what_happened": "\u202e"}, "what_happened"),
        ({**TOLD, "channel": "pigeon"}, "channel"),
        ({**TOLD, "occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
        ({**TOLD, "occurred_at": "0001-01-01T00:00:00Z"}, "occurred_at"),
        ({**TOLD, "failure_type": 999999}, "failure_type"),
        ({**TOLD, "customer_id": 1}, "customer"),
        ({"what_happened": "x", "channel": "phone"}, "customer"),
    ],
)
def test_bad_input_is_a_problem_that_names_the_field(fern_asks: Client, told: dict[str, Any], field: str) -> None:
    answer = fern_asks.post("/api/v1/complaints/", told, content_type="application/json")
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not Case.objects.exists()


@pytest.mark.parametrize("query", ["severity=9", "status=gone", "unit=x", "whose=theirs"])
def test_an_unknown_filter_is_a_problem(fern_asks: Client, query: str) -> None:
    assert fern_asks.get(f"/api/v1/complaints/?{query}").status_code == 400


def test_broken_json_is_a_problem(fern_asks: Client) -> None:
    answer = fern_asks.post("/api/v1/complaints/", "{", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_the_schema_describes_every_address(client: Client, cara: Customer) -> None:
    schema = client.get("/api/v1/schema/", {"format": "json"}).json()
    assert schema["openapi"].startswith("3.")
    assert {"/api/v1/complaints/", "/api/v1/complaints/{reference}/"} <= set(schema["paths"])
