"""Find a customer the way somebody on the telephone gives themselves to know."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from complaints.cases.queries import one_visible
from complaints.common.errors import NotFound
from complaints.common.keyset import read_id
from complaints.common.tokens import read_reference
from complaints.common.words import clean_line
from complaints.customers import lookup
from complaints.customers.models import Customer
from complaints.customers.records import goes_on_as, mobiles_among
from complaints.outbox.queries import barred
from complaints.staff.models import Employee


def look_up(employee: Employee, typed: str, *, limit: int = 8) -> list[Customer]:
    """Customers by an earlier reference that the employee may see, or by any part of what is on file for them."""
    query = clean_line(typed)[:200]
    reference = read_reference(query)
    if reference is not None:
        try:
            return [one_visible(employee, reference).customer]
        except NotFound:
            pass  # eight characters that could be a reference can be a name as well
    return lookup.find(query, limit=limit)


def one_customer(typed: str) -> Customer | None:
    """The customer with this id, or whoever goes on in their place; None for anything that is not one."""
    key = read_id(typed)
    found = None if key is None else Customer.objects.filter(pk=key).first()
    return None if found is None else goes_on_as(found)


def contacts_of(customer: Customer) -> dict[str, Any]:
    """Addresses and numbers as pages show them, with what bars them, and whether messages arrive."""
    emails, phones = list(customer.emails.all()), list(customer.phones.all())
    closed = barred([*(email.address for email in emails), *(phone.number.as_e164 for phone in phones)])
    for phone in phones:
        vars(phone)["barred"] = closed.get(phone.number.as_e164)
    for email in emails:
        vars(email)["barred"] = closed.get(email.address)
    reachable = any(email.address not in closed for email in emails)
    texted = bool(settings.SMS) and any(number not in closed for number in mobiles_among(phones))
    return {"emails": emails, "phones": phones, "is_reachable": reachable or texted}
