from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from complaints.common.errors import ChangedMeanwhile, Invalid, NotPermitted
from complaints.customers.models import Customer
from complaints.handling.keep_calendar import keep_calendar
from complaints.handling.keep_service_standard import keep_service_standard
from complaints.handling.keep_standard import keep_standard
from complaints.staff.models import Employee, Setting, SettingChange
from complaints.standards.models import FailureType, RecoveryStandard, Severity, StandardVersion, Target
from complaints.standards.sheets import ServiceSheet, StandardSheet, TargetLine
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.handling.climbing import AT, fresh, later
from tests.handling.test_keep_calendar import OFFICE

FAST = TargetLine(kind="acknowledge", minutes=30, reminders="50% responsible")
FINAL = TargetLine(kind="resolve", label="Final response", minutes=8 * 7 * 24 * 60)


@pytest.fixture
def rooms(ada: Employee, late_room: FailureType, organisation: Organisation) -> RecoveryStandard:
    sheet = StandardSheet(name="Rooms", failure_type=late_room.pk, targets=(FAST, FINAL))
    return keep_standard(None, sheet=sheet, by=ada, at=AT)


def sheet_of(standard: RecoveryStandard) -> StandardSheet:
    return StandardSheet.of_standard(RecoveryStandard.objects.get(pk=standard.pk))


def change(standard: RecoveryStandard, by: Employee, **facts: Any) -> RecoveryStandard:
    return keep_standard(standard.pk, sheet=replace(sheet_of(standard), **facts), by=by, at=later(days=1))


def test_a_new_standard_holds_for_the_complaints_it_names(
    rooms: RecoveryStandard, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT, failure_type=late_room.pk)
    assert case.standard is not None
    assert (case.standard.standard, case.standard.number, case.due_at) == (rooms, 1, later(minutes=30))
    assert sheet_of(rooms).targets == (FAST, FINAL)


def test_other_targets_make_a_new_version_and_complaints_keep_theirs(
    rooms: RecoveryStandard, ada: Employee, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    before = a_complaint(by=fern, customer=cara, at=AT, failure_type=late_room.pk)
    change(rooms, ada, targets=(replace(FAST, minutes=60),))
    after = a_complaint(by=fern, customer=cara, at=AT, failure_type=late_room.pk)
    assert [fresh(one).standard.number for one in (before, after)] == [1, 2]  # type: ignore[union-attr]
    assert (fresh(before).due_at, after.due_at) == (later(minutes=30), later(minutes=60))
    old, new = StandardVersion.objects.filter(standard=rooms).order_by("number")
    assert (old.is_current, new.is_current, new.made_by, new.made_at) == (False, True, ada.name, later(days=1))
    assert Target.objects.filter(version=old).count() == 2


def test_another_name_or_condition_makes_no_version(
    rooms: RecoveryStandard, ada: Employee, late_room: FailureType
) -> None:
    change(rooms, ada, name="Late rooms", severity=Severity.HIGH.value)
    assert StandardVersion.objects.filter(standard=rooms).count() == 1
    noted = SettingChange.objects.filter(setting=Setting.STANDARD, key=rooms.pk).latest("pk")
    assert noted.facts == {"name": ["Rooms", "Late rooms"], "severity": ["", "3"]}


def test_two_equally_specific_ones_are_refused_with_a_sentence(
    rooms: RecoveryStandard, ada: Employee, late_room: FailureType
) -> None:
    twin = StandardSheet(name="Rooms too", failure_type=late_room.pk, targets=(FAST,))
    with pytest.raises(Invalid, match="names exactly the same cases"):
        keep_standard(None, sheet=twin, by=ada, at=AT)
    keep_standard(None, sheet=replace(twin, is_active=False), by=ada, at=AT)


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        ((), "at least one deadline"),
        ((FAST, replace(FAST, minutes=60)), "for the same"),
        ((replace(FAST, calendar="Nowhere"),), "no calendar “Nowhere”"),
        ((replace(FAST, reminders="50% everybody"),), "is not a reminder"),
        ((replace(FAST, kind="tier"),), "not a valid choice"),
        ((replace(FAST, minutes=0),), "is violated"),
    ],
)
def test_targets_that_promise_nothing_clear_are_refused(
    rooms: RecoveryStandard, ada: Employee, targets: tuple[TargetLine, ...], says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        change(rooms, ada, targets=targets)


def test_a_target_runs_in_the_calendar_it_names(rooms: RecoveryStandard, ada: Employee) -> None:
    office = keep_calendar(None, sheet=OFFICE, by=ada, at=AT)
    change(rooms, ada, targets=(replace(FAST, calendar="Office"),))
    assert Target.objects.get(version__standard=rooms, version__is_current=True).calendar == office


def test_a_page_that_grew_old_loses_nobodys_targets(rooms: RecoveryStandard, ada: Employee) -> None:
    seen = sheet_of(rooms)
    change(rooms, ada, targets=(replace(FAST, minutes=60),))
    with pytest.raises(ChangedMeanwhile):
        keep_standard(rooms.pk, sheet=replace(seen, name="Late"), by=ada, at=AT, seen=seen.fingerprint)
    assert sheet_of(rooms).targets == (replace(FAST, minutes=60),)


def test_only_administrators_keep_standards(rooms: RecoveryStandard, vera: Employee) -> None:
    with pytest.raises(NotPermitted):
        change(rooms, vera, name="Mine")
    with pytest.raises(NotPermitted):
        keep_service_standard(None, sheet=ServiceSheet(name="Room", promise="Ready at three"), by=vera, at=AT)


def test_what_customers_are_promised_is_kept(ada: Employee, late_room: FailureType) -> None:
    sheet = ServiceSheet(name="Room", promise="Ready at three", failure_type=late_room.pk)
    kept = keep_service_standard(None, sheet=sheet, by=ada, at=AT)
    keep_service_standard(kept.pk, sheet=replace(sheet, is_active=False), by=ada, at=AT)
    kept.refresh_from_db()
    assert (kept.promise, kept.failure_type, kept.is_active) == ("Ready at three", late_room, False)
    with pytest.raises(Invalid) as refused:
        keep_service_standard(None, sheet=sheet, by=ada, at=AT)
    assert refused.value.field == "name"
