"""The catalogue: what can be done to put a failure right, whether it takes money, and what that costs us."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar, Final

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from complaints.common.money import CENT
from complaints.common.rulebook import InForce, Mark, edition_shown, makes_an_edition
from complaints.common.words import name_in


class RemedyKind(models.TextChoices):
    """The kinds that every house begins with, the least costly first; further ones are rows alone.

    The words are those of the timeline before the catalogue became rows.
    """

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
"""What every house gives without money or authority: nobody is ever kept from an apology."""


class RemedyType(models.Model):
    """One kind of remedy as this house gives it. Its code and whether it takes money stay as they were added.

    One that is no longer offered stays, as remedies name it by its code.
    """

    code = models.SlugField(_("code"), max_length=20, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True, default="")
    is_tangible = models.BooleanField(_("worth a sum"), default=True, editable=False)
    cost_share = models.PositiveSmallIntegerField(
        _("what it costs us"), default=100, help_text=_("Per cent of what it is worth to the customer.")
    )
    place = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("kind of remedy")
        verbose_name_plural = _("kinds of remedy")
        ordering = ("place", "pk")
        triggers: ClassVar = [
            makes_an_edition(),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="as_added", fields=["code", "is_tangible"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"],
                name="one_remedy_type_per_name",
                violation_error_message=_("Another kind of remedy has this name."),
            ),
            models.CheckConstraint(
                condition=Q(cost_share__lte=100),
                name="remedy_costs_a_share",
                violation_error_message=_("What it costs us is between 0 and 100 per cent of its worth."),
            ),
            models.CheckConstraint(
                condition=~Q(code=RemedyKind.APOLOGY, is_active=False),
                name="an_apology_is_always_offered",
                violation_error_message=_("An apology is always offered: nobody is ever kept from one."),
            ),
            models.CheckConstraint(
                condition=Q(code__in=INTANGIBLE, is_tangible=False)
                | Q(~Q(code__in=INTANGIBLE), code__in=RemedyKind.values, is_tangible=True)
                | ~Q(code__in=RemedyKind.values),
                name="known_remedies_take_money_or_not",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Its name in the language that is active."""
        return name_in(self.name, self.name_zh)

    @property
    def is_given_outside(self) -> bool:
        """Whether a system outside can give it: neither words nor a voucher, which is given by its own code."""
        return self.is_tangible and self.code != RemedyKind.VOUCHER


def catalogue(mark: Mark | None = None) -> Mapping[str, RemedyType]:
    """Every kind by its code, in the order of the list, those no longer offered too.

    Of an edition that a verb has asked for; without one as it is to be shown. Queries only for a new edition.
    """
    return _ROWS.of(mark or edition_shown())


def offered() -> list[RemedyType]:
    """What can be proposed now."""
    return [one for one in catalogue().values() if one.is_active]


def is_tangible(kind: str) -> bool:
    """Whether it is worth a sum, which somebody's authority has to cover; that never changes for a kind."""
    if kind in RemedyKind.values:
        return kind not in INTANGIBLE
    found = catalogue().get(kind)
    return found is None or found.is_tangible


def is_given_outside(kind: str) -> bool:
    """Whether a system outside can give it."""
    return is_tangible(kind) and kind != RemedyKind.VOUCHER


def name_of_remedy(kind: str) -> str:
    """The name of a kind in the language that is active; of one that is not in the catalogue its code."""
    found = catalogue().get(kind)
    return found.label if found else kind


lazy_name_of_remedy = lazy(name_of_remedy, str)
"""The same, in the language that is active when it is read."""


def cost_of(kind: str, amount: Money, mark: Mark | None) -> Decimal | None:
    """What a remedy costs us by the catalogue, in its currency, to the cent; None where that is all it is worth."""
    found = catalogue(mark).get(kind)
    if found is None or found.cost_share == 100:
        return None
    cost: Decimal = amount.amount * found.cost_share / 100
    return cost.quantize(CENT, ROUND_HALF_UP)


_ROWS: Final = InForce(lambda: {one.code: one for one in RemedyType.objects.order_by("place", "pk")})
