"""The messages a step leads to: facts gathered from the case, queued in its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils.functional import Promise

from complaints.cases import clocks, lifecycle
from complaints.cases.models import Case
from complaints.common.by_key import ByKey
from complaints.common.errors import NotFound
from complaints.customers.models import Customer, EmailAddress, Reach
from complaints.customers.records import mobiles_among
from complaints.escalation.ladder import next_rung
from complaints.outbox.models import BarredAddress, Channel, Kind, Message, Trouble
from complaints.outbox.queries import barred
from complaints.outbox.queue import Recipient, drafted, enqueue, release
from complaints.staff.models import Employee
from complaints.staff.queries import administrators
from complaints.standards.models import ClockKind, Severity

_ADDRESSES: Final = EmailAddress.objects.filter(customer=OuterRef("pk")).order_by("pk").values("address")
_OPEN: Final = _ADDRESSES.exclude(Exists(BarredAddress.objects.filter(address=OuterRef("address"))))
_COMPLAINANT: Final = ByKey(
    lambda: Customer.objects.defer("haystack", "grams", "near").annotate(
        first=Subquery(_ADDRESSES[:1]), open=Subquery(_OPEN[:1])
    )
)

MEETS: Final[dict[str, frozenset[ClockKind]]] = {
    Kind.ACKNOWLEDGED: frozenset({ClockKind.ACKNOWLEDGE}),
    Kind.QUESTION: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.UPDATE}),
    Kind.WRITTEN: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.ANSWER, ClockKind.UPDATE}),
    Kind.RESOLUTION_PROPOSED: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.ANSWER, ClockKind.UPDATE}),
    Kind.REMEDY_OFFERED: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.ANSWER, ClockKind.UPDATE}),
}
"""Which deadlines a message meets once it is delivered: only what a person wrote, never a receipt by itself."""


def customer(case: Case, kind: Kind, *, occasion: str, at: datetime, address: str | None = None, **facts: Any) -> None:
    """Tell the complainant, in their language, at the address on file or the one they have just given.

    Who has no address that takes our mail is told in person by whoever writes this down: their word meets at once
    what a mail would.
    """
    message = to_customer(case, kind, occasion=occasion, at=at, address=address, **facts)
    enqueue(message)
    if not message.recipient:
        reached(case, kind, at=at)


def reached(case: Case, kind: str, *, at: datetime) -> None:
    """End the deadlines of a locked case that a message of this kind meets, now that it has reached the customer.

    Its version stays: nobody's page grows old.
    """
    if kind in MEETS:
        clocks.meet(case, MEETS[kind], at=at)
        lifecycle.note_due(case)


def to_customer(
    case: Case, kind: Kind, *, occasion: str, at: datetime, address: str | None = None, **facts: Any
) -> Message:
    """A message to the complainant that meets no deadline, for a verb that stores it with what it tells of."""
    to = _complainant(case.customer, address) if address is not None else _on_file(case)
    told = _standing(case) | facts
    return drafted(kind, to=to, about=case.reference, unit=case.unit, occasion=occasion, facts=told, at=at)


def receipt(case: Case, *, address: str, at: datetime, **facts: Any) -> Message:
    """The complainant's receipt of a new complaint, to be stored with it."""
    to, told = _complainant(case.customer, address), _standing(case) | facts
    return drafted(Kind.RECEIVED, to=to, about=case.reference, unit=case.unit, occasion="filed", facts=told, at=at)


def customer_of_what_was_withheld(complainant: Customer, cases: Sequence[Case], *, address: str, at: datetime) -> None:
    """Send the complainant what waited for an address, about those of the cases that are not closed."""
    to = _complainant(complainant, address)
    if to.address:
        release([case.reference for case in cases if case.is_open], to=to, at=at)


def responsible(case: Case, kind: Kind, *, occasion: str, at: datetime, **facts: Any) -> None:
    """Tell who is responsible for a case; where nobody is, or they have left, the next one up its unit's ladder."""
    colleague = case.responsible
    if colleague is None or not colleague.is_active:
        rung = next_rung(case.unit, 0, at=at)
        colleague = rung.responsible if rung else None
    employee(colleague, case, kind, occasion=occasion, at=at, **facts)


