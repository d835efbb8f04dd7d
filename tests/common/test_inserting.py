from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from complaints.common.inserting import insert_rows, insert_together
from complaints.customers.models import Customer, EmailAddress, Phone

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def cara_and_all_that_is_hers() -> tuple[Customer, list[models.Model]]:
    """Unsaved rows: Cara, two addresses and a number."""
    cara = Customer(name="Cara 卡拉; it's her", created_at=AT, grams=["car", 'a"r'], haystack="100% cara\\")
    emails = [EmailAddress(customer=cara, address=f"{name}@demo.example") for name in ("cara", "home")]
    return cara, [*emails, Phone(customer=cara, number="+12125550111")]


def stored(cara: Customer) -> list[dict[str, Any]]:
    """What the database holds of a customer, keys aside."""
    rows: list[Any] = [*Customer.objects.filter(pk=cara.pk).values()]
    rows += [*cara.emails.order_by("pk").values(), *cara.phones.order_by("pk").values()]
    return [{name: value for name, value in row.items() if name not in {"id", "customer_id"}} for row in rows]


def test_it_stores_the_rows_that_saving_one_by_one_stores() -> None:
    together, others = cara_and_all_that_is_hers()
    insert_together(together, *others)
    alone, hers = cara_and_all_that_is_hers()
    alone.save()
    for row in hers:
        row.customer = alone  # type: ignore[attr-defined]
        row.save()
    assert stored(together) == stored(alone)
    assert len(stored(together)) == 4


def test_the_first_knows_its_key_and_the_others_the_first() -> None:
    cara, others = cara_and_all_that_is_hers()
    insert_together(cara, *others)
    assert {row.customer_id for row in others} == {cara.pk}  # type: ignore[attr-defined]
    cara.name = "Cara Castillo"
    cara.save()
    assert Customer.objects.get().name == "Cara Castillo"


def test_however_many_hang_on_it_there_is_one_trip() -> None:
    insert_together(Customer(name="Nobody's", created_at=AT))
    cara, others = cara_and_all_that_is_hers()
    with CaptureQueriesContext(connection) as queries:
        insert_together(cara, *others)
    assert len(queries) == 1


def test_where_one_row_may_not_be_none_is_stored() -> None:
    cara, others = cara_and_all_that_is_hers()
    twice = EmailAddress(customer=cara, address="cara@demo.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_together(cara, *others, twice)
    assert not Customer.objects.exists()


def test_rows_of_several_models_make_one_trip_and_come_in_their_order(cara: Customer) -> None:
    rows = [
        Phone(customer=cara, number="+12125550111"),
        EmailAddress(customer=cara, address="home@demo.example"),
        Phone(customer=cara, number="+12125550112"),
    ]
    with CaptureQueriesContext(connection) as queries:
        insert_rows(*rows)
        insert_rows()
    assert len(queries) == 1
    assert [str(one.number) for one in cara.phones.order_by("-pk")[:2]] == ["+12125550112", "+12125550111"]
    assert cara.emails.filter(address="home@demo.example").exists()


def test_what_is_known_is_left_out_where_that_is_wanted_and_else_refused(cara: Customer) -> None:
    known = EmailAddress(customer=cara, address="cara@demo.example")
    number = Phone(customer=cara, number="+12125550111")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(number, known, unless_known=(Phone,))
    insert_rows(number, known, unless_known=(EmailAddress,))
    assert cara.emails.count() == 1
    assert cara.phones.filter(number=number.number).count() == 1
