from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.handling import keeping
from complaints.remedies.models import TroubleRate
from complaints.remedies.sheets import TroubleSheet
from complaints.staff.models import Employee, Setting


@transaction.atomic
def keep_trouble(
    pk: int | None, *, sheet: TroubleSheet, by: Employee, at: datetime, seen: str | None = None
) -> TroubleRate:
    """Write down what a customer's trouble counts for in a currency, or add one without `pk`.

    What was reckoned before stays with its remedies as it was. Locks the settings, then the row. Raises NotPermitted,
    NotFound, ChangedMeanwhile, Invalid.
    """
    return keeping.keep_plain(Setting.TROUBLE, TroubleRate, pk, sheet=sheet, by=by, at=at, seen=seen)
