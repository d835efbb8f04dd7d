"""The messages a step leads to: facts gathered from the case, queued in its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from complaints.cases import clocks, lifecycle
from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.escalation.ladder import next_rung
from complaints.outbox.models import Kind, Message, Trouble
from complaints.outbox.queries import barred
from complaints.outbox.queue import Recipient, drafted, enqueue, release
from complaints.staff.models import Employee
from complaints.staff.queries import administrators
from complaints.standards.models import ClockKind, Severity

MEETS: Final[dict[str, frozenset[ClockKind]]] = {
    Kind.ACKNOWLEDGED: frozenset({ClockKind.ACKNOWLEDGE}),
    Kind.QUESTION: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.UPDATE}),
    Kind.WRITTEN: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.ANSWER, ClockKind.UPDATE}),
    Kind.RESOLUTION_PROPOSED: frozenset({ClockKind.ACKNOWLEDGE, ClockKind.ANSWER, ClockKind.UPDATE}),
}
"""Which deadlines a message meets once it is delivered: only what a person wrote, never a receipt by itself."""


def customer(case: Case, kind: Kind, *, occasion: str, at: datetime, address: str | None = None, **facts: Any) -> None:
    """Tell the complainant, in their language, at the address on file or the one they have just given.

    Who has no address that takes our mail is told in person by whoever writes this down: their word meets at once
    what a mail would.
    """
    to = _reachable(case.customer) if address is None else _complainant(case.customer, address)
    told = _standing(case) | facts
    enqueue(kind, to=to, about=case.reference, unit=case.unit, occasion=occasion, facts=told, at=at)
    if not to.address:
        reached(case, kind, at=at)


def reached(case: Case, kind: str, *, at: datetime) -> None:
    """End the deadlines of a locked case that a message of this kind meets, now that it has reached the customer.

    Its version stays: nobody's page grows old.
    """
    if kind in MEETS:
        clocks.meet(case, MEETS[kind], at=at)
        lifecycle.note_due(case)


def receipt(case: Case, *, address: str, at: datetime, **facts: Any) -> Message:
    """The complainant's receipt of a new complaint, to be stored with it."""
    to, told = _complainant(case.customer, address), _standing(case) | facts
    return drafted(Kind.RECEIVED, to=to, about=case.reference, unit=case.unit, occasion="filed", facts=told, at=at)


def customer_of_what_was_withheld(complainant: Customer, cases: Sequence[Case], *, address: str, at: datetime) -> None:
    """Send the complainant what waited for an address, about those of the cases that are not closed."""
    release([case.reference for case in cases if case.is_open], to=_complainant(complainant, address), at=at)


def responsible(case: Case, kind: Kind, *, occasion: str, at: datetime, **facts: Any) -> None:
    """Tell who is responsible for a case; where nobody is, or they have left, the next one up its unit's ladder."""
    colleague = case.responsible
    if colleague is None or not colleague.is_active:
        rung = next_rung(case.unit, 0, at=at)
        colleague = rung.responsible if rung else None
    employee(colleague, case, kind, occasion=occasion, at=at, **facts)


def employee(colleague: Employee | None, case: Case, kind: Kind, *, occasion: str, at: datetime, **facts: Any) -> None:
    """Tell a colleague, with the address of the case page; nobody needs no telling."""
    if colleague is None or not colleague.is_active:
        return
    to = Recipient(
        address=colleague.email,
        name=colleague.name,
        language=colleague.language or settings.LANGUAGE_CODE,
        is_customer=False,
    )
    page = f"{settings.BASE_URL}{reverse('desk:complaint', args=[case.reference])}"
    told = {
        "customer": case.customer.name,
        "page": page,
        "due_at": case.due,
        "severity": Severity(case.severity).label,
        **facts,
    }
    enqueue(kind, to=to, about=case.reference, unit=case.unit, occasion=occasion, facts=told, at=at)


def alarm(case: Case, *, occasion: str, at: datetime, reason: str) -> None:
    """Tell the administrators that a case waits with nobody to wait for."""
    for administrator in administrators():
        employee(administrator, case, Kind.STAFF_ALARM, occasion=occasion, at=at, reason=reason)


def _complainant(customer: Customer, address: str) -> Recipient:
    return Recipient(address=address, name=customer.name, language=customer.language)


def _reachable(customer: Customer) -> Recipient:
    """The complainant at the first of their addresses that takes our mail; without one, why there is none."""
    addresses = list(customer.emails.order_by("pk").values_list("address", flat=True))
    closed = barred(addresses)
    address = next((one for one in addresses if one.lower() not in closed), "")
    return replace(
        _complainant(customer, address), without=Trouble.BARRED if addresses and not address else Trouble.NO_ADDRESS
    )


def _standing(case: Case) -> dict[str, Any]:
    """What every message to the complainant may say: who looks after the matter, where, and by when."""
    return {
        "responsible": case.responsible.name if case.responsible else "",
        "unit": case.unit.name,
        "due_at": case.due,
    }
