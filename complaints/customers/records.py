"""Write customers: the only place where one is added or changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from complaints.common.by_key import ByKey
from complaints.common.errors import Invalid
from complaints.common.words import clean, clean_line
from complaints.customers import lookup
from complaints.customers.lookup import grams_of, haystack
from complaints.customers.models import Customer, EmailAddress, Language, Phone

_FIRST_ADDRESS: Final = EmailAddress.objects.filter(customer=OuterRef("pk")).order_by("pk").values("address")[:1]
_ON_FILE: Final = ByKey(lambda: Customer.objects.defer("haystack", "grams").annotate(address=Subquery(_FIRST_ADDRESS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """A customer as told at the counter or typed into the public form."""

    name: str
    company: str = ""
    email: str = ""
    phone: str = ""
    language: str = Language.ENGLISH
    preferences: str = ""


LONGEST: Final = {"name": 160, "company": 160, "group": 40, "preferences": 2_000, "notes": 10_000}
MOST_CONTACTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFile:
    """Everything that is on file for a customer; the first of the addresses is where we write."""

    name: str
    company: str = ""
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    language: str = Language.ENGLISH
    group: str = ""
    preferences: str = ""
    notes: str = ""

    @property
    def fingerprint(self) -> str:
        """Tells this state of the file from any other."""
        return sha256(repr(astuple(self)).encode()).hexdigest()

    def differs_in(self, other: CustomerFile) -> list[str]:
        """The names of what is not the same in both."""
        return [one.name for one in fields(self) if getattr(self, one.name) != getattr(other, one.name)]


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


def file_of(customer: Customer) -> CustomerFile:
    """What is on file for a customer now."""
    return CustomerFile(
        name=customer.name,
        company=customer.company,
        emails=tuple(customer.emails.order_by("pk").values_list("address", flat=True)),
        phones=tuple(str(number) for number in customer.phones.order_by("pk").values_list("number", flat=True)),
        language=str(customer.language),
        group=customer.group,
        preferences=customer.preferences,
        notes=customer.notes,
    )


def checked(told: CustomerFile, *, before: CustomerFile) -> CustomerFile:
    """What was told, cleaned; raises Invalid naming the field, and the address or number, that cannot be taken."""
    lines = {name: clean_line(getattr(told, name)) for name in ("name", "company", "group")}
    words = {name: clean(getattr(told, name)) for name in ("preferences", "notes")}
    if not lines["name"]:
        raise Invalid(field="name", sentence=_("Please say who the customer is."))
    for name, text in {**lines, **words}.items():
        if len(text) > LONGEST[name]:
            raise Invalid(
                field=name,
                sentence=_("This is longer than %(most)s characters. Please shorten it.") % {"most": LONGEST[name]},
            )
    emails, phones = read_emails(told.emails), read_phones(told.phones, kept=before.phones)
    return replace(told, **lines, **words, emails=emails, phones=phones, language=str(told.language))


def read_emails(typed: Sequence[str]) -> tuple[str, ...]:
    """Addresses in the order in which they were typed, each once; raises Invalid naming the one that is none."""
    read: dict[str, None] = {}
    for line in filter(None, map(clean_line, typed)):
        address = line.lower()
        try:
            MaxLengthValidator(254)(address)
            validate_email(address)
        except ValidationError as error:
            raise Invalid(
                field="emails", sentence=_("“%(typed)s” is not an e-mail address.") % {"typed": line[:100]}
            ) from error
        read[address] = None
    return _not_too_many(tuple(read), field="emails")


def read_phones(typed: Sequence[str], *, kept: Collection[str] = ()) -> tuple[str, ...]:
    """Numbers in E.164, in the order in which they were typed, each once; raises Invalid naming the one that is none.

    One that is `kept` on file may stay as it is, however it came there.
    """
    read: dict[str, None] = {}
    for line in filter(None, map(clean_line, typed)):
        try:
            number = PhoneNumber.from_string(line)
        except NumberParseException:
            number = None
        if line in kept:
            read[line] = None
        elif number is not None and number.is_valid():
            read[str(number)] = None
        else:
            raise Invalid(field="phones", sentence=_("“%(typed)s” is not a telephone number.") % {"typed": line[:100]})
    return _not_too_many(tuple(read), field="phones")


def change(customer: Customer, told: CustomerFile) -> None:
    """Write a locked customer's checked file, in the order in which addresses and numbers stand in it."""
    before = file_of(customer)
    customer.name, customer.company, customer.language = told.name, told.company, told.language
    customer.group, customer.preferences, customer.notes = told.group, told.preferences, told.notes
    customer.save(update_fields=["name", "company", "language", "group", "preferences", "notes"])
    if told.emails != before.emails:
        customer.emails.all().delete()
        EmailAddress.objects.bulk_create([EmailAddress(customer=customer, address=one) for one in told.emails])
    if told.phones != before.phones:
        customer.phones.all().delete()
        Phone.objects.bulk_create([Phone(customer=customer, number=one) for one in told.phones])
    lookup.refresh(customer)


def on_file(pk: int) -> tuple[Customer, str] | None:
    """A customer and where we write to them, in one query; None when there is nobody of this number."""
    found = _ON_FILE.get(pk)
    return None if found is None else (found, vars(found)["address"] or "")


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


def _not_too_many(read: tuple[str, ...], *, field: str) -> tuple[str, ...]:
    if len(read) > MOST_CONTACTS:
        raise Invalid(field=field, sentence=_("These are more than %(most)s.") % {"most": MOST_CONTACTS})
    return read
