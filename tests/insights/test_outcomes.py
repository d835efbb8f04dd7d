"""What each kind of remedy did in similar cases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.handling.tally_outcomes import tally_outcomes
from complaints.insights.models import OutcomeTally
from complaints.insights.outcomes import FEW, outcomes_for
from complaints.insights.shares import Share
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee
from complaints.standards.models import FailureType
from tests.insights.past import past
from tests.remedies.purse import AT

VOUCHER = RemedyKind.VOUCHER


@pytest.fixture
def dirty_room(late_room: FailureType) -> FailureType:
    return FailureType.objects.create(parent=late_room.parent, name="Room not clean")


@pytest.fixture
def cold_food(db: None) -> FailureType:
    area = FailureType.objects.create(name="Restaurant")
    return FailureType.objects.create(parent=area, name="Cold food")


def test_it_says_how_often_it_was_accepted_and_the_customer_satisfied(fern: Employee, late_room: FailureType) -> None:
    past(fern, late_room, 20, solved=True)
    past(fern, late_room, 7, solved=False)
    past(fern, late_room, 4)
    past(fern, late_room, 6, status=RemedyStatus.DECLINED, solved=False)
    tally_outcomes(at=AT)

    found = outcomes_for(late_room)[VOUCHER]

    assert (found.accepted, found.satisfied) == (Share(31, 37), Share(20, 27))
    assert (found.is_of_area, found.is_few, found.as_of) == (False, False, AT)


def test_a_complaint_counts_once_for_a_kind_and_for_each_of_its_kinds(fern: Employee, late_room: FailureType) -> None:
    (case,) = past(fern, late_room, 1, status=RemedyStatus.DECLINED, solved=True)
    past(fern, late_room, 1, on=case)
    past(fern, late_room, 1, on=case, kind=RemedyKind.REFUND)
    tally_outcomes(at=AT)
    found = outcomes_for(late_room)
    assert {kind: one.accepted for kind, one in found.items()} == {VOUCHER: Share(1, 1), RemedyKind.REFUND: Share(1, 1)}


@pytest.mark.parametrize(
    "status", [RemedyStatus.PROPOSED, RemedyStatus.AWAITING, RemedyStatus.OFFERED, RemedyStatus.EXPIRED]
)
def test_what_nobody_answered_says_nothing(status: RemedyStatus, fern: Employee, late_room: FailureType) -> None:
    past(fern, late_room, 3, status=status, solved=True)
    tally_outcomes(at=AT)
    assert not outcomes_for(late_room)


def test_an_apology_asks_for_no_answer_and_an_imported_remedy_tells_of_none(
    fern: Employee, late_room: FailureType
) -> None:
    past(fern, late_room, 3, kind=RemedyKind.APOLOGY, solved=True)
    past(None, late_room, 2, solved=False)
    tally_outcomes(at=AT)
    found = outcomes_for(late_room)
    assert (found[RemedyKind.APOLOGY].accepted, found[RemedyKind.APOLOGY].satisfied) == (Share(0, 0), Share(3, 3))
    assert (found[VOUCHER].accepted, found[VOUCHER].satisfied) == (Share(0, 0), Share(0, 2))


def test_where_a_failure_has_few_cases_its_area_speaks(
    fern: Employee, late_room: FailureType, dirty_room: FailureType, cold_food: FailureType
) -> None:
    past(fern, late_room, FEW - 1)
    past(fern, dirty_room, 3, status=RemedyStatus.DECLINED)
    past(fern, cold_food, 40)
    tally_outcomes(at=AT)
    found = outcomes_for(late_room)[VOUCHER]
    assert (found.is_of_area, found.accepted) == (True, Share(FEW - 1, FEW + 2))

    past(fern, late_room, 1)
    tally_outcomes(at=AT)
    found = outcomes_for(late_room)[VOUCHER]
    assert (found.is_of_area, found.accepted) == (False, Share(FEW, FEW))


def test_few_cases_are_drawn_towards_what_happens_overall(
    fern: Employee, late_room: FailureType, cold_food: FailureType
) -> None:
    past(fern, late_room, 2, status=RemedyStatus.DECLINED)
    past(fern, cold_food, 28)
    tally_outcomes(at=AT)
    found = outcomes_for(late_room)[VOUCHER]
    assert found.is_few
    assert found.accepted == Share(0, 2)
    assert found.accepted_expected == pytest.approx((0 + 10 * 28.5 / 31) / (2 + 10)), "two failures: the usual strength"


def test_another_failure_is_not_similar(fern: Employee, late_room: FailureType, cold_food: FailureType) -> None:
    past(fern, cold_food, 5)
    tally_outcomes(at=AT)
    assert not outcomes_for(late_room)
    assert not outcomes_for(None)


def test_a_failure_without_an_area_is_its_own_area(fern: Employee) -> None:
    alone = FailureType.objects.create(name="Parking")
    past(fern, alone, 3)
    tally_outcomes(at=AT)
    assert outcomes_for(alone)[VOUCHER].accepted == Share(3, 3)


def test_counting_anew_replaces_what_was_counted(fern: Employee, late_room: FailureType) -> None:
    past(fern, late_room, 3)
    tally_outcomes(at=AT)
    rows = OutcomeTally.objects.count()
    tally_outcomes(at=AT + timedelta(hours=1))
    assert OutcomeTally.objects.count() == rows == 3, "the failure, its area, and all"
    assert outcomes_for(late_room)[VOUCHER].as_of == AT + timedelta(hours=1)


def test_a_page_asks_once_whatever_was_given(fern: Employee, late_room: FailureType) -> None:
    past(fern, late_room, 3)
    past(fern, late_room, 3, kind=RemedyKind.REFUND)
    tally_outcomes(at=AT)
    with CaptureQueriesContext(connection) as asked:
        outcomes_for(late_room)
    assert len(asked) == 1
