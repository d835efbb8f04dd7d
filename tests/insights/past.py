"""Complaints that were put right before, with what became of it."""

from __future__ import annotations

from complaints.cases.models import Case
from complaints.remedies.catalogue import RemedyKind, is_tangible
from complaints.remedies.models import Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee
from complaints.standards.models import FailureType
from tests.factories import a_complaint, a_customer


def past(
    by: Employee | None,
    kind_of_failure: FailureType,
    times: int,
    *,
    kind: RemedyKind = RemedyKind.VOUCHER,
    status: RemedyStatus = RemedyStatus.FULFILLED,
    solved: bool | None = None,
    on: Case | None = None,
) -> list[Case]:
    """So many complaints with a remedy each, proposed by an employee or, without one, taken over with a record."""
    customer = a_customer() if on is None else None
    cases = [on or a_complaint(by=None, customer=customer, failure_type=kind_of_failure.pk) for _number in range(times)]
    worth = {"amount": 50, "amount_currency": "USD"} if is_tangible(kind) else {}
    for case in cases:
        Remedy.objects.create(case=case, kind=kind, status=status, proposed_by=by, **worth)
    if on is None:
        Case.objects.filter(pk__in=[case.pk for case in cases]).update(solved=solved)
    return cases
