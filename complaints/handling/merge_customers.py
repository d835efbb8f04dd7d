from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.queries import visible_to
from complaints.common.errors import Invalid, MergeMovedOn, NotFound, StewardshipNotYours
from complaints.customers import doubles, merging
from complaints.customers.models import Customer, Merge, Verdict
from complaints.handling import tell
from complaints.handling.change_customer import FOUND_ANEW
from complaints.intake.catalogue import is_stand_in
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require


@transaction.atomic
def merge_customers(survivor: int, merged: int, *, by: Employee, at: datetime) -> Merge:
    """Let one customer go on in the file of another, with every complaint and all that hangs on it; sent twice, once.

    The survivor's file takes in what it lacks. Whoever was merged keeps theirs, is found no more, and gets everything
    back with `undo_merge`. What was withheld for want of an address goes out where there is one now.

    Locks both customers, then every case of both, each in the order of their ids, then messages. Raises NotFound,
    StewardshipNotYours, Invalid, MergeMovedOn.
    """
    require(by, Permission.MERGE_CUSTOMERS, StewardshipNotYours)
    if survivor == merged:
        raise Invalid(field="merged", sentence=_("This is one file already."))
    people = {one.pk: one for one in merging.lock(survivor, merged)}
    if len(people) < 2:
        raise NotFound
    goes_on, ends = people[survivor], people[merged]
    if ends.merged_into_id == goes_on.pk:
        return Merge.objects.get(merged=ends, undone_at=None)
    if goes_on.merged_into_id is not None or ends.merged_into_id is not None:
        raise MergeMovedOn
    if is_stand_in(goes_on) or is_stand_in(ends):
        raise Invalid(field="merged", sentence=_("This stands for everybody whom imported records do not name."))
    cases = lifecycle.lock_all_of(people)
    require_all_seen(by, cases)
    moved = [case for case in cases if case.customer_id == ends.pk]
    without = [one for one in people.values() if not one.emails.exists()]
    theirs = [case for case in cases if case.customer_id in {one.pk for one in without}]
    lifecycle.hand_to(goes_on, moved)
    merge = merging.join(goes_on, ends, cases=[case.pk for case in moved], by=by, at=at)
    doubles.decide(goes_on, ends, Verdict.SAME, by=by, at=at)
    write_down(Entry.CUSTOMER_MERGED, moved, merge, by=by, at=at)
    lifecycle.find_by_new_words(goes_on, most=FOUND_ANEW)
    address = goes_on.emails.order_by("pk").values_list("address", flat=True).first()
    if address and theirs:
        tell.customer_of_what_was_withheld(goes_on, theirs, address=address, at=at)
    return merge


def require_all_seen(by: Employee, cases: Sequence[Case]) -> None:
    """Raise StewardshipNotYours where one of the cases belongs to a unit the employee does not see."""
    if visible_to(by).filter(pk__in=[case.pk for case in cases]).count() < len(cases):
        raise StewardshipNotYours


def write_down(kind: Entry, cases: Sequence[Case], merge: Merge, *, by: Employee, at: datetime) -> None:
    """Say on each case that it went to another file, and back."""
    merged, survivor = str(merge.merged), str(merge.survivor)
    TimelineEntry.objects.bulk_create(
        [timeline.entry(case, kind, by=by.actor, at=at, merged=merged, survivor=survivor) for case in cases]
    )


def may_merge(employee: Employee, *customers: Customer) -> bool:
    """Whether an employee could merge files, or part them: the right, and all of their complaints in sight."""
    try:
        require(employee, Permission.MERGE_CUSTOMERS, StewardshipNotYours)
    except StewardshipNotYours:
        return False
    theirs = Case.objects.filter(customer__in=customers)
    return not theirs.exclude(pk__in=visible_to(employee).filter(customer__in=customers).values("pk")).exists()
