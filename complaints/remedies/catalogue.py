"""The catalogue: what can be done to put a failure right, and whether it takes money."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class RemedyKind(models.TextChoices):
    """What is done to put it right, the least costly first."""

    APOLOGY = "apology", _("Apology")
    EXPLANATION = "explanation", _("Explanation")
    CORRECTION = "correction", _("Correction")
    REDO = "redo", _("Done again")
    REPLACEMENT = "replacement", _("Replacement")
    REPAIR = "repair", _("Free repair")
    UPGRADE = "upgrade", _("Upgrade")
    GIFT = "gift", _("Gift")
    POINTS = "points", _("Points")
    VOUCHER = "voucher", _("Voucher")
    WAIVED_FEE = "waived_fee", _("Waived fee")
    PRICE_REDUCTION = "price_reduction", _("Price reduction")
    REFUND = "refund", _("Refund")
    REIMBURSEMENT = "reimbursement", _("Reimbursement")
    GOODWILL = "goodwill", _("Goodwill payment")


INTANGIBLE: Final = (RemedyKind.APOLOGY, RemedyKind.EXPLANATION, RemedyKind.CORRECTION)
"""What costs no money and needs no authority: nobody is ever kept from an apology."""

GIVEN_OUTSIDE: Final = tuple(kind for kind in RemedyKind if kind not in {*INTANGIBLE, RemedyKind.VOUCHER})
"""What a system outside can give: neither words nor a voucher, which is given by its own code."""


def is_tangible(kind: RemedyKind) -> bool:
    """Whether it is worth a sum, which somebody's authority has to cover."""
    return kind not in INTANGIBLE
