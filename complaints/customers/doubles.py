"""Suspected doubles: two files that could be one person's, with a score and the reasons, for a person to decide.

Nobody is compared with everybody: candidates share a number, an address, the part of it before the @, or a name that
is a slip of the finger away. Nothing here merges anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from complaints.common.errors import NotFound
from complaints.common.keyset import Key, beyond, read_key
from complaints.common.words import fold, split
from complaints.customers import lookup, merging
from complaints.customers.models import Customer, EmailAddress, Phone, Suspicion, Verdict
from complaints.staff.models import Employee

PAGE: Final = 25
LEAST: Final = 70
"""From this score on somebody is asked: a name that nobody else has comes to it, a shared number alone does not."""

MOST_SHARING: Final = 20
"""Files that share a number, an address or a name; where there are more, it says nothing of any two."""

_SHORTEST_LOCAL_PART: Final = 4
_ALIKE: Final = 80
_EVERYBODYS: Final = frozenset(
    {"info", "sales", "office", "mail", "contact", "admin", "service", "support", "reception"}
)


class Reason(models.TextChoices):
    """Why two files could be one person's."""

    SAME_NAME = "same_name", _("Same name")
    ALIKE_NAME = "alike_name", _("Similar name")
    RARE_NAME = "rare_name", _("Nobody else is called so")
    SAME_COMPANY = "same_company", _("Same company")
    SAME_PHONE = "same_phone", _("Same telephone number")
    SAME_EMAIL = "same_email", _("Same e-mail address")
    SAME_LOCAL_PART = "same_local_part", _("Same name before the @")
    NAMED = "named", _("Named by a colleague")


_WORTH: Final = {
    Reason.SAME_PHONE: 30,
    Reason.SAME_EMAIL: 30,
    Reason.SAME_LOCAL_PART: 15,
    Reason.SAME_COMPANY: 25,
    Reason.RARE_NAME: 10,
}
_NAME_WEIGHS: Final = 60


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two files are, 0 to 100, and in what."""

    score: int
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of suspicions and the key to go on from."""

    suspicions: list[Suspicion]
    next_key: str = ""


def unlooked_ids(*, limit: int) -> list[int]:
    """Customers whose file was written since doubles of it were looked for, oldest first."""
    rows = Customer.objects.filter(is_unlooked=True).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def look_for(customer: Customer, *, at: datetime) -> int:
    """Write down who could be a double of a locked customer; how many there are. What somebody decided stands.

    Also brings what misspelt names are found by up to date, where a file is older than that.
    """
    if not customer.near:
        lookup.refresh(customer)
    found = {} if customer.merged_into_id is not None else _alike(customer)
    mine = Suspicion.objects.filter(Q(first=customer) | Q(second=customer), verdict="")
    mine.exclude(reasons__contains=[Reason.NAMED]).exclude(
        Q(first__in=found, second=customer) | Q(second__in=found, first=customer)
    ).delete()
    for pk, likeness in found.items():
        suspect(customer.pk, pk, likeness, at=at)
    Customer.objects.filter(pk=customer.pk).update(is_unlooked=False)
    return len(found)


def suspect(one: int, other: int, likeness: Likeness, *, at: datetime) -> Suspicion:
    """Store a suspicion, or what it is founded on now; one that was decided stays as it is."""
    first, second = sorted((one, other))
    facts = {"score": likeness.score, "reasons": [str(reason) for reason in likeness.reasons]}
    stored, is_new = Suspicion.objects.get_or_create(
        first_id=first, second_id=second, defaults={**facts, "found_at": at}
    )
    if not is_new and not stored.verdict:
        Suspicion.objects.filter(pk=stored.pk).update(**facts)
    return stored


def decide(one: Customer, other: Customer, verdict: Verdict, *, by: Employee, at: datetime) -> None:
    """Write down what somebody decided about two files, whether or not they were suspected."""
    first, second = sorted((one, other), key=lambda customer: customer.pk)
    decided: dict[str, Any] = {"verdict": verdict, "decided_at": at, "decided_by": by}
    Suspicion.objects.update_or_create(
        first=first, second=second, defaults=decided, create_defaults={**decided, "score": 0, "found_at": at}
    )


def open_ones(*, after: str = "") -> Page:
    """A page of what nobody has decided on yet, found last first. Keyset pages, no counting."""
    rows = _shown().filter(verdict="", first__merged_into=None, second__merged_into=None)
    rows = rows.filter(beyond("found_at", read_key(after), descending=True))
    found = list(rows.order_by("-found_at", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], str(Key(last.found_at, last.pk)) if last else "")


