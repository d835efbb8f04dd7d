from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from complaints.escalation.ladder import higher, next_rung, position_of, steps_of
from complaints.escalation.models import LadderStep
from complaints.staff.models import Absence, Employee, Role, Tier
from tests.cast import Organisation, employee

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def away(person: Employee, stand_in: Employee | None = None) -> None:
    """Let somebody be away for the week around AT."""
    week = timedelta(days=3)
    Absence.objects.create(employee=person, since=AT - week, until=AT + week, stand_in=stand_in)


def who(organisation: Organisation, position: int = 0) -> str:
    """Who is next for Harbour Hotel."""
    rung = next_rung(organisation.harbour, position, at=AT)
    return rung.who if rung else ""


def test_the_usual_ladder_is_front_line_manager_vp(organisation: Organisation) -> None:
    assert [step.tier for step in steps_of(organisation.harbour)] == [Tier.FRONT_LINE, Tier.MANAGER, Tier.VP]
    assert position_of(organisation.harbour, Tier.VP) == 2


def test_a_unit_takes_the_ladder_of_the_nearest_unit_that_has_one(organisation: Organisation) -> None:
    LadderStep.objects.create(unit=organisation.region, position=0, name="Desk", tier=Tier.FRONT_LINE)
    LadderStep.objects.create(unit=organisation.region, position=1, name="VP at once", tier=Tier.VP)
    assert [step.name for step in steps_of(organisation.harbour)] == ["Desk", "VP at once"]
    assert [step.name for step in steps_of(organisation.company)] == ["Front line", "Manager", "VP"]


def test_the_ladder_looks_in_the_unit_first_and_then_up(organisation: Organisation, max_: Employee) -> None:
    region_manager = employee("Rita Region", Role.MANAGER, organisation.region)
    at_lakeside = next_rung(organisation.lakeside, 0, at=AT)
    assert who(organisation) == max_.name
    assert at_lakeside is not None
    assert at_lakeside.responsible == region_manager


def test_somebody_who_left_is_passed_over(organisation: Organisation, max_: Employee, vera: Employee) -> None:
    max_.is_active = False
    max_.save()
    assert who(organisation) == vera.name


def test_somebody_who_is_away_is_stood_in_for_or_passed_over(
    organisation: Organisation, fern: Employee, max_: Employee, vera: Employee
) -> None:
    away(max_, stand_in=fern)
    assert who(organisation) == fern.name
    away(fern)
    assert who(organisation) == vera.name


def test_two_who_stand_in_for_each_other_answer_for_nobody(
    organisation: Organisation, max_: Employee, vera: Employee
) -> None:
    mona = employee("Mona Manager", Role.MANAGER, organisation.lakeside)
    away(max_, stand_in=mona)
    away(mona, stand_in=max_)
    assert who(organisation) == vera.name


def test_an_empty_organisation_still_has_a_next_step(organisation: Organisation) -> None:
    rung = next_rung(organisation.harbour, 0, at=AT)
    assert rung is not None
    assert (rung.step.tier, rung.responsible, rung.who) == (Tier.MANAGER, None, "Manager")
    assert next_rung(organisation.harbour, 2, at=AT) is None


def test_the_last_step_may_be_outside(organisation: Organisation, vera: Employee) -> None:
    LadderStep.objects.create(position=3, name="The ombudsman", contact="ombudsman.example, +1 800 555 0100")
    rung = next_rung(organisation.harbour, 2, at=AT)
    assert rung is not None
    assert (rung.step.is_outside, rung.responsible) == (True, None)
    assert who(organisation, 1) == vera.name, "the steps inside come first"


def test_what_cannot_wait_passes_over_the_lower_steps(
    organisation: Organisation, max_: Employee, vera: Employee
) -> None:
    rung = next_rung(organisation.harbour, 0, at=AT, least=Tier.VP)
    assert rung is not None
    assert rung.responsible == vera


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (Tier.MANAGER, Tier.FRONT_LINE, Tier.MANAGER),
        (Tier.FRONT_LINE, Tier.VP, Tier.VP),
        (Tier.MANAGER, None, Tier.MANAGER),
    ],
)
def test_the_higher_of_two_tiers(one: Tier, other: Tier | None, wanted: Tier) -> None:
    assert higher(one, other) == wanted
