"""What a case is promised, from its present circumstances."""

from __future__ import annotations

from complaints.cases.models import Case
from complaints.common import rulebook
from complaints.common.rulebook import Mark
from complaints.standards.models import Severity
from complaints.standards.selection import Circumstances, Promise, promise_for


def promise_of(case: Case, edition: Mark | None) -> Promise:
    """The targets of the most specific standard in that edition of the rules that fits the case as it is."""
    return promise_for(
        Circumstances(
            failure_type=case.failure_type,
            units=case.unit.ancestor_ids,
            severity=Severity(case.severity),
            customer_group=case.customer.group,
            channel=case.channel,
            complainer=case.complainer,
        ),
        edition,
    )


def is_held_to_another(case: Case) -> bool:
    """Whether a case was promised something else than the standard that fits it now: an older version, or another."""
    return promise_of(case, rulebook.edition()).version != case.standard
