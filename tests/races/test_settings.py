"""Two administrators at the same setting in the same instant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from complaints.common.errors import ChangedMeanwhile, Invalid
from complaints.escalation.sheets import LadderSheet
from complaints.escalation.standing import own_steps
from complaints.handling.keep_absence import keep_absence
from complaints.handling.keep_calendar import keep_calendar
from complaints.handling.keep_ladder import keep_ladder
from complaints.handling.keep_standard import keep_standard
from complaints.handling.keep_unit import keep_unit
from complaints.staff.models import Absence, Employee, SettingChange, Unit
from complaints.staff.sheets import UnitSheet
from complaints.standards.calendars import hours_of
from complaints.standards.models import BusinessCalendar, RecoveryStandard, StandardVersion
from complaints.standards.sheets import CalendarSheet, StandardSheet
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.handling.climbing import AT
from tests.handling.test_keep_absence import away
from tests.handling.test_keep_calendar import OFFICE
from tests.handling.test_keep_standard import FAST
from tests.races.meeting import meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def refused(outcomes: object) -> list[type]:
    return [type(one) for one in outcomes if isinstance(one, Exception)]  # type: ignore[attr-defined]


def test_of_two_who_change_one_calendar_the_second_is_asked_to_look(ada: Employee) -> None:
    office = keep_calendar(None, sheet=OFFICE, by=ada, at=AT)
    seen = CalendarSheet.of_calendar(office)
    outcomes = meet(
        *[
            lambda line=line: keep_calendar(
                office.pk, sheet=replace(seen, mon=line), by=ada, at=AT, seen=seen.fingerprint
            )
            for line in ("08:00-12:00", "13:00-18:00")
        ]
    )
    assert [issubclass(one, ChangedMeanwhile) for one in refused(outcomes)] == [True]
    assert SettingChange.objects.count() == 2
    kept = BusinessCalendar.objects.get()
    assert hours_of(kept).week == kept.to_hours().week


def test_the_same_standard_entered_twice_at_once_is_there_once(ada: Employee, organisation: Organisation) -> None:
    RecoveryStandard.objects.update(is_active=False)
    sheet = StandardSheet(name="All", targets=(FAST,))
    outcomes = meet(*[lambda: keep_standard(None, sheet=sheet, by=ada, at=AT)] * 4)
    assert refused(outcomes) == 3 * [Invalid]
    assert RecoveryStandard.objects.filter(is_active=True).count() == 1


def test_two_versions_at_once_are_numbered_one_after_the_other(ada: Employee, organisation: Organisation) -> None:
    RecoveryStandard.objects.update(is_active=False)
    sheet = StandardSheet(name="All", targets=(FAST,))
    standard = keep_standard(None, sheet=sheet, by=ada, at=AT)
    meet(
        *[
            lambda n=n: keep_standard(
                standard.pk, sheet=replace(sheet, targets=(replace(FAST, minutes=n),)), by=ada, at=AT
            )
            for n in (60, 90, 120)
        ]
    )
    versions = StandardVersion.objects.filter(standard=standard)
    assert sorted(versions.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert versions.filter(is_current=True).count() == 1


def test_two_who_move_units_into_each_other_make_no_ring(ada: Employee, organisation: Organisation) -> None:
    one, other = organisation.harbour, organisation.lakeside

    def move(unit: Unit, to: Unit) -> Unit:
        return keep_unit(unit.pk, sheet=replace(UnitSheet.of(unit), parent=to.pk), by=ada, at=AT)

    outcomes = meet(lambda: move(one, other), lambda: move(other, one))
    assert refused(outcomes) == [Invalid]
    assert len(Unit.objects.get(pk=one.pk).ancestor_ids) + len(Unit.objects.get(pk=other.pk).ancestor_ids) == 7


def test_two_who_change_one_ladder_leave_a_whole_one(ada: Employee, organisation: Organisation) -> None:
    seen = LadderSheet.of_steps(own_steps(None))
    front, manager, vp = seen.steps
    outcomes = meet(
        lambda: keep_ladder(None, sheet=LadderSheet(steps=(front, vp)), by=ada, at=AT, seen=seen.fingerprint),
        lambda: keep_ladder(None, sheet=LadderSheet(steps=(front, manager)), by=ada, at=AT, seen=seen.fingerprint),
    )
    assert len(refused(outcomes)) == 1
    assert [step.position for step in own_steps(None)] == [0, 1]


def test_the_same_absence_sent_eight_times_at_once_is_one(fern: Employee) -> None:
    outcomes = meet(*[lambda: keep_absence(None, sheet=away(fern), by=fern, at=AT)] * 8)
    assert refused(outcomes) == []
    assert Absence.objects.count() == 1


def test_an_administrator_is_no_obstacle_to_who_files(ada: Employee, fern: Employee) -> None:
    """The lock of the settings and of a ladder is none that filing a complaint would wait for."""
    with transaction.atomic():
        seen = LadderSheet.of_steps(own_steps(None))
        front, manager, vp = seen.steps
        keep_ladder(None, sheet=LadderSheet(steps=(front, replace(manager, minutes=60), vp)), by=ada, at=AT)
        (outcome,) = meet(lambda: a_complaint(by=fern, at=AT))
    assert not isinstance(outcome, Exception), outcome
