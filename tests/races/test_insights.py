"""What remedies did, counted by two workers at once."""

from __future__ import annotations

import pytest

from complaints.handling.tally_outcomes import tally_outcomes
from complaints.insights.models import OutcomeTally
from complaints.remedies.catalogue import RemedyKind
from complaints.staff.models import Employee
from complaints.standards.models import FailureType
from tests.insights.past import past
from tests.races.meeting import meet
from tests.remedies.purse import AT

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_two_that_count_at_once_count_one_after_the_other(fern: Employee, late_room: FailureType) -> None:
    past(fern, late_room, 2)
    past(fern, late_room, 2, kind=RemedyKind.REFUND)
    assert list(meet(*[lambda: tally_outcomes(at=AT)] * 4)) == [6] * 4
    assert OutcomeTally.objects.count() == 6, "the failure, its area, and all; of two kinds"
