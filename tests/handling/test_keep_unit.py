from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from complaints.cases.models import Clock
from complaints.common.errors import ChangedMeanwhile, Invalid, NotFound, NotPermitted
from complaints.customers.models import Customer
from complaints.desk.choices import units
from complaints.escalation.sheets import LadderSheet, StepLine
from complaints.handling.escalate import escalate
from complaints.handling.keep_employee import keep_employee
from complaints.handling.keep_ladder import keep_ladder
from complaints.handling.keep_unit import keep_unit
from complaints.handling.recompute_clocks import changed
from complaints.handling.withdraw import withdraw
from complaints.jobs.tasks import recompute
from complaints.staff.models import Employee, Role, Unit, UnitKind
from complaints.staff.queries import visible_unit, visible_units
from complaints.staff.sheets import EmployeeSheet, UnitSheet
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.handling.climbing import AT, fresh, later


def change(unit: Unit, by: Employee, **facts: Any) -> Unit:
    sheet = UnitSheet.of(Unit.objects.get(pk=unit.pk))
    return keep_unit(unit.pk, sheet=replace(sheet, **facts), by=by, at=AT)


def test_a_new_unit_stands_in_its_place(organisation: Organisation, ada: Employee, vera: Employee) -> None:
    sheet = UnitSheet(
        name="Bar", kind=UnitKind.DEPARTMENT, parent=organisation.harbour.pk, time_zone="UTC", code="harbour-bar"
    )
    bar = keep_unit(None, sheet=sheet, by=ada, at=AT)
    assert bar.ancestor_ids[:-1] == organisation.harbour.ancestor_ids
    assert bar in visible_units(vera)
    with pytest.raises(Invalid) as refused:
        keep_unit(None, sheet=sheet, by=ada, at=AT)
    assert refused.value.field == "code"


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"parent": "harbour"}, "parent"), ({"time_zone": "Mars"}, "time_zone"), ({"name": ""}, "name")],
)
def test_a_place_that_cannot_be_is_refused(
    organisation: Organisation, ada: Employee, facts: dict[str, Any], field: str
) -> None:
    told = {name: organisation.harbour.pk if value == "harbour" else value for name, value in facts.items()}
    with pytest.raises(Invalid) as refused:
        change(organisation.region, ada, **told)
    assert refused.value.field == field


def test_a_unit_that_moves_takes_its_parts_and_their_complaints_to_the_new_ladder(
    organisation: Organisation, fern: Employee, max_: Employee, vera: Employee, cara: Customer, ada: Employee
) -> None:
    west = Unit.objects.create(code="west", name="West", kind=UnitKind.REGION, parent=organisation.company)
    steps = (
        StepLine(name="Desk", tier="front_line"),
        StepLine(name="Duty manager", tier="manager"),
        StepLine(name="Board", tier="vp"),
    )
    other = (steps[0], replace(steps[1], name="First"), replace(steps[0], name="x", tier="manager"), steps[2])
    keep_ladder(west.pk, sheet=LadderSheet(steps=other), by=ada, at=AT)
    case = escalate(
        a_complaint(by=fern, customer=cara, at=AT).reference, reason="Beyond me.", by=fern, at=later(hours=1)
    )
    escalate(case.reference, reason="And him.", by=max_, at=later(hours=2))
    assert fresh(case).step == 2
    change(organisation.harbour, ada, parent=west.pk)
    assert Unit.objects.get(pk=organisation.harbour.pk).ancestor_ids[1] == west.pk
    assert fresh(case).step == 3, "where the VP stands there"


def test_in_another_zone_reminders_are_reckoned_anew(
    organisation: Organisation, fern: Employee, cara: Customer, ada: Employee
) -> None:
    recompute()
    case = a_complaint(by=fern, customer=cara, at=AT)
    before = list(Clock.objects.filter(case=case).order_by("pk").values_list("remind_at", flat=True))
    change(organisation.harbour, ada, time_zone="Asia/Shanghai")
    assert [one.thing for one in changed()] == [organisation.harbour]
    recompute()
    assert list(Clock.objects.filter(case=case).order_by("pk").values_list("remind_at", flat=True)) != before
    assert changed() == []


