from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from complaints.staff.models import Employee, Unit, UnitKind
from complaints.staff.queries import catch_all, colleagues, visible_units
from tests.cast import Organisation


def test_below_a_unit_is_the_unit_and_everything_under_it(organisation: Organisation) -> None:
    below = set(Unit.objects.below(organisation.region))
    assert below == {organisation.region, organisation.harbour, organisation.lakeside}
    assert list(Unit.objects.above(organisation.harbour)) == [
        organisation.harbour,
        organisation.region,
        organisation.company,
    ]


def test_a_unit_that_moves_takes_its_parts_along(organisation: Organisation) -> None:
    west = Unit.objects.create(code="west", name="Region West", kind=UnitKind.REGION, parent=organisation.company)
    desk = Unit.objects.create(code="desk", name="Desk", kind=UnitKind.DEPARTMENT, parent=organisation.harbour)
    organisation.harbour.parent = west
    organisation.harbour.save()
    assert set(Unit.objects.below(west)) == {west, organisation.harbour, desk}
    assert desk not in Unit.objects.below(organisation.region)


def test_a_unit_is_no_part_of_itself_and_lives_in_a_real_zone(organisation: Organisation) -> None:
    organisation.company.parent = organisation.harbour
    with pytest.raises(ValidationError):
        organisation.company.clean()
    organisation.lakeside.time_zone = "Mars/Olympus"
    with pytest.raises(ValidationError):
        organisation.lakeside.clean()


def test_front_line_stands_in_its_unit_and_others_above_what_is_below(
    organisation: Organisation, fern: Employee, max_: Employee, vera: Employee, otto: Employee
) -> None:
    assert list(visible_units(fern)) == [organisation.harbour]
    assert set(visible_units(vera)) == set(Unit.objects.all())
    assert list(colleagues(organisation.harbour)) == [fern, max_, vera]


def test_the_catch_all_is_the_unit_that_takes_public_complaints(organisation: Organisation) -> None:
    assert catch_all() == organisation.harbour
