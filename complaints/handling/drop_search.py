from __future__ import annotations

from django.db import transaction

from complaints.cases.saved import one_saved
from complaints.staff.models import Employee


@transaction.atomic
def drop_search(pk: int, *, by: Employee) -> str:
    """Delete one of one's own searches, and say what it was called. Raises NotFound for anybody else's."""
    found = one_saved(by, pk)
    found.delete()
    return found.name