def one(pk: int) -> Suspicion:
    """One suspicion with both files; raises NotFound."""
    found = _shown().filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def likeness_of(one: Customer, other: Customer, *, is_rare: bool = False) -> Likeness:
    """How alike two files are: six tenths for the name in any order of its words, the rest for what they share."""
    names = fold(one.name), fold(other.name)
    # sorted, two names that begin with another letter stand in another order; unsorted, the family name may come first
    alike = max(fuzz.ratio(*names), fuzz.token_sort_ratio(*names))
    reasons = [Reason.SAME_NAME] if alike == 100 else [Reason.ALIKE_NAME] if alike >= _ALIKE else []
    if is_rare and reasons:
        reasons.append(Reason.RARE_NAME)
    if one.company and split(one.company) == split(other.company):
        reasons.append(Reason.SAME_COMPANY)
    if _numbers(one) & _numbers(other):
        reasons.append(Reason.SAME_PHONE)
    if _addresses(one) & _addresses(other):
        reasons.append(Reason.SAME_EMAIL)
    elif _local_parts(one) & _local_parts(other):
        reasons.append(Reason.SAME_LOCAL_PART)
    worth = sum(_WORTH.get(reason, 0) for reason in reasons)
    return Likeness(min(100, round(alike * _NAME_WEIGHS / 100) + worth), reasons)


def _alike(customer: Customer) -> dict[int, Likeness]:
    namesakes = _named_alike(customer)
    candidates = {*namesakes, *_sharing_contacts(customer)} - {customer.pk}
    files = Customer.objects.filter(pk__in=candidates, merged_into=None).defer("haystack", "grams", "near")
    is_rare = len(namesakes) == 2
    found = {other.pk: likeness_of(customer, other, is_rare=is_rare) for other in files.prefetch_related(*_CONTACTS)}
    alike = {pk: likeness for pk, likeness in found.items() if likeness.score >= LEAST}
    return {pk: likeness for pk, likeness in alike.items() if not _are_two(customer, pk)} if alike else {}


_CONTACTS: Final = ("emails", "phones")


def _named_alike(customer: Customer) -> list[int]:
    """Whose name is at most a slip away, this customer among them; nobody where too many are called so."""
    condition = Q()
    words = [word for word in split(customer.name) if lookup.near_keys(word)]
    for word in words:
        condition &= Q(near__overlap=lookup.near_keys(word))
    if not words:
        return []
    rows = Customer.objects.filter(condition, merged_into=None).values_list("pk", flat=True)[: MOST_SHARING + 1]
    return list(rows) if len(rows) <= MOST_SHARING else []


def _sharing_contacts(customer: Customer) -> set[int]:
    """Who shares a number, an address or what stands before its @; nobody where too many share it."""
    numbers, addresses, local_parts = _numbers(customer), _addresses(customer), _local_parts(customer)
    shared: list[QuerySet[Any, int]] = [
        *(Phone.objects.filter(number=one).values_list("customer", flat=True) for one in numbers),
        *(EmailAddress.objects.filter(address=one).values_list("customer", flat=True) for one in addresses),
        *(
            EmailAddress.objects.filter(address__startswith=f"{one}@").values_list("customer", flat=True)
            for one in local_parts
        ),
    ]
    few = (list(rows[: MOST_SHARING + 1]) for rows in shared)
    return {pk for found in few if len(found) <= MOST_SHARING for pk in found}


def _are_two(customer: Customer, other: int) -> bool:
    """Whether somebody decided that one of these files, or of those merged into them, is not one of the others."""
    ours, theirs = merging.family(customer), merging.family(Customer(pk=other))
    pairs = Q(first__in=ours, second__in=theirs) | Q(first__in=theirs, second__in=ours)
    return Suspicion.objects.filter(pairs, verdict=Verdict.DIFFERENT).exists()


def _shown() -> QuerySet[Suspicion]:
    left_out = [f"{side}__{name}" for side in ("first", "second") for name in ("haystack", "grams", "near")]
    contacts = [f"{side}__{name}" for side in ("first", "second") for name in _CONTACTS]
    return (
        Suspicion.objects.select_related("first", "second", "decided_by").defer(*left_out).prefetch_related(*contacts)
    )


def _numbers(customer: Customer) -> set[str]:
    return {str(phone.number) for phone in customer.phones.all()}


def _addresses(customer: Customer) -> set[str]:
    return {email.address for email in customer.emails.all()}


def _local_parts(customer: Customer) -> set[str]:
    """What stands before the @, where it is long enough to say anything and no office's."""
    parts: Iterable[str] = (address.partition("@")[0] for address in _addresses(customer))
    return {part for part in parts if len(part) >= _SHORTEST_LOCAL_PART and part not in _EVERYBODYS}
