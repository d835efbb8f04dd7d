"""Which playbook stands beside a case, and which sum it proposes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from complaints.common.rulebook import edition
from complaints.customers.models import Language
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Advice, Playbook, PlaybookVersion
from complaints.remedies.playbooks import advised, playbook_for, weights_in
from complaints.remedies.worth import Parts, Reckoning
from complaints.standards.models import FailureType, Severity
from tests.remedies.purse import LONG_AGO, a_trouble_rate

pytestmark = pytest.mark.django_db


def a_playbook(name: str, **facts: Any) -> PlaybookVersion:
    """In force, advising a voucher."""
    playbook = Playbook.objects.create(name=name, **facts)
    version = PlaybookVersion.objects.create(playbook=playbook, number=1, made_at=LONG_AGO, apology="We are sorry.")
    Advice.objects.create(version=version, kind=RemedyKind.VOUCHER, least=50, most=150, currency="USD")
    return version


def chosen(kind: FailureType | None, severity: Severity = Severity.HIGH) -> str:
    found = playbook_for(kind, severity, edition())
    return found.version.playbook.name if found else ""


def test_the_most_specific_one_is_shown(late_room: FailureType) -> None:
    assert not chosen(late_room)
    closer_and_closer: list[tuple[str, dict[str, Any]]] = [
        ("any", {}),
        ("severe", {"severity": Severity.HIGH}),
        ("rooms", {"failure_type": late_room.parent}),
        ("rooms, severe", {"failure_type": late_room.parent, "severity": Severity.HIGH}),
        ("late", {"failure_type": late_room}),
        ("late, severe", {"failure_type": late_room, "severity": Severity.HIGH}),
    ]
    for name, facts in closer_and_closer:
        a_playbook(name, **facts)
        assert chosen(late_room) == name
    assert chosen(late_room, Severity.LOW) == "late"
    assert chosen(late_room.parent, Severity.LOW) == "rooms"
    assert chosen(None) == "severe"


def test_one_that_is_not_in_force_is_not_shown(late_room: FailureType) -> None:
    version = a_playbook("late", failure_type=late_room)
    Playbook.objects.filter(pk=version.playbook_id).update(is_active=False)
    assert not chosen(late_room)


def test_it_is_read_once_for_an_edition(late_room: FailureType) -> None:
    a_playbook("late", failure_type=late_room)
    a_trouble_rate()
    mark = edition()
    playbook_for(late_room, 2, mark)
    weights_in("USD", mark)
    with CaptureQueriesContext(connection) as asked:
        playbook_for(late_room, 3, mark)
        weights_in("EUR", mark)
    assert not asked.captured_queries


def test_two_for_the_same_cases_are_refused_by_the_database(late_room: FailureType) -> None:
    a_playbook("any")
    with pytest.raises(IntegrityError):
        a_playbook("any, again")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE complaints_playbookversion SET apology = 'Nothing.'",
        "DELETE FROM complaints_playbookversion",
        "UPDATE complaints_advice SET most = 900",
        "DELETE FROM complaints_advice",
    ],
)
def test_what_a_version_said_stays_as_it_was(sql: str) -> None:
    a_playbook("any")
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Advice.objects.get().version.apology == "We are sorry."


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": RemedyKind.VOUCHER},
        {"kind": RemedyKind.VOUCHER, "least": 50, "most": 20, "currency": "USD"},
        {"kind": RemedyKind.VOUCHER, "least": 0, "most": 20, "currency": "USD"},
        {"kind": RemedyKind.VOUCHER, "least": 10, "most": 20},
        {"kind": RemedyKind.VOUCHER, "most": 20, "currency": "USD"},
        {"kind": RemedyKind.APOLOGY, "least": 10, "most": 20, "currency": "USD"},
    ],
)
def test_a_range_that_is_none_is_refused_by_the_database(facts: dict[str, Any]) -> None:
    version = a_playbook("any")
    with pytest.raises(IntegrityError):
        Advice.objects.create(version=version, **facts)


def test_weights_that_make_what_is_worse_cheaper_are_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError):
        a_trouble_rate(high=10, medium=20)


@pytest.mark.parametrize(("worth", "proposed"), [(20, 50), (70, 70), (400, 150), (None, 50)])
def test_the_sum_that_is_proposed_stays_within_the_range(worth: int | None, proposed: int) -> None:
    advice = a_playbook("any").advice.get()
    nothing = Decimal(0)
    reckoning = worth and Reckoning(
        currency="USD",
        parts=Parts(price=Decimal(worth), contacts=0, days=0, severity=Severity.LOW),
        per_contact=nothing,
        per_day=nothing,
        of_severity=nothing,
    )
    assert advised(advice, reckoning or None) == proposed


def test_an_apology_proposes_no_sum() -> None:
    assert advised(Advice(kind=RemedyKind.APOLOGY), None) is None


def test_nobody_is_given_words_in_a_language_that_is_not_theirs() -> None:
    a_playbook("any")
    found = playbook_for(None, 2, edition())
    assert found is not None
    assert (found.apology(Language.ENGLISH), found.apology(Language.CHINESE)) == ("We are sorry.", "")
