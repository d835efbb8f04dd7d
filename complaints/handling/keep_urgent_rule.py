from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.escalation.models import UrgentRule
from complaints.escalation.sheets import UrgentSheet
from complaints.handling import keeping
from complaints.staff.models import Employee, Setting


@transaction.atomic
def keep_urgent_rule(
    pk: int | None, *, sheet: UrgentSheet, by: Employee, at: datetime, seen: str | None = None
) -> UrgentRule:
    """Write down what cannot wait, or add a rule without `pk`; it holds for what customers say from now on.

    Locks the settings, then the rule. Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    return keeping.keep_plain(Setting.URGENT, UrgentRule, pk, sheet=sheet, by=by, at=at, seen=seen)
