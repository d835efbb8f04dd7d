"""V2 >= V1 + C: what a remedy should be worth, part by part."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.cases import links
from complaints.cases.queries import timeline_of
from complaints.common.errors import Invalid
from complaints.customers.models import Customer
from complaints.handling.answer_resolution import answer_resolution
from complaints.handling.resolve import resolve
from complaints.remedies.models import TroubleRate
from complaints.remedies.worth import MOST_CONTACTS, MOST_DAYS, Parts, Reckoning, Weights, parts_of, reckon
from complaints.staff.models import Employee
from complaints.standards.models import FailureType, Severity
from tests.factories import a_complaint
from tests.handling.climbing import AT

DOLLARS = Weights.of(
    TroubleRate(
        currency="USD",
        per_contact=Decimal(10),
        per_day=Decimal(5),
        low=Decimal(0),
        medium=Decimal(20),
        high=Decimal(50),
        critical=Decimal(100),
    )
)
cents = st.decimals(min_value=0, max_value=100_000, places=2)
parts = st.builds(
    Parts,
    price=st.none() | cents,
    contacts=st.integers(0, MOST_CONTACTS),
    days=st.integers(0, MOST_DAYS),
    severity=st.sampled_from(Severity),
)


@st.composite
def weights(draw: Any) -> Weights:
    """Weights as they may be kept: none below nothing, and what is worse never less."""
    by_severity = dict(zip(Severity, sorted(draw(st.tuples(*[cents] * len(Severity)))), strict=True))
    return Weights(currency="USD", per_contact=draw(cents), per_day=draw(cents), by_severity=by_severity)


def test_the_price_and_the_trouble_are_added_up() -> None:
    found = reckon(Parts(price=Decimal("180.50"), contacts=3, days=4, severity=Severity.HIGH), DOLLARS)
    assert (found.of_contacts, found.of_days, found.of_severity) == (Decimal(30), Decimal(20), Decimal(50))
    assert (found.trouble, found.least) == (Decimal(100), Decimal("280.50"))


def test_where_the_price_is_not_known_it_is_the_trouble_alone_and_says_so() -> None:
    found = reckon(Parts(contacts=1, days=0, severity=Severity.MEDIUM), DOLLARS)
    assert found.least == found.trouble == 30
    assert found.lines()[0] == ("What they paid", None)


def test_what_was_had_for_nothing_is_known_to_cost_nothing() -> None:
    found = reckon(Parts(price=Decimal(0), contacts=1, days=0, severity=Severity.LOW), DOLLARS)
    assert found.lines()[0][1] is not None
    assert found.least == 10


@given(parts, weights())
def test_it_is_never_less_than_nothing_and_never_less_than_the_price(told: Parts, weighed: Weights) -> None:
    found = reckon(told, weighed)
    assert found.trouble >= 0
    assert found.least >= (told.price or 0)


@given(parts, weights(), st.integers(1, 50), cents)
def test_more_of_any_part_is_never_worth_less(told: Parts, weighed: Weights, more: int, dearer: Decimal) -> None:
    least = reckon(told, weighed).least
    grown = [
        replace(told, price=(told.price or Decimal(0)) + dearer),
        replace(told, contacts=min(told.contacts + more, MOST_CONTACTS)),
        replace(told, days=min(told.days + more, MOST_DAYS)),
        *(replace(told, severity=one) for one in Severity if one > told.severity),
    ]
    assert all(reckon(one, weighed).least >= least for one in grown)


@given(parts, weights())
def test_what_is_kept_with_a_remedy_is_read_as_it_was(told: Parts, weighed: Weights) -> None:
    found = reckon(told, weighed)
    assert Reckoning.of_facts(found.facts()) == found


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("price", Decimal(-1)),
        ("price", Decimal("1.234")),
        ("contacts", -1),
        ("contacts", MOST_CONTACTS + 1),
        ("days", -1),
        ("days", MOST_DAYS + 1),
    ],
)
def test_a_part_that_cannot_be_is_refused_by_name(part: str, value: Any) -> None:
    told = replace(Parts(price=None, contacts=1, days=1, severity=Severity.LOW), **{part: value})
    with pytest.raises(Invalid) as refused:
        reckon(told, DOLLARS)
    assert refused.value.field == part


def test_a_case_tells_how_often_the_customer_came_and_how_long_they_wait(
    fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    case = a_complaint(by=fern, customer=cara, failure_type=late_room.pk, severity=Severity.HIGH, at=AT)

    def told(days: float) -> Parts:
        case.refresh_from_db()
        return parts_of(case, timeline_of(case), price=None, at=AT + timedelta(days=days))

    assert told(0.9) == Parts(price=None, contacts=1, days=0, severity=Severity.HIGH)
    resolve(case.reference, text="A night free.", by=fern, at=AT + timedelta(days=1))
    answer_resolution(links.mint(case, at=AT), solved=False, rating=1, text="No.", at=AT + timedelta(days=2))
    assert told(3) == Parts(price=None, contacts=2, days=3, severity=Severity.HIGH), "what we wrote is no contact"
