"""The messages a step leads to: facts gathered from the case, queued in its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.customers.records import address_of
from complaints.escalation.ladder import next_step
from complaints.outbox.models import Kind
from complaints.outbox.queue import Recipient, enqueue, release
from complaints.staff.models import Employee, Tier
from complaints.standards.models import Severity


def customer(case: Case, kind: Kind, *, occasion: str, at: datetime, address: str | None = None, **facts: Any) -> None:
    """Tell the complainant, in their language, at the address on file or the one they have just given."""
    to = _at(address_of(case.customer) if address is None else address, case.customer)
    told = {
        "responsible": case.responsible.name if case.responsible else "",
        "unit": case.unit.name,
        "due_at": case.due,
        **facts,
    }
    enqueue(kind, to=to, about=case.reference, unit=case.unit, occasion=occasion, facts=told, at=at)


def customer_of_what_was_withheld(complainant: Customer, cases: Sequence[Case], *, address: str, at: datetime) -> None:
    """Send the complainant what waited for an address, about those of the cases that are not closed."""
    release([case.reference for case in cases if case.is_open], to=_at(address, complainant), at=at)


def responsible(case: Case, kind: Kind, *, occasion: str, at: datetime, **facts: Any) -> None:
    """Tell who is responsible for a case; where nobody is, or they have left, the next one up its unit's ladder."""
    colleague = case.responsible
    if colleague is None or not colleague.is_active:
        step = next_step(case.unit, Tier.FRONT_LINE)
        colleague = step.responsible if step else None
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


def _at(address: str, complainant: Customer) -> Recipient:
    return Recipient(address=address, name=complainant.name, language=complainant.language)
