"""Write customers: the only place where one is added or changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, astuple, dataclass, fields, replace
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException, PhoneNumberType, number_type

from complaints.common.by_key import ByKey
from complaints.common.errors import Invalid
from complaints.common.words import clean, clean_line
from complaints.customers import lookup
from complaints.customers.lookup import grams_of, haystack, near_of
from complaints.customers.models import Customer, EmailAddress, Language, Phone, Reach

_FIRST_ADDRESS: Final = EmailAddress.objects.filter(customer=OuterRef("pk")).order_by("pk").values("address")[:1]
_MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_ON_FILE: Final = ByKey(
    lambda: Customer.objects.defer("haystack", "grams", "near").annotate(address=Subquery(_FIRST_ADDRESS))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """A customer as told at the counter or typed into the public form."""

    name: str
    company: str = ""
    email: str = ""
    phone: str = ""
    language: str = Language.ENGLISH
    preferences: str = ""


LONGEST: Final = {
    "name": 160, "company": 160, "group": 40, "preferences": 2_000, "special_needs": 2_000, "notes": 10_000
}  # fmt: skip
MOST_CONTACTS: Final = 10
MOST_REVENUE: Final = Decimal(10**12)
_CURRENCY: Final = re.compile("[A-Z]{3}")
_FILED: Final = (
    "name", "company", "language", "group", "preferences", "special_needs", "customer_since", "revenue",
    "revenue_currency", "notes", "channel", "quiet_from", "quiet_until", "no_progress",
)  # fmt: skip


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
    special_needs: str = ""
    customer_since: date | None = None
    revenue: Decimal | None = None
    revenue_currency: str = ""
    notes: str = ""
    channel: str = Reach.EMAIL
    quiet_from: time | None = None
    quiet_until: time | None = None
    no_progress: bool = False

    @property
    def fingerprint(self) -> str:
        """Tells this state of the file from any other."""
        return sha256(repr(astuple(self)).encode()).hexdigest()

    def differs_in(self, other: CustomerFile) -> list[str]:
        """The names of what is not the same in both."""
        return [one.name for one in fields(self) if getattr(self, one.name) != getattr(other, one.name)]

    def kept(self) -> dict[str, Any]:
        """The file as JSON keeps it; `from_kept` reads it again."""
        since = self.customer_since.isoformat() if self.customer_since else None
        revenue = None if self.revenue is None else str(self.revenue)
        quiet = {name: hour and hour.isoformat() for name, hour in self._quiet().items()}
        return asdict(self) | {"customer_since": since, "revenue": revenue} | quiet

    def _quiet(self) -> dict[str, time | None]:
        return {"quiet_from": self.quiet_from, "quiet_until": self.quiet_until}

    @classmethod
    def from_kept(cls, kept: dict[str, Any]) -> CustomerFile:
        """The file that `kept` wrote down."""
        since, revenue = kept["customer_since"], kept["revenue"]
        quiet = {name: kept[name] for name in ("quiet_from", "quiet_until")}
        return cls(
            **kept
            | {
                "emails": tuple(kept["emails"]),
                "phones": tuple(kept["phones"]),
                "customer_since": date.fromisoformat(since) if since else None,
                "revenue": None if revenue is None else Decimal(revenue),
            }
            | {name: time.fromisoformat(hour) if hour else None for name, hour in quiet.items()}
        )


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
        near=near_of(text),
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
        special_needs=customer.special_needs,
        customer_since=customer.customer_since,
        revenue=customer.revenue,
        revenue_currency=customer.revenue_currency,
        notes=customer.notes,
        channel=str(customer.channel),
        quiet_from=customer.quiet_from,
        quiet_until=customer.quiet_until,
        no_progress=customer.no_progress,
    )


def checked(told: CustomerFile, *, before: CustomerFile) -> CustomerFile:
    """What was told, cleaned; raises Invalid naming the field, and the address or number, that cannot be taken."""
    lines = {name: clean_line(getattr(told, name)) for name in ("name", "company", "group")}
    words = {name: clean(getattr(told, name)) for name in ("preferences", "special_needs", "notes")}
    if not lines["name"]:
        raise Invalid(field="name", sentence=_("Please say who the customer is."))
    for name, text in {**lines, **words}.items():
        if len(text) > LONGEST[name]:
            raise Invalid(
                field=name,
                sentence=_("This is longer than %(most)s characters. Please shorten it.") % {"most": LONGEST[name]},
            )
    check_quiet_hours(told.quiet_from, told.quiet_until)
    emails, phones = read_emails(told.emails, kept=before.emails), read_phones(told.phones, kept=before.phones)
    facts: dict[str, Any] = {**lines, **words, **_worth(told)}
    return replace(told, **facts, emails=emails, phones=phones, language=str(told.language))


def check_quiet_hours(begins: time | None, ends: time | None) -> None:
    """Raise Invalid unless quiet hours begin and end, at different times, or there are none."""
    if (begins is None) != (ends is None):
        raise Invalid(field="quiet_until", sentence=_("Quiet hours need both times: please give the other one too."))
    if begins is not None and begins == ends:
        raise Invalid(field="quiet_until", sentence=_("Quiet hours that end when they begin never end."))


def _worth(told: CustomerFile) -> dict[str, Any]:
    """Revenue of a year with its currency; without a sum there is none."""
    if told.revenue is None:
        return {"revenue": None, "revenue_currency": ""}
    currency = clean_line(told.revenue_currency).upper()
    if not 0 <= told.revenue < MOST_REVENUE:
        raise Invalid(field="revenue", sentence=_("This is not an amount of money."))
    if not _CURRENCY.fullmatch(currency):
        raise Invalid(field="revenue_currency", sentence=_("A currency is three capital letters, such as USD."))
    return {"revenue": told.revenue.quantize(Decimal("0.01")), "revenue_currency": currency}


def read_emails(typed: Sequence[str], *, kept: Collection[str] = ()) -> tuple[str, ...]:
    """Addresses in the order in which they were typed, each once; raises Invalid naming the one that is none.

    As many as are `kept` on file may stay: a merge brings more together than anybody would type.
    """
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
    return _not_too_many(tuple(read), field="emails", kept=kept)


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
    return _not_too_many(tuple(read), field="phones", kept=kept)


def change(customer: Customer, told: CustomerFile) -> None:
    """Write a locked customer's checked file, in the order in which addresses and numbers stand in it."""
    before = file_of(customer)
    for name in _FILED:
        setattr(customer, name, getattr(told, name))
    customer.is_unlooked = True
    customer.save(update_fields=[*_FILED, "is_unlooked"])
    kept = _same_beginning(before.emails, told.emails)
    customer.emails.filter(address__in=before.emails[kept:]).delete()
    EmailAddress.objects.bulk_create([EmailAddress(customer=customer, address=one) for one in told.emails[kept:]])
    kept = _same_beginning(before.phones, told.phones)
    customer.phones.filter(number__in=before.phones[kept:]).delete()
    Phone.objects.bulk_create([Phone(customer=customer, number=one) for one in told.phones[kept:]])
    lookup.refresh(customer)