@pytest.mark.parametrize(
    ("what", "says"), [("public", "public form"), ("case", "still open"), ("people", "still work"), ("parts", "below")]
)
def test_a_unit_where_something_still_goes_on_stays_in_use(
    organisation: Organisation, ada: Employee, cara: Customer, what: str, says: str, request: pytest.FixtureRequest
) -> None:
    unit, facts = organisation.lakeside, {}
    if what == "public":
        facts["takes_public_complaints"] = True
    elif what == "case":
        a_complaint(by=request.getfixturevalue("vera"), customer=cara, unit=unit.pk)
    elif what == "people":
        request.getfixturevalue("otto")
    else:
        unit = organisation.region
    with pytest.raises(Invalid, match=says) as refused:
        change(unit, ada, is_active=False, **facts)
    assert refused.value.field == "is_active"


def test_a_unit_out_of_use_gets_no_new_complaints_and_keeps_its_old_ones(
    organisation: Organisation, ada: Employee, vera: Employee, cara: Customer
) -> None:
    case = a_complaint(by=vera, customer=cara, unit=organisation.lakeside.pk)
    withdraw(case.reference, reason="She said so.", by=vera, at=AT)
    change(organisation.lakeside, ada, is_active=False)
    assert organisation.lakeside.pk not in [pk for pk, _name in units(vera)]
    with pytest.raises(NotFound):
        visible_unit(vera, organisation.lakeside.pk)
    assert organisation.lakeside in visible_units(vera)


def test_only_administrators_keep_units_and_people(organisation: Organisation, vera: Employee, fern: Employee) -> None:
    with pytest.raises(NotPermitted):
        change(organisation.harbour, vera, name="Mine")
    with pytest.raises(NotPermitted):
        keep_employee(fern.pk, sheet=replace(EmployeeSheet.of(fern), role=Role.VP), by=vera, at=AT)


def test_an_employee_is_moved_promoted_and_made_inactive(
    organisation: Organisation, fern: Employee, ada: Employee
) -> None:
    sheet = replace(EmployeeSheet.of(fern), unit=organisation.lakeside.pk, role=Role.MANAGER.value)
    keep_employee(fern.pk, sheet=sheet, by=ada, at=AT)
    keep_employee(fern.pk, sheet=replace(sheet, is_active=False), by=ada, at=AT)
    fern.refresh_from_db()
    assert (fern.unit, fern.role, fern.is_active) == (organisation.lakeside, Role.MANAGER, False)


@pytest.mark.parametrize("facts", [{"is_active": False}, {"role": Role.VP.value}])
def test_the_last_administrator_stays_one(
    organisation: Organisation, ada: Employee, fern: Employee, facts: dict[str, Any]
) -> None:
    sheet = replace(EmployeeSheet.of(ada), **facts)
    with pytest.raises(Invalid, match="only administrator"):
        keep_employee(ada.pk, sheet=sheet, by=ada, at=AT)
    keep_employee(fern.pk, sheet=replace(EmployeeSheet.of(fern), role=Role.ADMINISTRATOR.value), by=ada, at=AT)
    keep_employee(ada.pk, sheet=sheet, by=ada, at=AT)


def test_a_page_that_grew_old_is_refused(organisation: Organisation, ada: Employee) -> None:
    seen = UnitSheet.of(organisation.harbour)
    change(organisation.harbour, ada, name="Harbour House")
    with pytest.raises(ChangedMeanwhile):
        keep_unit(organisation.harbour.pk, sheet=replace(seen, code="hh"), by=ada, at=AT, seen=seen.fingerprint)
