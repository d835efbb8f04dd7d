"""An answer is owed to whoever wrote after a proposal, whichever way it is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from complaints.cases import links
from complaints.cases.models import Case
from complaints.cases.owed import is_owed, owed
from complaints.cases.queries import timeline_of
from complaints.customers.models import Customer
from complaints.handling.hear_customer import hear_customer
from complaints.handling.resolve import resolve
from complaints.handling.write_note import write_note
from complaints.handling.write_to_customer import write_to_customer
from complaints.staff.models import Employee
from tests.factories import a_complaint

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("happened", "is_it"),
    [
        ("", False),
        ("customer", True),
        ("customer note", True),
        ("customer customer", True),
        ("customer written", False),
        ("written", False),
        ("customer written customer", True),
        ("customer written note", False),
    ],
)
def test_the_page_and_the_round_that_closes_for_silence_agree(
    fern: Employee, cara: Customer, happened: str, *, is_it: bool
) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    hear_customer(links.mint(case, at=AT), text="Before the proposal.", at=AT + timedelta(minutes=1))
    resolve(case.reference, text="A voucher.", by=fern, at=AT + timedelta(minutes=2))
    for hour, step in enumerate(happened.split(), start=1):
        at = AT + timedelta(hours=hour)
        match step:
            case "customer":
                hear_customer(links.mint(case, at=at), text=f"And the towels? ({hour})", at=at)
            case "written":
                write_to_customer(case.reference, text=f"They come now. ({hour})", by=fern, at=at)
            case _:
                write_note(case.reference, text="She rang.", by=fern, at=at)
    assert is_owed(timeline_of(case)) is is_it
    assert Case.objects.filter(owed(), pk=case.pk).exists() is is_it
