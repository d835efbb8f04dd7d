from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.cases.models import Clock
from complaints.common.rulebook import makes_an_edition
from complaints.staff.models import Employee, Tier, Unit
from complaints.standards.models import BusinessCalendar, Complainer, FailureType


class LadderStep(models.Model):
    """One step of a ladder: who decides there, and how long they have; a unit without steps takes those above it.

    A step outside (an ombudsman, a regulator) is told to the customer and written down; nobody of ours is assigned.
    """

    unit = models.ForeignKey(
        Unit,
        verbose_name=_("unit and what is below"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=80)
    tier = models.CharField(_("tier"), max_length=10, choices=Tier, blank=True, default="")
    contact = models.TextField(
        _("how customers reach it"), blank=True, default="", help_text=_("Only for a step outside.")
    )
    minutes = models.PositiveIntegerField(_("decides within (minutes)"), null=True, blank=True)
    calendar = models.ForeignKey(
        BusinessCalendar,
        verbose_name=_("in business time of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("step of the ladder")
        verbose_name_plural = _("steps of the ladder")
        ordering = ("unit__path", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "position"], nulls_distinct=False, name="one_step_per_position"),
            models.CheckConstraint(
                condition=~models.Q(tier="", contact=""),
                name="step_has_tier_or_contact",
                violation_error_message=_("Name a tier, or for a step outside say how customers reach it."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str | Promise:
        """The name for people; one that is just the tier's is told in the reader's language."""
        label = Tier(self.tier).label if self.tier else self.name
        with translation.override("en"):
            return label if str(label) == self.name else self.name

    @property
    def is_outside(self) -> bool:
        """Whether this step is not ours."""
        return not self.tier


class UrgentRule(models.Model):
    """What cannot wait: where all that it names holds, the case goes up at once, or the customer is taken for more.

    A word holds where it stands in what the customer says. `complaints` are those of the customer within a year, this
    one included; `following` are people who follow the customer in public, as far as that was noted on the case.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    words = models.TextField(
        _("words"), blank=True, default="", help_text=_("One word or phrase a line, in any language.")
    )
    failure_type = models.ForeignKey(
        FailureType,
        verbose_name=_("failure type or area"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    customer_group = models.CharField(_("customer group"), max_length=40, blank=True, default="")
    complainer = models.CharField(_("kind of complainer"), max_length=10, choices=Complainer, blank=True, default="")
    complaints = models.PositiveSmallIntegerField(
        _("complaints within a year, at least"), null=True, blank=True, validators=[MinValueValidator(2)]
    )
    following = models.PositiveIntegerField(
        _("people who follow the customer, at least"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    takes_as = models.CharField(
        _("the customer is taken for one who"), max_length=10, choices=Complainer, blank=True, default=""
    )
    tier = models.CharField(_("goes at once to"), max_length=10, choices=Tier, blank=True, default=Tier.MANAGER)
    is_active = models.BooleanField(_("in force"), default=True)

    class Meta:
        triggers: ClassVar = [makes_an_edition()]
        verbose_name = _("urgent rule")
        verbose_name_plural = _("urgent rules")
        ordering = ("name",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(
                    words="",
                    failure_type__isnull=True,
                    customer_group="",
                    complainer="",
                    complaints__isnull=True,
                    following__isnull=True,
                ),
                name="urgent_rule_says_when",
                violation_error_message=_("Name words, a failure type, or something about the customer."),
            ),
            models.CheckConstraint(
                condition=~models.Q(tier="", takes_as=""),
                name="urgent_rule_does_something",
                violation_error_message=_("Say to whom it goes, or for whom the customer is taken."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Reminder(models.Model):
    """One reminder that fell due: given once, alone or in a summary."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="+")
    entry = models.PositiveSmallIntegerField()
    recipient = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["clock", "entry"], name="reminded_once")]
        indexes: ClassVar = [
            models.Index(fields=["recipient"], condition=models.Q(told_at__isnull=True), name="reminder_to_tell")
        ]

    def __str__(self) -> str:
        return f"{self.clock_id}/{self.entry}"
