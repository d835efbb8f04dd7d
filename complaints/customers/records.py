"""Write customers: the only place where one is added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from phonenumber_field.phonenumber import PhoneNumber

from complaints.customers.lookup import grams_of, haystack
from complaints.customers.models import Customer, EmailAddress, Language, Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """A customer as told at the counter or typed into the public form."""

    name: str
    company: str = ""
    email: str = ""
    phone: str = ""
    language: str = Language.ENGLISH
    preferences: str = ""


def add(facts: CustomerFacts, *, at: datetime) -> Customer:
    """Store a new customer with their address and number."""
    phone = PhoneNumber.from_string(facts.phone) if facts.phone else None
    text = haystack(
        name=facts.name,
        company=facts.company,
        emails=[facts.email] if facts.email else [],
        phones=[phone.as_e164] if phone else [],
    )
    customer = Customer.objects.create(
        name=facts.name,
        company=facts.company,
        language=facts.language,
        preferences=facts.preferences,
        created_at=at,
        haystack=text,
        grams=grams_of(text),
    )
    if facts.email:
        EmailAddress.objects.create(customer=customer, address=facts.email)
    if phone:
        Phone.objects.create(customer=customer, number=phone)
    return customer


def on_file(pk: int) -> tuple[Customer, str] | None:
    """A customer and where we write to them, in one query; None when there is nobody of this number."""
    first = EmailAddress.objects.filter(customer=OuterRef("pk")).order_by("pk").values("address")[:1]
    found = Customer.objects.defer("haystack", "grams").annotate(address=Subquery(first)).filter(pk=pk).first()
    return None if found is None else (found, found.address or "")


def address_of(customer: Customer) -> str:
    """Where we write to the customer: their first address, or nothing."""
    return customer.emails.order_by("pk").values_list("address", flat=True).first() or ""


def same_person(facts: CustomerFacts) -> Customer | None:
    """The one customer with this address and this name; two of them are two people until somebody says otherwise."""
    if not facts.email:
        return None
    named = Customer.objects.filter(emails__address=facts.email.lower(), name__iexact=facts.name).distinct()[:2]
    return named[0] if len(named) == 1 else None


def has_contact(customer: Customer, contact: str) -> bool:
    """Whether this e-mail address or telephone number, however it is written, is on file for the customer."""
    typed = contact.strip().lower()
    digits = "".join(c for c in typed if c.isdigit()).lstrip("0")
    if "@" in typed:
        return any(email.address == typed for email in customer.emails.all())
    return len(digits) >= 6 and any(str(phone.number).endswith(digits) for phone in customer.phones.all())
