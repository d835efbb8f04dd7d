from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from complaints.handling import tell
from complaints.outbox.models import Kind
from complaints.remedies import ledger
from complaints.remedies.models import LedgerProof
from complaints.staff.models import Unit
from complaints.staff.queries import administrators

NIGHT: Final = 3
"""From this hour on, where the company is."""

SHOWN: Final = 50


@transaction.atomic
def prove_ledger(*, at: datetime) -> bool:
    """Compare every balance with its entries, once a night, and tell the administrators where one differs.

    False where it is not night yet or tonight's proof was given; two at once are one. Locks nothing.
    """
    company = Unit.objects.filter(parent=None).order_by("pk").first()
    here = at.astimezone(ZoneInfo(company.time_zone if company else "UTC"))
    if here.hour < NIGHT or LedgerProof.objects.filter(day=here.date()).exists():
        return False
    found = ledger.discrepancies()
    proof, is_new = LedgerProof.objects.get_or_create(
        day=here.date(), defaults={"proved_at": at, "discrepancies": found[:SHOWN]}
    )
    if is_new and found:
        facts = {"lines": found[:SHOWN], "how_many": len(found)}
        for one in administrators():
            tell.colleague_of_no_case(one, Kind.STAFF_LEDGER, occasion=str(proof.day), at=at, **facts)
    return is_new
