from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.escalation.ladder import Ladders, higher, next_rung, position_of, steps_of
from complaints.escalation.models import LadderStep
from complaints.staff.models import Absence, Employee, Role, Tier
from complaints.standards.models import BusinessCalendar
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


@pytest.fixture
def ladders(max_: Employee, vera: Employee) -> Ladders:
    """What was read a moment ago, and has been asked for Harbour Hotel already."""
    read = Ladders(at=AT)
    assert read.next_rung(max_.unit, 0, at=AT) == next_rung(max_.unit, 0, at=AT)
    return read


def of_a_batch(ladders: Ladders, organisation: Organisation, position: int = 0) -> Employee | None:
    rung = ladders.next_rung(organisation.harbour, position, at=AT)
    assert rung is not None
    return rung.responsible


def test_a_batch_gets_the_answers_that_each_would_get(organisation: Organisation, ladders: Ladders) -> None:
    employee("Rita Region", Role.MANAGER, organisation.region)
    LadderStep.objects.create(unit=organisation.region, position=0, name="Desk", tier=Tier.FRONT_LINE)
    LadderStep.objects.create(unit=organisation.region, position=1, name="VP at once", tier=Tier.VP)
    read = Ladders(at=AT)
    for unit in (organisation.harbour, organisation.lakeside, organisation.region, organisation.company):
        for position in range(4):
            for least in (None, Tier.VP):
                assert read.next_rung(unit, position, at=AT, least=least) == next_rung(
                    unit, position, at=AT, least=least
                )


def test_a_batch_asks_one_question_a_case(organisation: Organisation, ladders: Ladders) -> None:
    with CaptureQueriesContext(connection) as queries:
        for _ in range(5):
            of_a_batch(ladders, organisation)
    assert len(queries) == 5


def test_who_left_while_a_batch_ran_gets_nothing_more(
    organisation: Organisation, ladders: Ladders, max_: Employee, vera: Employee
) -> None:
    Employee.objects.filter(pk=max_.pk).update(is_active=False)
    assert of_a_batch(ladders, organisation) == vera


def test_who_became_an_analyst_while_a_batch_ran_gets_nothing_more(
    organisation: Organisation, ladders: Ladders, max_: Employee, vera: Employee
) -> None:
    Employee.objects.filter(pk=max_.pk).update(role=Role.ANALYST)
    assert of_a_batch(ladders, organisation) == vera


def test_who_moved_while_a_batch_ran_gets_nothing_more(
    organisation: Organisation, ladders: Ladders, max_: Employee, vera: Employee
) -> None:
    Employee.objects.filter(pk=max_.pk).update(unit=organisation.lakeside)
    assert of_a_batch(ladders, organisation) == vera


def test_who_went_away_while_a_batch_ran_is_stood_in_for(
    organisation: Organisation, ladders: Ladders, max_: Employee, fern: Employee
) -> None:
    away(max_, stand_in=fern)
    assert of_a_batch(ladders, organisation) == fern


def test_who_came_while_a_batch_ran_is_found_where_nobody_stood(organisation: Organisation) -> None:
    read = Ladders(at=AT)
    assert of_a_batch(read, organisation) is None
    new = employee("Mona Manager", Role.MANAGER, organisation.harbour)
    assert of_a_batch(read, organisation) == new


def test_a_ladder_that_changed_while_a_batch_ran_is_climbed_as_it_is_now(
    organisation: Organisation, ladders: Ladders, max_: Employee, vera: Employee
) -> None:
    for position in (2, 1):
        LadderStep.objects.filter(position=position).update(position=position + 1)
    LadderStep.objects.create(position=1, name="VP at once", tier=Tier.VP)
    assert of_a_batch(ladders, organisation) == vera


def test_a_calendar_that_changed_while_a_batch_ran_is_reckoned_with(organisation: Organisation, max_: Employee) -> None:
    calendar = BusinessCalendar.objects.create(name="Desk", week={"mon": [["09:00", "17:00"]]})
    LadderStep.objects.filter(position=1).update(calendar=calendar)
    read = Ladders(at=AT)
    calendar.week = {"mon": [["09:00", "12:00"]]}
    calendar.save()
    rung = read.next_rung(organisation.harbour, 0, at=AT)
    assert rung is not None
    assert rung.step.calendar is not None
    assert rung.step.calendar.week == calendar.week


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
