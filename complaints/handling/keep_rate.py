from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.handling import keeping
from complaints.remedies.models import ExchangeRate
from complaints.remedies.sheets import RateSheet
from complaints.staff.models import Employee, Setting


@transaction.atomic
def keep_rate(pk: int | None, *, sheet: RateSheet, by: Employee, at: datetime, seen: str | None = None) -> ExchangeRate:
    """Write down what a currency comes to in another from a moment on, or add it without `pk`.

    A rate that has held already stays: decisions were made by it. Locks the settings, then the rate. Raises
    NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by)
    found = keeping.locked(ExchangeRate.objects.all(), pk)
    now = RateSheet.of(found) if found else None
    if now is not None and not sheet.differs_in(now):
        return found or ExchangeRate()
    if found is not None and found.since <= at:
        raise Invalid(field="", sentence=_("Decisions were made by this rate; it stays. Add the one that holds now."))
    if sheet.since is not None and sheet.since < at:
        raise Invalid(field="since", sentence=_("A rate holds from now on or from later on, never for what is past."))
    if sheet.source == sheet.target:
        raise Invalid(field="target", sentence=_("Please name two different currencies."))
    rate = found or ExchangeRate()
    keeping.keep(Setting.RATE, rate, replace(sheet, since=sheet.since or at), now=now, seen=seen, by=by, at=at)
    return rate
