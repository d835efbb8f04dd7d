"""Suspected doubles: found from what was written, decided by people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from complaints.customers import doubles
from complaints.customers.doubles import Reason
from complaints.customers.models import Customer, Suspicion
from complaints.customers.records import change, file_of
from complaints.handling.decide_double import name_double, tell_apart
from complaints.handling.merge_customers import merge_customers
from complaints.handling.undo_merge import undo_merge
from complaints.jobs import rounds
from complaints.staff.models import Employee
from tests.factories import a_customer

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _a_database(db: None) -> None: ...


def looked() -> list[Suspicion]:
    """What is suspected after the job has run."""
    rounds.look_for_customers_twice(clock=lambda: AT)
    return doubles.open_ones().suspicions


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (
            {"name": "Cara Castillo", "email": "", "phone": "+12125550142"},
            {"name": "Castillo Cara", "email": "", "phone": "+12125550142"},
            {Reason.SAME_NAME, Reason.SAME_PHONE, Reason.RARE_NAME},
        ),
        (
            {"name": "Cara Castillo", "company": "Castillo & Sons", "email": ""},
            {"name": "Cara Castilo", "company": "Castillo & Sons", "email": ""},
            {Reason.ALIKE_NAME, Reason.SAME_COMPANY, Reason.RARE_NAME},
        ),
        (
            {"name": "张小明", "email": "xiaoming@one.example"},
            {"name": "张小明", "email": "xiaoming@two.example"},
            {Reason.SAME_NAME, Reason.SAME_LOCAL_PART, Reason.RARE_NAME},
        ),
        (
            {"name": "Cara Castillo", "email": "", "phone": "+12125550142"},
            {"name": "Kara Castillo", "email": "", "phone": "+12125550142"},
            {Reason.ALIKE_NAME, Reason.SAME_PHONE},
        ),
        (
            {"name": "Cara", "email": "family@demo.example", "phone": "+12125550142"},
            {"name": "Carl", "email": "family@demo.example", "phone": "+12125550142"},
            {Reason.SAME_EMAIL, Reason.SAME_PHONE},
        ),
    ],
)
def test_who_could_be_on_file_twice_is_shown_with_the_reasons(
    one: dict[str, Any], other: dict[str, Any], reasons: set[Reason]
) -> None:
    a_customer(**one)
    a_customer(**other)
    [found] = looked()
    assert reasons <= set(found.reasons)
    assert found.score >= doubles.LEAST


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Ann Lee", "phone": "+12125550142"}, {"name": "Bob Ray", "phone": "+12125550142"}),
        ({"name": "Ann Lee", "email": "info@a.example"}, {"name": "Bob Ray", "email": "info@b.example"}),
        ({"name": "Cara Castillo"}, {"name": "Dora Delgado"}),
    ],
)
def test_what_two_people_may_well_share_makes_no_suspicion(one: dict[str, Any], other: dict[str, Any]) -> None:
    a_customer(**one)
    a_customer(**other)
    assert looked() == []


def test_a_name_that_many_have_says_nothing_by_itself() -> None:
    for _ in range(3):
        a_customer(name="John Smith", email="")
    assert looked() == []


def test_only_files_that_were_written_are_looked_at_again() -> None:
    cara = a_customer(name="Cara Castillo", email="", phone="+12125550142")
    a_customer(name="Cara Castillo", email="", phone="+12125550142")
    assert rounds.look_for_customers_twice(clock=lambda: AT) == 2
    assert rounds.look_for_customers_twice(clock=lambda: AT) == 0
    change(cara, replace(file_of(cara), name="Dora Delgado", phones=()))
    assert looked() == []


def test_nobody_is_merged_without_a_person() -> None:
    twins = [a_customer(name="Cara Castillo", phone="+12125550142", email="cara@demo.example") for _ in range(2)]
    looked()
    assert Customer.objects.filter(pk__in=[one.pk for one in twins], merged_into=None).count() == 2


def test_what_was_told_apart_is_never_asked_again(quinn: Employee) -> None:
    cara = a_customer(name="Cara Castillo", phone="+12125550142")
    twin = a_customer(name="Cara Castillo", phone="+12125550142")
    [found] = looked()
    tell_apart(found.pk, by=quinn, at=AT)
    for one in (cara, twin):
        change(one, replace(file_of(one), company="Castillo & Sons"))
    assert looked() == []


def test_what_was_told_apart_stays_apart_after_one_of_them_was_merged(quinn: Employee) -> None:
    cara = a_customer(name="Cara Castillo", phone="+12125550142")
    a_customer(name="Cara Castillo", phone="+12125550142")
    [found] = looked()
    tell_apart(found.pk, by=quinn, at=AT)
    newer = a_customer(name="Cara Castillo", email="cara@work.example")
    merge_customers(newer.pk, cara.pk, by=quinn, at=AT)
    assert looked() == []


def test_an_undone_merge_is_not_suspected_again(quinn: Employee) -> None:
    cara = a_customer(name="Cara Castillo", phone="+12125550142")
    twin = a_customer(name="Cara Castillo", phone="+12125550142")
    merge = merge_customers(cara.pk, twin.pk, by=quinn, at=AT)
    assert looked() == []
    undo_merge(merge.pk, by=quinn, at=AT + timedelta(hours=1))
    assert looked() == []


def test_a_steward_names_two_files_by_hand(quinn: Employee) -> None:
    one, other = a_customer(name="Cara Castillo"), a_customer(name="C. C. Delgado")
    named = name_double(one.pk, other.pk, by=quinn, at=AT)
    assert Reason.NAMED in named.reasons
    assert [found.pk for found in looked()] == [named.pk]
