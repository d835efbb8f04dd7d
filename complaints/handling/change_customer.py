from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.queries import may_change
from complaints.common.errors import CustomerChangedMeanwhile, CustomerNotYours, MergeMovedOn, NotFound
from complaints.customers import records
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFile
from complaints.handling import tell
from complaints.handling.texts import known_language
from complaints.intake.catalogue import is_stand_in
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require

FOUND_ANEW: Final = 200
"""As many of a renamed customer's newest cases are found by the new name; the customer is found by it anyway."""


@transaction.atomic
def change_customer(pk: int, *, file: CustomerFile, by: Employee, at: datetime, seen: str | None = None) -> Customer:
    """Write what is on file for a customer anew; sent twice, done once.

    Another group is for those above the front line to give. It says so on the open cases, which keep the standard they
    were promised until somebody assesses them anew.

    `seen` is the fingerprint of the file the page was drawn with; None where an older page does no harm. Another
    address is written on the timeline of the customer's open cases, for staff: the tracking link goes there from now
    on, and with it what was withheld for want of one.

    Locks the customer, then their open cases in the order of their ids, then messages; nothing that holds a case
    waits for a customer. Raises NotFound, CustomerNotYours, Invalid, NotPermitted, ChangedMeanwhile, in this order.
    """
    # no_key: whoever holds a case and stores something that points at the customer must not wait for us
    customer = Customer.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if customer is None:
        raise NotFound
    require_change(customer, by=by)
    before = records.file_of(customer)
    told = records.checked(file, before=before)
    known_language(told.language)
    changed = told.differs_in(before)
    if not changed:
        return customer
    if "group" in changed:
        require(by, Permission.CHANGE_GROUP)
    if seen is not None and seen != before.fingerprint:
        raise CustomerChangedMeanwhile(customer=pk)
    moved = {"emails", "phones", "channel"} if settings.SMS else {"emails"}
    cases = lifecycle.lock_cases_of(customer) if {*moved, "group"} & set(changed) else []
    records.change(customer, told)
    if {"name", "company"} & set(changed):
        lifecycle.find_by_new_words(customer, most=FOUND_ANEW)
    if cases:
        _write_down(cases, before, told, by=by, at=at)
    if moved & set(changed):
        address = next(iter(told.emails), "")
        tell.customer_of_what_was_withheld(customer, cases, address=address, at=at)
    return customer


def require_change(customer: Customer, *, by: Employee) -> None:
    """Raise CustomerNotYours unless the employee may change this customer; nobody changes a stand-in for many.

    Raises MergeMovedOn for one who was merged: their file is kept as it was.
    """
    if customer.merged_into_id is not None:
        raise MergeMovedOn
    if not may_change(by, customer) or is_stand_in(customer):
        raise CustomerNotYours(customer=customer.pk)


def _write_down(cases: list[Case], before: CustomerFile, told: CustomerFile, *, by: Employee, at: datetime) -> None:
    """Say on each case who let the customer be written to elsewhere, or gave them another group."""
    differs = told.differs_in(before)
    entries: list[tuple[Entry, str, str]] = []
    if "emails" in differs:
        entries.append((Entry.CUSTOMER_CHANGED, ", ".join(before.emails), ", ".join(told.emails)))
    if "group" in differs:
        entries.append((Entry.GROUP_CHANGED, before.group, told.group))
    TimelineEntry.objects.bulk_create(
        [
            timeline.entry(case, kind, by=by.actor, at=at, old=old, new=new, changed=", ".join(differs))
            for case in cases
            for kind, old, new in entries
        ]
    )
    lifecycle.renew_versions(cases)
