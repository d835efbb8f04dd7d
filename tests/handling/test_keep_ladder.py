from __future__ import annotations

from dataclasses import replace

import pytest

from complaints.cases.models import Case
from complaints.common.errors import ChangedMeanwhile, Invalid, NotFound, NotPermitted
from complaints.customers.models import Customer
from complaints.escalation.ladder import steps_of
from complaints.escalation.models import LadderStep, UrgentRule
from complaints.escalation.sheets import LadderSheet, StepLine, UrgentSheet
from complaints.escalation.standing import own_steps
from complaints.handling.escalate import escalate
from complaints.handling.keep_ladder import keep_ladder
from complaints.handling.keep_urgent_rule import keep_urgent_rule
from complaints.staff.models import Employee, SettingChange, Tier, Unit
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.handling.climbing import AT, fresh, later

DESK = StepLine(name="Desk", tier="front_line")
LEAD = StepLine(name="Duty manager", tier="manager", minutes=60)
MANAGER = StepLine(name="Manager", tier="manager", minutes=24 * 60)
BOARD = StepLine(name="Board", tier="vp")
OUTSIDE = StepLine(name="The ombudsman", contact="ombudsman.example")


def keep(unit: Unit | None, *steps: StepLine, by: Employee) -> list[LadderStep]:
    return keep_ladder(unit.pk if unit else None, sheet=LadderSheet(steps=steps), by=by, at=AT)


def sheet_of(unit: Unit | None) -> LadderSheet:
    return LadderSheet.of_steps(own_steps(unit))


@pytest.fixture
def with_max(fern: Employee, max_: Employee, vera: Employee, cara: Customer) -> Case:
    """A complaint that stands on the manager's step."""
    case = a_complaint(by=fern, customer=cara, at=AT)
    return escalate(case.reference, reason="Beyond me.", by=fern, at=later(hours=1))