def employee(colleague: Employee | None, case: Case, kind: Kind, *, occasion: str, at: datetime, **facts: Any) -> None:
    """Tell a colleague, with the address of the case page; nobody needs no telling."""
    enqueue(*to_employee(colleague, case, kind, occasion=occasion, at=at, **facts))


def alarm(case: Case, *, occasion: str, at: datetime, reason: str | Promise, **facts: Any) -> None:
    """Tell the administrators that a case, or with `remedy` a remedy on it, waits with nobody to wait for."""
    enqueue(*to_administrators(case, occasion=occasion, at=at, reason=reason, **facts))


def to_employee(
    colleague: Employee | None, case: Case, kind: Kind, *, occasion: str, at: datetime, **facts: Any
) -> list[Message]:
    """The message to a colleague, for a verb that stores it with what it tells of; none to nobody."""
    if colleague is None or not colleague.is_active:
        return []
    page = f"{settings.BASE_URL}{reverse('desk:complaint', args=[case.reference])}"
    told = {
        "customer": case.customer.name,
        "page": page,
        "due_at": case.due,
        "severity": Severity(case.severity).label,
        **facts,
    }
    to = _colleague(colleague)
    return [drafted(kind, to=to, about=case.reference, unit=case.unit, occasion=occasion, facts=told, at=at)]


def to_administrators(case: Case, *, occasion: str, at: datetime, reason: str | Promise, **facts: Any) -> list[Message]:
    """The alarm, for a verb that stores it with what it tells of."""
    facts = {"reason": reason, **facts}
    return [
        message
        for administrator in administrators()
        for message in to_employee(administrator, case, Kind.STAFF_ALARM, occasion=occasion, at=at, **facts)
    ]


def page_of_approval(pk: int) -> str:
    """The address of the page on which one request for approval is decided."""
    return f"{settings.BASE_URL}{reverse('desk:approval', args=[pk])}"


def colleague_of_no_case(colleague: Employee, kind: Kind, *, occasion: str, at: datetime, **facts: Any) -> None:
    """Tell a colleague what is about no complaint, with the address of their desk."""
    told = {"page": f"{settings.BASE_URL}{reverse('desk:worklist')}", **facts}
    to = _colleague(colleague)
    enqueue(drafted(kind, to=to, about="", unit=colleague.unit, occasion=occasion, facts=told, at=at))


def _on_file(case: Case) -> Recipient:
    """The complainant of a case, who is fetched along with where we write to them: the first that takes our mail."""
    found = _COMPLAINANT.get(case.customer_id)
    if found is None:
        raise NotFound
    case.customer = found
    without = Trouble.BARRED if vars(found)["first"] else Trouble.NO_ADDRESS
    return replace(_complainant(found, vars(found)["open"] or ""), without=without)


def _colleague(colleague: Employee) -> Recipient:
    return Recipient(
        address=colleague.email,
        name=colleague.name,
        language=colleague.language or settings.LANGUAGE_CODE,
        is_customer=False,
        colleague=colleague,
    )


def _complainant(customer: Customer, address: str) -> Recipient:
    """The complainant at this address, or on their mobile telephone: at their wish, or where no mail reaches them."""
    to = Recipient(address=address, name=customer.name, language=customer.language)
    if not settings.SMS or (address and customer.channel != Reach.SMS):
        return to
    numbers = mobiles_among(customer.phones.all())
    closed = barred(numbers)
    number = next((one for one in numbers if one not in closed), "")
    return replace(to, address=number, channel=Channel.SMS) if number else to


def _standing(case: Case) -> dict[str, Any]:
    """What every message to the complainant may say: who looks after the matter, where, and by when."""
    return {
        "responsible": case.responsible.name if case.responsible else "",
        "unit": case.unit.name,
        "due_at": case.due,
    }
