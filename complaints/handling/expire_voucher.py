"""What a voucher was worth that nobody used in time goes back to whoever gave it, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.common.actors import SYSTEM
from complaints.handling.offer_remedy import note
from complaints.remedies import ledger
from complaints.remedies.models import GivenBackFor, Voucher


def unused_ids(*, at: datetime, limit: int | None = 200) -> list[int]:
    """Vouchers whose last day is over and that nobody redeemed or took back, the longest ago first."""
    out = Voucher.objects.filter(redeemed_at=None, void_at=None, expired_at=None, expires_at__lte=at)
    return list(out.order_by("expires_at", "pk").values_list("pk", flat=True)[:limit])


@transaction.atomic
def expire_voucher(voucher_id: int, *, at: datetime) -> bool:
    """Mark a voucher as expired and give its worth back, in the month it was taken in; False where it moved on.

    It is redeemed by nobody after that, and reversed by nobody: its money is back. Locks the case, skipping one that
    somebody is working on, then the voucher, then the balances.
    """
    cases = Case.objects.select_for_update(skip_locked=True, of=("self",)).select_related("customer", "unit")
    case = cases.filter(remedies__voucher=voucher_id).first()
    if case is None:
        return False
    voucher = Voucher.objects.select_for_update(of=("self",)).select_related("remedy").get(pk=voucher_id)
    if not voucher.is_out or at < voucher.expires_at:
        return False
    voucher.expired_at = at
    voucher.save(update_fields=["expired_at"])
    ledger.give_back(voucher.remedy, at=at, given=True, why=GivenBackFor.VOUCHER_EXPIRED)
    note(case, voucher.remedy, Entry.VOUCHER_EXPIRED, by=SYSTEM, at=at)
    lifecycle.store(case)
    return True
