from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import TimelineEntry
from complaints.common.errors import NotFound
from complaints.customers.models import Customer
from complaints.customers.records import file_of
from complaints.handling import tell
from complaints.handling.change_customer import require_change
from complaints.outbox import queue
from complaints.staff.models import Employee


@transaction.atomic
def trust_address(pk: int, *, address: str, by: Employee, at: datetime) -> bool:
    """Let mail go again to a barred address of a customer, and with it what was withheld; False where it was not.

    Locks the customer, then their open cases, then messages. Raises NotFound, CustomerNotYours.
    """
    customer = Customer.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if customer is None:
        raise NotFound
    on_file = file_of(customer)
    if address not in {*on_file.emails, *on_file.phones}:
        raise NotFound
    require_change(customer, by=by)
    if not queue.trust(address):
        return False
    cases = lifecycle.lock_cases_of(customer)
    TimelineEntry.objects.bulk_create(
        timeline.entry(case, Entry.ADDRESS_TRUSTED, by=by.actor, at=at, address=address) for case in cases
    )
    lifecycle.renew_versions(cases)
    mail = address if address in on_file.emails else next(iter(on_file.emails), "")
    tell.customer_of_what_was_withheld(customer, cases, address=mail, at=at)
    return True
