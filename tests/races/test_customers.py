"""A customer's file changes in the same instant as something else."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event

import pytest
from django.db import transaction

from complaints.cases.entries import Entry
from complaints.cases.models import TimelineEntry
from complaints.common.errors import ChangedMeanwhile
from complaints.customers.models import Customer
from complaints.customers.records import file_of
from complaints.handling.change_customer import change_customer
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.write_to_customer import write_to_customer
from complaints.outbox.models import Message, MessageState
from complaints.staff.models import Employee
from tests.factories import a_complaint, a_customer
from tests.races.meeting import meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_of_two_who_change_one_file_the_second_is_asked_to_look(fern: Employee, max_: Employee, cara: Customer) -> None:
    a_complaint(by=fern, customer=cara, at=AT)
    seen = file_of(cara)
    outcomes = meet(
        lambda: change_customer(
            cara.pk, file=replace(seen, emails=("a@demo.example",)), by=fern, at=AT, seen=seen.fingerprint
        ),
        lambda: change_customer(
            cara.pk, file=replace(seen, emails=("b@demo.example",)), by=max_, at=AT, seen=seen.fingerprint
        ),
    )
    assert [isinstance(one, ChangedMeanwhile) for one in outcomes].count(True) == 1
    assert TimelineEntry.objects.filter(kind=Entry.CUSTOMER_CHANGED).count() == 1


def test_the_same_form_eight_times_at_once_is_one_change(fern: Employee, cara: Customer) -> None:
    a_complaint(by=fern, customer=cara, at=AT)
    seen = file_of(cara)
    told = replace(seen, emails=("a@demo.example",))
    outcomes = meet(*[lambda: change_customer(cara.pk, file=told, by=fern, at=AT, seen=seen.fingerprint)] * 8)
    assert all(isinstance(one, Customer) for one in outcomes), outcomes
    assert TimelineEntry.objects.filter(kind=Entry.CUSTOMER_CHANGED).count() == 1


def test_what_is_being_written_when_the_address_comes_in_goes_out_to_it(fern: Employee, max_: Employee) -> None:
    customer = a_customer(email="")
    case = a_complaint(by=fern, customer=customer, at=AT)
    told = replace(file_of(customer), emails=("noor@demo.example",))
    written = Event()

    def write() -> None:
        with transaction.atomic():
            write_to_customer(case.reference, text="We are on it.", by=fern, at=AT)
            written.set()
            time.sleep(0.5)  # the other one comes meanwhile, and has to wait

    def change() -> None:
        assert written.wait(10)
        change_customer(customer.pk, file=told, by=max_, at=AT)

    outcomes = meet(write, change)
    assert list(outcomes) == [None, None]
    assert {one.state for one in Message.objects.all()} == {MessageState.QUEUED}


def test_colleagues_at_several_complaints_and_at_their_customer_do_not_wait_for_each_other_for_ever(
    fern: Employee, max_: Employee
) -> None:
    customer = a_customer(email="")
    cases = [a_complaint(by=fern, customer=customer, at=AT) for _ in range(4)]
    told = replace(file_of(customer), emails=("noor@demo.example",))
    outcomes = meet(
        lambda: change_customer(customer.pk, file=told, by=max_, at=AT),
        lambda: mark_duplicate(cases[3].reference, original=cases[0].reference, by=fern, at=AT),
        lambda: mark_duplicate(cases[1].reference, original=cases[2].reference, by=fern, at=AT),
        lambda: a_complaint(by=fern, customer=customer, at=AT),
    )
    assert not [one for one in outcomes if isinstance(one, Exception)]
