"""Suspected doubles: two files that could be one person's, with a score and the reasons, for a person to decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from complaints.customers.models import Customer, Suspicion, Verdict
from complaints.staff.models import Employee


def decide(one: Customer, other: Customer, verdict: Verdict, *, by: Employee, at: datetime) -> None:
    """Write down what somebody decided about two files, whether or not they were suspected."""
    first, second = sorted((one, other), key=lambda customer: customer.pk)
    decided: dict[str, Any] = {"verdict": verdict, "decided_at": at, "decided_by": by}
    Suspicion.objects.update_or_create(
        first=first, second=second, defaults=decided, create_defaults={**decided, "score": 0, "found_at": at}
    )