def test_a_unit_gets_a_ladder_of_its_own_and_gives_it_back(organisation: Organisation, ada: Employee) -> None:
    keep(organisation.region, DESK, LEAD, BOARD, OUTSIDE, by=ada)
    assert [str(step) for step in steps_of(organisation.harbour)] == ["Desk", "Duty manager", "Board", "The ombudsman"]
    assert [step.position for step in steps_of(organisation.harbour)] == [0, 1, 2, 3]
    assert [str(step) for step in steps_of(organisation.company)] == ["Front line", "Manager", "VP"]
    keep(organisation.region, by=ada)
    assert [str(step) for step in steps_of(organisation.harbour)] == ["Front line", "Manager", "VP"]


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ((MANAGER, BOARD), "begins with the front line"),
        ((DESK, BOARD, MANAGER), "above one of a higher tier"),
        ((DESK, OUTSIDE, BOARD), "above one of a higher tier"),
        ((DESK, StepLine(name="Nobody knows")), "how customers reach it"),
        ((DESK, replace(MANAGER, contact="Call us")), "how customers reach it"),
        ((DESK, replace(MANAGER, calendar="Nowhere")), "no calendar"),
        ((DESK, replace(MANAGER, name="")), "blank"),
    ],
)
def test_a_ladder_that_nobody_could_climb_is_refused(
    organisation: Organisation, ada: Employee, steps: tuple[StepLine, ...], says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        keep(organisation.harbour, *steps, by=ada)


def test_the_whole_organisation_never_goes_without(organisation: Organisation, ada: Employee) -> None:
    with pytest.raises(Invalid, match="needs steps"):
        keep(None, by=ada)


def test_a_complaint_follows_its_step_to_its_new_place(
    organisation: Organisation, with_max: Case, vera: Employee, fern: Employee, ada: Employee
) -> None:
    front, manager, vp = sheet_of(None).steps
    keep(None, front, LEAD, manager, vp, by=ada)
    now = fresh(with_max)
    assert (now.step, now.responsible, now.version) == (2, with_max.responsible, with_max.version)
    escalate(with_max.reference, reason="And beyond him.", by=fern, at=later(hours=2))
    assert fresh(with_max).responsible == vera, "the step above its own comes next, not its own again"


def test_a_complaint_whose_step_is_gone_goes_on_from_the_same_tier_or_below(
    organisation: Organisation, with_max: Case, ada: Employee
) -> None:
    keep(organisation.harbour, DESK, replace(LEAD, name="First"), replace(LEAD, name="Second"), BOARD, by=ada)
    assert fresh(with_max).step == 1
    keep(organisation.harbour, DESK, BOARD, by=ada)
    assert fresh(with_max).step == 0
    keep(organisation.harbour, by=ada)
    assert fresh(with_max).step == 0


def test_complaints_of_other_ladders_stay_where_they_are(
    organisation: Organisation, with_max: Case, ada: Employee
) -> None:
    keep(organisation.lakeside, DESK, LEAD, MANAGER, BOARD, by=ada)
    assert fresh(with_max).step == 1
    keep(organisation.harbour, *(replace(one, key=None) for one in sheet_of(None).steps), by=ada)
    front, manager, vp = sheet_of(None).steps
    keep(None, front, LEAD, manager, vp, by=ada)
    assert fresh(with_max).step == 1, "it has a ladder nearer to it"


def test_steps_that_change_places_never_meet_on_one(organisation: Organisation, ada: Employee) -> None:
    keep(organisation.harbour, DESK, LEAD, MANAGER, BOARD, by=ada)
    desk, lead, manager, board = sheet_of(organisation.harbour).steps
    keep(organisation.harbour, desk, manager, lead, board, by=ada)
    assert sheet_of(organisation.harbour).steps == (desk, manager, lead, board), "the very same rows"


def test_a_page_that_grew_old_is_refused(organisation: Organisation, ada: Employee) -> None:
    seen = sheet_of(None)
    front, manager, vp = seen.steps
    keep(None, front, replace(manager, minutes=60), vp, by=ada)
    other = LadderSheet(steps=(front, replace(manager, name="Boss"), vp))
    with pytest.raises(ChangedMeanwhile):
        keep_ladder(None, sheet=other, by=ada, at=AT, seen=seen.fingerprint)


def test_what_was_changed_is_written_down_in_words(organisation: Organisation, ada: Employee) -> None:
    keep(organisation.harbour, DESK, LEAD, by=ada)
    noted = SettingChange.objects.latest("pk")
    assert (noted.name, noted.facts) == ("Harbour Hotel", {"steps": ["", "Desk\nDuty manager · 1 h"]})


def test_only_administrators_keep_ladders(organisation: Organisation, vera: Employee) -> None:
    with pytest.raises(NotPermitted):
        keep(organisation.company, DESK, BOARD, by=vera)
    with pytest.raises(NotPermitted):
        keep_urgent_rule(None, sheet=UrgentSheet(name="Press", words="press", tier="vp"), by=vera, at=AT)


def test_a_unit_that_is_not_there_has_no_ladder(ada: Employee) -> None:
    with pytest.raises(NotFound):
        keep_ladder(999_999, sheet=LadderSheet(steps=(DESK,)), by=ada, at=AT)


def test_an_urgent_rule_holds_for_what_is_said_from_then_on(
    fern: Employee, max_: Employee, vera: Employee, ada: Employee
) -> None:
    before = a_complaint(by=fern, at=AT, what_happened="I will go to the press.")
    rule = keep_urgent_rule(None, sheet=UrgentSheet(name="Press", words="the press", tier=Tier.VP), by=ada, at=AT)
    after = a_complaint(by=fern, at=AT, what_happened="I will go to the press.")
    assert (fresh(before).tier, fresh(after).tier) == (Tier.FRONT_LINE, Tier.VP)
    keep_urgent_rule(rule.pk, sheet=replace(UrgentSheet.of(rule), is_active=False), by=ada, at=AT)
    assert not UrgentRule.objects.filter(is_active=True).exists()
    with pytest.raises(Invalid, match="Name words"):
        keep_urgent_rule(rule.pk, sheet=UrgentSheet(name="Press", tier=Tier.VP), by=ada, at=AT)
