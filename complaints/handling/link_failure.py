from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.failures import link
from complaints.cases.models import Case
from complaints.cases.queries import visible_to
from complaints.common.errors import Invalid
from complaints.common.tokens import read_reference
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def link_failure(reference: str, *, other: str, by: Employee, at: datetime, seen_version: int | None = None) -> Case:
    """Note that two complaints are about one failure: what is given for it on either counts together from now on.

    Nothing that was given is taken back, though both together may be beyond a cap; then nothing more is given. Sent
    twice, done once. Locks both cases, in the order of their ids.
    """
    case, twin = lifecycle.lock_together(by, Permission.LINK_FAILURE, reference, other_named(other, reference, by=by))
    if not link(case, twin, by=by, at=at):
        return case
    lifecycle.check_version(case, seen_version)
    for one, another in ((case, twin), (twin, case)):
        timeline.record(one, Entry.FAILURE_LINKED, by=by.actor, at=at, other=another.reference)
        lifecycle.store(one)
    return case


def other_named(typed: str, reference: str, *, by: Employee) -> str:
    """The reference of another complaint that somebody sees, as they typed it; raises Invalid where there is none."""
    named = read_reference(typed)
    if named is None or named == reference or not visible_to(by).filter(reference=named).exists():
        raise Invalid(
            field="other", sentence=_("Please give the reference of the other complaint, such as C-7K3M9QXR.")
        )
    return named
