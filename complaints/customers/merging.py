"""Two files of one person become one, and two again: the only writer of `merged_into` and of merges.

Whoever was merged keeps their file as it was, so that an undo has nothing to put together again; what they have that
the survivor lacks is copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from complaints.common.errors import NotFound
from complaints.customers import lookup, records
from complaints.customers.models import Customer, Merge
from complaints.customers.records import CustomerFile, file_of
from complaints.staff.models import Employee

_TEXTS: Final = ("preferences", "special_needs", "notes")
_LISTS: Final = ("emails", "phones")
_BOTH_OR_NEITHER: Final = (("revenue", "revenue_currency"), ("quiet_from", "quiet_until"))


def lock(*keys: int) -> list[Customer]:
    """Customers under their locks, in the order of their ids; those that exist.

    no_key: whoever holds a case and stores something that points at a customer must not wait for us.
    """
    return list(Customer.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys).order_by("pk"))


def join(survivor: Customer, merged: Customer, *, cases: Sequence[int], by: Employee, at: datetime) -> Merge:
    """Let a locked customer, whose cases have moved already, go on in another locked one."""
    before = file_of(survivor)
    after = together(before, file_of(merged))
    circle = min(one for one in (survivor.circle, merged.circle, survivor.pk, merged.pk) if one is not None)
    known = [one for one in (survivor.circle, merged.circle) if one is not None]
    Customer.objects.filter(Q(pk__in=[survivor.pk, merged.pk]) | Q(circle__in=known)).update(circle=circle)
    Customer.objects.filter(pk=merged.pk).update(merged_into=survivor)
    survivor.circle = merged.circle = circle
    merged.merged_into = survivor
    records.change(survivor, after)
    return Merge.objects.create(
        survivor=survivor,
        merged=merged,
        at=at,
        by=by,
        cases=list(cases),
        before=before.kept(),
        after=after.kept(),
    )


def part(merge: Merge, survivor: Customer, merged: Customer, *, by: Employee, at: datetime) -> None:
    """Give both locked customers their own files back; what was written since stays with the survivor."""
    Customer.objects.filter(pk=merged.pk).update(merged_into=None, is_unlooked=True)
    merged.merged_into = None
    before, after = CustomerFile.from_kept(merge.before), CustomerFile.from_kept(merge.after)
    records.change(survivor, apart(file_of(survivor), before=before, after=after))
    merge.undone_at, merge.undone_by = at, by
    merge.save(update_fields=["undone_at", "undone_by"])


def one(pk: int) -> Merge:
    """One merge with both customers; raises NotFound."""
    found = Merge.objects.select_related("survivor", "merged", "by", "undone_by").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def last_of(survivor: Customer) -> Merge | None:
    """The last merge into a customer that stands: the one that can be undone."""
    return (
        Merge.objects.filter(survivor=survivor, undone_at=None).select_related("merged", "by").order_by("-pk").first()
    )


def history_of(customer: Customer) -> list[Merge]:
    """Every merge a customer took part in, newest first."""
    theirs = Merge.objects.filter(Q(survivor=customer) | Q(merged=customer))
    return list(theirs.select_related("survivor", "merged", "by", "undone_by").order_by("-pk")[:50])


def together(survivor: CustomerFile, merged: CustomerFile) -> CustomerFile:
    """What is on file for both: the survivor's word where they have one, and no address, number or text is lost."""
    facts: dict[str, Any] = {}
    for name in (one.name for one in fields(survivor)):
        own, theirs = getattr(survivor, name), getattr(merged, name)
        if name in _LISTS:
            facts[name] = (*own, *(one for one in theirs if one not in own))
        elif name in _TEXTS:
            facts[name] = own if theirs in own else theirs if own in theirs else f"{own}\n{theirs}"
        else:
            facts[name] = own or theirs
    since = [one for one in (survivor.customer_since, merged.customer_since) if one is not None]
    facts["customer_since"] = min(since, default=None)
    if survivor.revenue is not None:  # zero is a word as well
        facts["revenue"], facts["revenue_currency"] = survivor.revenue, survivor.revenue_currency
    return CustomerFile(**facts)


def apart(now: CustomerFile, *, before: CustomerFile, after: CustomerFile) -> CustomerFile:
    """A survivor's file without what a merge brought: exactly as it was, but for what was written since."""
    facts: dict[str, Any] = {}
    for name in (one.name for one in fields(now)):
        is_now, was, became = getattr(now, name), getattr(before, name), getattr(after, name)
        if is_now == became:
            facts[name] = was
        elif name in _LISTS:
            facts[name] = tuple(one for one in is_now if one in was or one not in became)
        elif name in _TEXTS and became.startswith(f"{was}\n"):
            facts[name] = is_now.replace(became[len(was) :], "")
    for pair in _BOTH_OR_NEITHER:
        if any(getattr(now, name) != getattr(after, name) for name in pair):
            facts |= {name: getattr(now, name) for name in pair}
    return replace(now, **facts)


def family(customer: Customer) -> list[int]:
    """The ids of a customer and of everybody who goes on in their file."""
    return [customer.pk, *(one.pk for one in lookup.merged_into(customer))]