def _same_beginning(before: Sequence[str], told: Sequence[str]) -> int:
    """How many of the first rows can stay as they are: what is in another place is written anew, in its order."""
    return next(
        (n for n, pair in enumerate(zip(before, told, strict=False)) if pair[0] != pair[1]), min(len(before), len(told))
    )


def on_file(pk: int) -> tuple[Customer, str] | None:
    """A customer and where we write to them, in one query; None when there is nobody of this number.

    Of one who was merged it is whoever goes on in their place.
    """
    found = _ON_FILE.get(pk)
    while found is not None and found.merged_into_id is not None:
        found = _ON_FILE.get(found.merged_into_id)
    return None if found is None else (found, vars(found)["address"] or "")


def goes_on_as(customer: Customer) -> Customer:
    """Whose file goes on for a customer: their own, or that of whoever they were merged into."""
    while customer.merged_into is not None:
        customer = customer.merged_into
    return customer


def same_person(facts: CustomerFacts) -> Customer | None:
    """The one customer with this address and this name; two of them are two people until somebody says otherwise."""
    if not facts.email:
        return None
    named = Customer.objects.filter(emails__address=facts.email.lower(), name__iexact=facts.name).distinct()[:10]
    people = {one.pk: one for one in map(goes_on_as, named)}
    return next(iter(people.values())) if len(people) == 1 else None


def mobiles_among(phones: Iterable[Phone]) -> list[str]:
    """Those of the numbers that may be a mobile telephone's, in E.164, in their order."""
    numbers = (phone.number for phone in phones)
    return [number.as_e164 for number in numbers if number.is_valid() and number_type(number) in _MOBILE]


def has_contact(customer: Customer, contact: str) -> bool:
    """Whether this e-mail address or telephone number, however it is written, is on file for the customer."""
    typed = contact.strip().lower()
    digits = "".join(c for c in typed if c.isdigit()).lstrip("0")
    if "@" in typed:
        return any(email.address == typed for email in customer.emails.all())
    return len(digits) >= 6 and any(str(phone.number).endswith(digits) for phone in customer.phones.all())


def _not_too_many(read: tuple[str, ...], *, field: str, kept: Collection[str]) -> tuple[str, ...]:
    most = max(MOST_CONTACTS, len(kept))
    if len(read) > most:
        raise Invalid(field=field, sentence=_("These are more than %(most)s.") % {"most": most})
    return read
