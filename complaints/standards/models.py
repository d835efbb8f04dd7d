from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Severity(models.IntegerChoices):
    """How bad the failure was, judged at intake."""

    LOW = 1, _("Low")
    MEDIUM = 2, _("Medium")
    HIGH = 3, _("High")
    CRITICAL = 4, _("Critical")


class FailureType(models.Model):
    """What can go wrong, in two levels: an area, and the failure in it."""

    parent = models.ForeignKey(
        "self", verbose_name=_("area"), null=True, blank=True, on_delete=models.PROTECT, related_name="kinds"
    )
    name = models.CharField(_("name"), max_length=160)
    name_zh = models.CharField(_("Chinese name"), max_length=160, blank=True, default="")
    touchpoint = models.CharField(
        _("touchpoint"),
        max_length=80,
        blank=True,
        default="",
        help_text=_("Where the customer meets us when it happens."),
    )
    is_active = models.BooleanField(_("offered when filing"), default=True)

    class Meta:
        verbose_name = _("failure type")
        verbose_name_plural = _("failure types")
        ordering = ("parent__name", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parent", "name"], nulls_distinct=False, name="one_failure_type_per_name"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="failure_type_not_its_own_area"),
        ]

    def __str__(self) -> str:
        return self.name


class RecoveryStandard(models.Model):
    """How fast we put right a failure of this severity, in minutes of calendar time from the filing."""

    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity, unique=True)
    acknowledge_minutes = models.PositiveIntegerField(_("acknowledge within (minutes)"))
    resolve_minutes = models.PositiveIntegerField(_("resolve within (minutes)"))

    class Meta:
        verbose_name = _("recovery standard")
        verbose_name_plural = _("recovery standards")
        ordering = ("-severity",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(acknowledge_minutes__gt=0, resolve_minutes__gte=models.F("acknowledge_minutes")),
                name="acknowledged_before_resolved",
            )
        ]

    def __str__(self) -> str:
        return str(Severity(self.severity).label)
