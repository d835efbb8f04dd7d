"""Which promise a case is given: the most specific one in force, by the written rule."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from complaints.cases.models import Channel
from complaints.common.rulebook import edition
from complaints.customers.models import Customer
from complaints.staff.models import Employee
from complaints.standards.models import (
    ClockKind,
    Complainer,
    FailureType,
    RecoveryStandard,
    Severity,
    StandardVersion,
    Target,
)
from complaints.standards.selection import UNWRITTEN, Circumstances, promise_for
from tests.cast import LONG_AGO, Organisation
from tests.factories import a_complaint
from tests.handling.climbing import AT, clock_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_promised_yet(db: None) -> None:
    Target.objects.all().delete()
    StandardVersion.objects.all().delete()
    RecoveryStandard.objects.all().delete()


def standard(name: str, *, minutes: int = 60, **conditions: Any) -> StandardVersion:
    """A standard in force with one target."""
    made = RecoveryStandard.objects.create(name=name, **conditions)
    version = StandardVersion.objects.create(standard=made, number=1, made_at=LONG_AGO)
    Target.objects.create(version=version, kind=ClockKind.RESOLVE, minutes=minutes)
    return version


def chosen(organisation: Organisation, kind: FailureType | None, **facts: Any) -> str:
    """The name of what a case of Harbour Hotel is promised."""
    of_case = {"severity": Severity.HIGH, "complainer": "irate", "customer_group": "gold", "channel": Channel.PHONE}
    told: dict[str, Any] = {**of_case, **facts}
    version = promise_for(
        Circumstances(failure_type=kind, units=organisation.harbour.ancestor_ids, **told), edition()
    ).version
    return "" if version is None else version.standard.name


def test_each_condition_outweighs_all_that_come_after_it(organisation: Organisation, late_room: FailureType) -> None:
    closer_and_closer: list[dict[str, Any]] = [
        {},
        {"channel": Channel.PHONE},
        {"customer_group": "gold"},
        {"customer_group": "gold", "channel": Channel.PHONE},
        {"severity": Severity.HIGH},
        {"severity": Severity.HIGH, "customer_group": "gold", "channel": Channel.PHONE},
        {"complainer": Complainer.IRATE},
        {"complainer": Complainer.IRATE, "severity": Severity.HIGH},
        {"unit": organisation.company},
        {"unit": organisation.region},
        {"unit": organisation.harbour},
        {"unit": organisation.harbour, "severity": Severity.HIGH},
        {"failure_type": late_room.parent},
        {"failure_type": late_room.parent, "unit": organisation.harbour, "severity": Severity.HIGH},
        {"failure_type": late_room},
    ]
    for number, conditions in enumerate(closer_and_closer):
        standard(f"{number}", **conditions)
        assert chosen(organisation, late_room) == f"{number}"


def test_one_condition_that_does_not_fit_is_enough_to_pass_it_over(
    organisation: Organisation, late_room: FailureType
) -> None:
    standard("any")
    standard("lakeside", unit=organisation.lakeside)
    standard("low", failure_type=late_room, severity=Severity.LOW)
    standard("silver", customer_group="silver")
    standard("counter", channel=Channel.COUNTER)
    standard("at war", complainer=Complainer.ACTIVIST)
    assert chosen(organisation, late_room) == "any"
    assert chosen(organisation, None, customer_group="silver") == "silver"


def test_an_area_fits_its_failures_and_a_failure_not_its_area(
    organisation: Organisation, late_room: FailureType
) -> None:
    standard("area", failure_type=late_room.parent)
    standard("failure", failure_type=late_room)
    assert chosen(organisation, late_room) == "failure"
    assert chosen(organisation, late_room.parent) == "area"
    assert chosen(organisation, None) == ""


def test_two_in_force_with_the_same_conditions_are_refused(late_room: FailureType) -> None:
    RecoveryStandard.objects.create(name="one", failure_type=late_room, is_active=False)
    RecoveryStandard.objects.create(name="two", failure_type=late_room)
    with pytest.raises(IntegrityError, match="one_standard_for_the_same_cases"):
        RecoveryStandard.objects.create(name="three", failure_type=late_room)


def test_one_out_of_force_or_without_targets_promises_nothing(
    organisation: Organisation, late_room: FailureType
) -> None:
    standard("any")
    old = standard("old", failure_type=late_room)
    RecoveryStandard.objects.filter(pk=old.standard_id).update(is_active=False)
    empty = RecoveryStandard.objects.create(name="empty", unit=organisation.harbour)
    StandardVersion.objects.create(standard=empty, number=1, made_at=LONG_AGO)
    assert chosen(organisation, late_room) == "any"


def test_where_nothing_is_written_a_case_still_has_deadlines(organisation: Organisation) -> None:
    told = Circumstances(failure_type=None, units=[], severity=Severity.LOW, customer_group="", channel="web")
    promise = promise_for(told, edition())
    assert promise.version is None
    assert [(target.kind, target.minutes) for target in promise.targets] == list(UNWRITTEN)


def test_a_case_keeps_the_version_it_was_promised(organisation: Organisation, fern: Employee, cara: Customer) -> None:
    first = standard("any", minutes=600)
    before = a_complaint(by=fern, customer=cara, at=AT)
    StandardVersion.objects.filter(pk=first.pk).update(is_current=False)
    second = StandardVersion.objects.create(standard=first.standard, number=2, made_at=AT)
    Target.objects.create(version=second, kind=ClockKind.RESOLVE, minutes=60)
    after = a_complaint(by=fern, customer=cara, at=AT)
    before.refresh_from_db()
    assert (before.standard, after.standard) == (first, second)
    assert clock_of(before, ClockKind.RESOLVE).due_at > clock_of(after, ClockKind.RESOLVE).due_at
    with pytest.raises(IntegrityError, match="one_current_version"):
        StandardVersion.objects.create(standard=first.standard, number=3, made_at=AT)
