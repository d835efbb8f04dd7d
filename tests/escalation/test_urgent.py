"""What cannot wait goes up at once; what only looks like it does not."""

from __future__ import annotations

import pytest

from complaints.cases import links
from complaints.customers.models import Customer
from complaints.escalation.models import LadderStep, UrgentRule
from complaints.handling.hear_customer import hear_customer
from complaints.outbox.models import Kind
from complaints.staff.models import Employee, Tier
from complaints.standards.models import FailureType
from tests.cast import Organisation
from tests.factories import a_complaint, a_customer
from tests.handling.climbing import AT, fresh, later, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def court(db: None) -> UrgentRule:
    return UrgentRule.objects.create(name="Court or press", words="court\nsue\nthe press\n法院\ncafé noir")


@pytest.mark.parametrize(
    "said",
    [
        "I will take you to COURT.",
        "I'll sue!",
        "The\u00a0press will hear of it.",
        "我要去法院告你们",
        "Un CAFE noir, s'il vous plaît.",
    ],
)
def test_words_that_cannot_wait_go_to_the_manager_at_once(
    court: UrgentRule, fern: Employee, max_: Employee, said: str
) -> None:
    case = a_complaint(by=fern, at=AT, what_happened=said)
    assert (fresh(case).tier, fresh(case).responsible) == (Tier.MANAGER, max_)
    assert told(Kind.STAFF_ESCALATED) == [max_.email]


@pytest.mark.parametrize("said", ["A courteous answer to the issue, please.", "The pressing came back wet."])
def test_a_word_inside_another_is_not_that_word(court: UrgentRule, fern: Employee, max_: Employee, said: str) -> None:
    assert fresh(a_complaint(by=fern, at=AT, what_happened=said)).tier == Tier.FRONT_LINE


def test_what_the_customer_writes_later_counts_too(
    court: UrgentRule, fern: Employee, max_: Employee, cara: Customer
) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    hear_customer(links.mint(case, at=AT), text="See you in court.", at=later(hours=1))
    assert fresh(case).responsible == max_
    hear_customer(links.mint(case, at=AT), text="In court!", at=later(hours=2))
    assert fresh(case).responsible == max_, "said twice it climbs once"


def test_the_rule_that_sends_it_highest_decides(
    court: UrgentRule, fern: Employee, max_: Employee, vera: Employee, late_room: FailureType
) -> None:
    UrgentRule.objects.create(name="Rooms", failure_type=late_room.parent, tier=Tier.VP)
    case = a_complaint(by=fern, at=AT, what_happened="See you in court.", failure_type=late_room.pk)
    assert fresh(case).responsible == vera


def test_a_named_group_of_customers_and_rules_out_of_force(fern: Employee, max_: Employee) -> None:
    rule = UrgentRule.objects.create(name="Board", customer_group="board")
    person = a_customer()
    type(person).objects.filter(pk=person.pk).update(group="board")
    assert fresh(a_complaint(by=fern, customer=person, at=AT)).responsible == max_
    assert fresh(a_complaint(by=fern, at=AT)).responsible == fern
    UrgentRule.objects.filter(pk=rule.pk).update(is_active=False)
    assert fresh(a_complaint(by=fern, customer=person, at=AT)).responsible == fern


def test_a_ladder_that_is_not_so_high_sends_nobody_outside(
    organisation: Organisation, fern: Employee, max_: Employee
) -> None:
    UrgentRule.objects.create(name="Fire", words="fire", tier=Tier.VP)
    for position, name, tier in ((0, "Desk", Tier.FRONT_LINE), (1, "House", Tier.MANAGER)):
        LadderStep.objects.create(unit=organisation.harbour, position=position, name=name, tier=tier)
    LadderStep.objects.create(unit=organisation.harbour, position=2, name="Ombudsman", contact="ombudsman.example")
    case = a_complaint(by=fern, at=AT, what_happened="There was a fire.")
    assert fresh(case).responsible == max_
    assert told(Kind.ROUTE_OUTSIDE) == []
