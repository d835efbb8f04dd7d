"""Which complaints are one failure: duplicates, and those that somebody linked, over any number of steps."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from complaints.cases.models import Case, SameFailure
from complaints.cases.queries import visible_to
from complaints.staff.models import Employee

SHOWN: Final = 20


def linked_with(case: Case, *, seen_by: Employee) -> list[Case]:
    """The complaints that were linked with a case itself and that the employee sees, the newest first."""
    pairs = SameFailure.objects.filter(first=case).union(SameFailure.objects.filter(second=case), all=True)
    others = {pk for pair in pairs.values_list("first", "second")[:200] for pk in pair} - {case.pk}
    if not others:
        return []
    return list(visible_to(seen_by).filter(pk__in=others).select_related("customer").order_by("-filed_at")[:SHOWN])


def link(case: Case, other: Case, *, by: Employee, at: datetime) -> bool:
    """Note that two locked cases are one failure; False where that was noted already."""
    first, second = sorted((case, other), key=lambda one: one.pk)
    facts = {"linked_by": by, "linked_at": at}
    return SameFailure.objects.get_or_create(first=first, second=second, defaults=facts)[1]


def part(case: Case, other: Case) -> bool:
    """Take that back; False where they were not linked with each other."""
    first, second = sorted((case, other), key=lambda one: one.pk)
    return bool(SameFailure.objects.filter(first=first, second=second).delete()[0])
