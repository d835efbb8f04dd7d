from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle
from complaints.cases.entries import Entry
from complaints.common.errors import LaterMergeFirst, NotFound, StewardshipNotYours
from complaints.customers import doubles, merging
from complaints.customers.models import Merge, Verdict
from complaints.handling.change_customer import FOUND_ANEW
from complaints.handling.merge_customers import require_all_seen, write_down
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require


@transaction.atomic
def undo_merge(pk: int, *, by: Employee, at: datetime, also: Collection[str] = ()) -> Merge:
    """Make two files of one again, each with exactly what it had; sent twice, done once.

    What came since stays with the survivor: complaints filed since, but for those named in `also`, and what somebody
    wrote on the survivor's file. Mail that went out and money that was spent stay as they are; the caps count each
    complaint for whose it is from now on. Of several merges of one customer the last is undone first.

    Locks both customers, then every case of both, each in the order of their ids. Raises NotFound, StewardshipNotYours,
    LaterMergeFirst.
    """
    require(by, Permission.MERGE_CUSTOMERS, StewardshipNotYours)
    merge = Merge.objects.filter(pk=pk).first()
    if merge is None:
        raise NotFound
    people = {one.pk: one for one in merging.lock(merge.survivor_id, merge.merged_id)}
    merge.refresh_from_db()
    survivor, merged = people[merge.survivor_id], people[merge.merged_id]
    if merge.undone_at is not None:
        return merge
    last = merging.last_of(survivor)
    if survivor.merged_into_id is not None or last is None or last.pk != merge.pk:
        raise LaterMergeFirst
    cases = lifecycle.lock_all_of(people)
    require_all_seen(by, cases)
    came_since = {case.pk for case in cases if case.reference in also and case.filed_at >= merge.at}
    back = [case for case in cases if case.pk in {*merge.cases, *came_since}]
    merging.part(merge, survivor, merged, by=by, at=at)
    lifecycle.hand_to(merged, back)
    doubles.decide(survivor, merged, Verdict.DIFFERENT, by=by, at=at)
    write_down(Entry.CUSTOMER_PARTED, back, merge, by=by, at=at)
    for customer in (survivor, merged):
        lifecycle.find_by_new_words(customer, most=FOUND_ANEW)
    return merge
