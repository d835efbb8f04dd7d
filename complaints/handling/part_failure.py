from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.failures import part
from complaints.cases.models import Case
from complaints.common.errors import Invalid
from complaints.handling.link_failure import other_named
from complaints.handling.texts import written
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def part_failure(
    reference: str, *, other: str, reason: str, by: Employee, at: datetime, seen_version: int | None = None
) -> Case:
    """Take back that two complaints are about one failure, with the reason: each has a cap of its own again.

    A superior's to do, as it makes room for money. Locks both cases, in the order of their ids.
    """
    reason = written(reason, field="reason")
    case, twin = lifecycle.lock_together(by, Permission.PART_FAILURE, reference, other_named(other, reference, by=by))
    lifecycle.check_version(case, seen_version)
    if not part(case, twin):
        raise Invalid(field="other", sentence=_("These two complaints are not linked with each other."))
    for one, another in ((case, twin), (twin, case)):
        timeline.record(one, Entry.FAILURE_PARTED, by=by.actor, at=at, other=another.reference, reason=reason)
        lifecycle.store(one)
    return case
