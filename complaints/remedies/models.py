from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField

from complaints.cases.models import Case


class RemedyKind(models.TextChoices):
    """What was done to put it right."""

    REIMBURSEMENT = "reimbursement", _("Reimbursement")


class Remedy(models.Model):
    """What a customer was given on a case. For now these come with imported records: sums that were paid."""

    case = models.ForeignKey(Case, verbose_name=_("complaint"), on_delete=models.PROTECT, related_name="remedies")
    kind = models.CharField(_("kind"), max_length=20, choices=RemedyKind)
    amount = MoneyField(  # type: ignore[no-untyped-call] # the library has no types
        _("amount"), max_digits=12, decimal_places=2, default_currency="USD"
    )
    given_at = models.DateTimeField(_("given at"), null=True, blank=True)

    objects: ClassVar[models.Manager[Remedy]] = models.Manager()

    class Meta:
        verbose_name = _("remedy")
        verbose_name_plural = _("remedies")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="remedy_worth_something")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"
