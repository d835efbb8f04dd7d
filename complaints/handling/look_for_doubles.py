from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.customers import doubles
from complaints.customers.models import Customer
from complaints.intake.catalogue import is_stand_in


@transaction.atomic
def look_for_doubles(pk: int, *, at: datetime) -> bool:
    """Look for doubles of one customer whose file was written; False where somebody is busy with it: it comes again.

    Whoever stands for everybody of imported records has none. Locks the customer.
    """
    rows = Customer.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    customer = rows.filter(pk=pk, is_unlooked=True).first()
    if customer is None:
        return False
    if is_stand_in(customer):
        Customer.objects.filter(pk=pk).update(is_unlooked=False)
    else:
        doubles.look_for(customer, at=at)
    return True
