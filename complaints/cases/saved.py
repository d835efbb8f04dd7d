"""Searches people keep for themselves."""

from __future__ import annotations

from typing import Final

from complaints.cases.models import SavedSearch
from complaints.common.errors import NotFound
from complaints.staff.models import Employee

MOST_SAVED: Final = 30  # of one employee: more are not found again in a list


def saved_by(employee: Employee) -> list[SavedSearch]:
    """What an employee looks for again and again, by name."""
    return list(SavedSearch.objects.filter(employee=employee).order_by("name", "pk")[:MOST_SAVED])


def one_saved(employee: Employee, pk: int) -> SavedSearch:
    """One of an employee's own searches; raises NotFound for anybody else's."""
    found = SavedSearch.objects.filter(employee=employee, pk=pk).first()
    if found is None:
        raise NotFound
    return found
