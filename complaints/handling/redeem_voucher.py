from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import lifecycle
from complaints.cases.entries import Entry
from complaints.cases.queries import locked
from complaints.common.errors import Invalid, NotFound, VoucherNotGood
from complaints.common.tokens import read_voucher_code
from complaints.common.words import clean_line
from complaints.handling.offer_remedy import note
from complaints.remedies.models import Voucher
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require


@transaction.atomic
def redeem_voucher(code: str, *, redeemed_for: str, by: Employee, at: datetime) -> Voucher:
    """Take a voucher as payment, once, wherever its complaint belongs: whoever knows the code has it in hand.

    `redeemed_for` names what was paid with it, such as the bill; the same one sent twice is one. Locks the case, then
    the voucher. Raises NotPermitted, Invalid, NotFound, VoucherNotGood.
    """
    require(by, Permission.REDEEM_VOUCHER)
    redeemed_for = clean_line(redeemed_for)[:120]
    if not redeemed_for:
        raise Invalid(field="redeemed_for", sentence=_("Please say what was paid with it, such as the bill."))
    found = Voucher.objects.select_related("remedy__case").filter(code=read_voucher_code(code)).first()
    if found is None:
        raise NotFound
    case = locked(found.remedy.case.reference)
    voucher = Voucher.objects.select_for_update(of=("self",)).select_related("remedy").get(pk=found.pk)
    if voucher.redeemed_at and (voucher.redeemed_by_id, voucher.redeemed_for) == (by.pk, redeemed_for):
        return voucher
    if not voucher.is_good(at=at):
        raise VoucherNotGood(why=_why_not(voucher))
    voucher.redeemed_at, voucher.redeemed_by, voucher.redeemed_for = at, by, redeemed_for
    voucher.save(update_fields=["redeemed_at", "redeemed_by", "redeemed_for"])
    note(case, voucher.remedy, Entry.VOUCHER_REDEEMED, by=by.actor, at=at, reason=redeemed_for)
    lifecycle.store(case)
    return voucher


def _why_not(voucher: Voucher) -> str:
    if voucher.redeemed_at is not None:
        return _("it was redeemed already.")
    return _("it was taken back.") if voucher.void_at is not None else _("it has expired.")
