"""Systems outside at the desk: kept by administrators, looked after by whoever serves the customer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from complaints.cases.models import Case
from complaints.fulfilment.models import Endpoint, Order, OrderState
from complaints.staff.models import Employee, SettingChange
from tests.desk.test_settings import text_of, typed
from tests.factories import a_complaint
from tests.fulfilment.conftest import SECRET, accepted, case, order_of, outside, sweep, till
from tests.fulfilment.outside import Outside
from tests.query_counts import assert_as_recorded, queries_of

__all__ = ["case", "outside", "till"]
pytestmark = pytest.mark.django_db
NEW = "/desk/settings/endpoints/new/"
FACTS: dict[str, Any] = {"name": "Till & Pay", "url": "https://pay.example/orders", "kinds": ["refund"]}


def test_an_endpoint_is_added_and_its_secret_never_shown(client: Client, ada: Employee) -> None:
    client.force_login(ada)
    assert client.post(NEW, typed(client, NEW, **FACTS, secret=SECRET)).status_code == 302
    made = Endpoint.objects.get()
    page = f"/desk/settings/endpoints/{made.pk}/"
    assert (made.secret, made.kinds) == (SECRET, ["refund"])
    assert SECRET not in client.get(page).content.decode()

    client.post(page, typed(client, page, name="Till"))
    made.refresh_from_db()
    assert (made.name, made.secret) == ("Till", SECRET), "left open, the secret stays"

    client.post(page, typed(client, page, secret="another secret of ours"))
    made.refresh_from_db()
    assert made.secret == "another secret of ours"
    assert "secret of ours" not in client.get(page).content.decode()
    assert [change.facts.get("secret") for change in SettingChange.objects.order_by("pk")] == [
        ["", "•••"],
        None,
        ["", "•••"],
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"url": "http://pay.example/"}, "begins with https://"),
        ({"url": "https://a:b@pay.example/"}, "begins with https://"),
        ({"url": "http://127.0.0.1:9/"}, "own addresses are not sent to"),
        ({"kinds": []}, "at least one kind"),
        ({"kinds": ["voucher"]}, "voucher"),
        ({"secret": "too short"}, "at least 16 characters"),
        ({"secret": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_kept_is_said_and_the_rest_stays_typed(
    wrong: dict[str, Any], sentence: str, client: Client, ada: Employee
) -> None:
    client.force_login(ada)
    answer = client.post(NEW, typed(client, NEW, **{**FACTS, "secret": SECRET, **wrong}))
    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert "Till &amp; Pay" in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_a_failed_order_is_on_the_page_and_on_the_case_and_is_sent_again(
    client: Client, case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    outside.answer = lambda _key, _times: (400, {})
    order = order_of(accepted(case, fern))
    sweep()
    client.force_login(fern)
    assert "did not take it. Send it again, or give it by hand" in text_of(
        client.get(f"/desk/complaints/{case.reference}/")
    )
    assert case.reference in text_of(client.get("/desk/fulfilments/"))

    client.post(f"/desk/fulfilments/{order.pk}/retry/")

    assert Order.objects.get().state == OrderState.QUEUED
    assert case.reference not in text_of(client.get("/desk/fulfilments/"))
    assert case.reference in text_of(client.get("/desk/fulfilments/?state=queued"))


def test_a_branch_beside_sees_nothing_of_it(
    client: Client, case: Case, fern: Employee, otto: Employee, till: Endpoint
) -> None:
    order = order_of(accepted(case, fern))
    client.force_login(otto)
    assert case.reference not in text_of(client.get("/desk/fulfilments/?state=queued"))
    assert client.post(f"/desk/fulfilments/{order.pk}/retry/").status_code == 404
    assert client.post(f"/desk/fulfilments/{order.pk}/settle/").status_code == 404


def test_the_page_takes_no_more_queries_with_more_orders(
    client: Client, case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    outside.answer = lambda _key, _times: (400, {})
    client.force_login(fern)
    for _ in range(2):
        accepted(a_complaint(by=fern), fern)
    sweep()
    few = queries_of(client, "/desk/fulfilments/")
    for _ in range(18):
        accepted(a_complaint(by=fern), fern)
    sweep()
    assert_as_recorded("desk:fulfilments", few=few, many=queries_of(client, "/desk/fulfilments/"))
