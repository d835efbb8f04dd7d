from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.handling import keeping
from complaints.staff.models import Employee, Setting
from complaints.standards.models import ServiceStandard
from complaints.standards.sheets import ServiceSheet


@transaction.atomic
def keep_service_standard(
    pk: int | None, *, sheet: ServiceSheet, by: Employee, at: datetime, seen: str | None = None
) -> ServiceStandard:
    """Write down what is promised to customers, or add a promise without `pk`.

    Locks the settings, then the standard. Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    return keeping.keep_plain(Setting.SERVICE, ServiceStandard, pk, sheet=sheet, by=by, at=at, seen=seen)
