from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext

from complaints.common.by_key import ByKey
from complaints.customers.models import Customer, Phone
from complaints.standards.models import BusinessCalendar, FailureType


@pytest.mark.django_db
def test_a_row_is_what_the_query_set_says(cara: Customer) -> None:
    greeted = Customer.objects.defer("notes").annotate(greeting=Concat(Value("Dear "), F("name")), called=F("name"))
    found = ByKey(lambda: greeted).get(cara.pk)
    assert found == greeted.get(pk=cara.pk)
    assert (vars(found)["greeting"], vars(found)["called"]) == (f"Dear {cara.name}", cara.name)
    assert found is not None
    assert found.get_deferred_fields() == {"notes"}
    assert found.notes == cara.notes


@pytest.mark.django_db
def test_values_come_as_the_fields_say() -> None:
    calendar = BusinessCalendar.objects.create(name="Shop", week={"mon": [["09:00", "17:00"]]})
    found = ByKey(BusinessCalendar.objects.all).get(calendar.pk)
    assert found is not None
    assert (found.week, found.is_calendar_time) == ({"mon": [["09:00", "17:00"]]}, False)


@pytest.mark.django_db
@pytest.mark.parametrize("key", [0, -1, 999_999, 10**30])
def test_there_is_no_row_for_a_key_that_nobody_has(late_room: FailureType, key: int) -> None:
    assert ByKey(FailureType.objects.all).get(key) is None


@pytest.mark.django_db
def test_one_question_a_row_and_none_kept(late_room: FailureType) -> None:
    kinds = ByKey(FailureType.objects.all)
    assert kinds.get(late_room.pk) == late_room
    FailureType.objects.filter(pk=late_room.pk).update(name="Room late")
    with CaptureQueriesContext(connection) as queries:
        found = kinds.get(late_room.pk)
    assert found is not None
    assert found.name == "Room late"
    assert len(queries) == 1


@pytest.mark.django_db
def test_every_row_of_a_key_comes_in_the_order_of_the_query_set(cara: Customer) -> None:
    for number in ("+12125550111", "+12125550112"):
        Phone.objects.create(customer=cara, number=number)
    newest_first = ByKey(lambda: Phone.objects.order_by("-pk"), key="customer")
    assert newest_first.all(cara.pk) == list(Phone.objects.filter(customer=cara).order_by("-pk"))
    assert newest_first.get(cara.pk) == Phone.objects.latest("pk")
    assert newest_first.all(0) == []


@pytest.mark.django_db
def test_a_row_may_be_named_by_what_points_at_it_and_is_locked(cara: Customer) -> None:
    phone = Phone.objects.create(customer=cara, number="+12125550111")
    owners = ByKey(lambda: Customer.objects.select_for_update(skip_locked=True, of=("self",)), key="phones")
    with CaptureQueriesContext(connection) as queries:
        assert owners.get(phone.pk) == cara
    assert queries[0]["sql"].endswith('FOR UPDATE OF "complaints_customer" SKIP LOCKED')
