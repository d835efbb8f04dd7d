"""What a steward decides about two files short of merging them: to look at them side by side, and that they are two."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid, MergeMovedOn, NotFound, StewardshipNotYours
from complaints.customers import doubles, merging
from complaints.customers.doubles import Likeness, Reason
from complaints.customers.models import Suspicion, Verdict
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require


@transaction.atomic
def name_double(one: int, other: int, *, by: Employee, at: datetime) -> Suspicion:
    """Put two files beside each other that nobody has suspected, or look at them again.

    Locks both customers, in the order of their ids. Raises NotFound, StewardshipNotYours, Invalid, MergeMovedOn.
    """
    require(by, Permission.MERGE_CUSTOMERS, StewardshipNotYours)
    if one == other:
        raise Invalid(field="other", sentence=_("This is one file already."))
    people = merging.lock(one, other)
    if len(people) < 2:
        raise NotFound
    if any(person.merged_into_id is not None for person in people):
        raise MergeMovedOn
    likeness = doubles.likeness_of(people[0], people[1])
    named = Likeness(likeness.score, [*likeness.reasons, Reason.NAMED])
    return doubles.suspect(one, other, named, at=at)


@transaction.atomic
def tell_apart(suspicion: int, *, by: Employee, at: datetime) -> Suspicion:
    """Say that two files are two customers, which is never asked again; sent twice, done once.

    Locks both customers, in the order of their ids. Raises NotFound, StewardshipNotYours, MergeMovedOn.
    """
    require(by, Permission.MERGE_CUSTOMERS, StewardshipNotYours)
    found = doubles.one(suspicion)
    people = merging.lock(found.first_id, found.second_id)
    if any(person.merged_into_id is not None for person in people):
        raise MergeMovedOn
    doubles.decide(people[0], people[1], Verdict.DIFFERENT, by=by, at=at)
    return doubles.one(suspicion)
