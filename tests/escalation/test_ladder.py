from __future__ import annotations

from complaints.escalation.ladder import higher, next_step
from complaints.staff.models import Employee, Role, Tier
from tests.cast import Organisation, employee


def test_the_ladder_looks_in_the_unit_first_and_then_up(organisation: Organisation, max_: Employee) -> None:
    region_manager = employee("Rita Region", Role.MANAGER, organisation.region)
    at_harbour = next_step(organisation.harbour, Tier.FRONT_LINE)
    at_lakeside = next_step(organisation.lakeside, Tier.FRONT_LINE)
    assert at_harbour is not None
    assert at_lakeside is not None
    assert (at_harbour.responsible, at_lakeside.responsible) == (max_, region_manager)


def test_somebody_who_left_is_passed_over(organisation: Organisation, max_: Employee, vera: Employee) -> None:
    max_.is_active = False
    max_.save()
    step = next_step(organisation.harbour, Tier.FRONT_LINE)
    assert step is not None
    assert (step.tier, step.responsible, step.who) == (Tier.VP, vera, "Vera Vance")


def test_an_empty_organisation_still_has_a_next_tier(organisation: Organisation) -> None:
    step = next_step(organisation.harbour, Tier.FRONT_LINE)
    assert step is not None
    assert (step.tier, step.responsible, step.who) == (Tier.MANAGER, None, "Manager")
    assert next_step(organisation.harbour, Tier.VP) is None


def test_the_higher_of_two_tiers() -> None:
    assert higher(Tier.MANAGER, Tier.FRONT_LINE) == Tier.MANAGER
    assert higher(Tier.FRONT_LINE, Tier.VP) == Tier.VP
    assert higher(Tier.MANAGER, None) == Tier.MANAGER
