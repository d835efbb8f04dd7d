from __future__ import annotations

from typing import Any, ClassVar, Final

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from complaints.common.actors import Actor, ActorKind
from complaints.customers.guards import MERGED_IS_EMPTY
from complaints.staff.models import Employee


class Language(models.TextChoices):
    """Languages we write to customers in, whatever others were added on screen."""

    ENGLISH = "en", _("English")
    CHINESE = "zh-hans", _("Chinese (simplified)")


class Reach(models.TextChoices):
    """How a customer wants to be reached."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


UNSHOWN: Final = ("customer__haystack", "customer__grams", "customer__near")
"""What only the look-up reads of a customer; other rows that bring one along leave it out."""


class Customer(models.Model):
    """Somebody we serve, and what a colleague should know before they say hello."""

    name = models.CharField(_("name"), max_length=160)
    company = models.CharField(_("company"), max_length=160, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, default=Language.ENGLISH)
    group = models.CharField(_("customer group"), max_length=40, blank=True, default="")
    preferences = models.TextField(_("preferences"), blank=True, default="")
    special_needs = models.TextField(_("special needs"), blank=True, default="")
    customer_since = models.DateField(_("customer since"), null=True, blank=True)
    revenue = models.DecimalField(_("revenue per year"), max_digits=14, decimal_places=2, null=True, blank=True)
    revenue_currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    notes = models.TextField(_("notes"), blank=True, default="")
    channel = models.CharField(_("channel"), max_length=10, choices=Reach, default=Reach.EMAIL)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True, help_text=_("On the clocks of the unit."))
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    no_progress = models.BooleanField(_("no messages on progress"), default=False)
    created_at = models.DateTimeField(_("on file since"))
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged_here",
        db_index=False,
        help_text=_("Who goes on in their place; they keep their file, and no complaint."),
    )
    circle = models.BigIntegerField(
        null=True, editable=False, help_text=_("Shared by all who were ever merged; an undo leaves it as it is.")
    )
    haystack = models.TextField(
        editable=False,
        default="",
        help_text=_("Folded name, company, addresses and numbers; kept by customers.lookup."),
    )
    grams = ArrayField(models.CharField(max_length=4), editable=False, default=list)
    near = ArrayField(
        models.IntegerField(),
        editable=False,
        default=list,
        db_default=Value([]),
        help_text=_("What misspelt names are found by; kept by customers.lookup."),
    )
    is_unlooked = models.BooleanField(
        editable=False,
        default=True,
        db_default=True,
        help_text=_("Whether doubles are still to be looked for since the file was written."),
    )

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes: ClassVar = [
            GinIndex(fields=["grams"], name="customer_grams"),
            GinIndex(fields=["near"], name="customer_near"),
            models.Index(fields=["circle"], condition=models.Q(circle__isnull=False), name="customer_circle"),
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="customer_merged_into"
            ),
            models.Index(fields=["id"], condition=models.Q(is_unlooked=True), name="customer_unlooked"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | (
                    models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                    & ~models.Q(quiet_from=models.F("quiet_until"))
                ),
                name="quiet_hours_begin_and_end",
            ),
            models.CheckConstraint(condition=~models.Q(merged_into=models.F("id")), name="not_merged_into_themselves"),
            models.CheckConstraint(
                condition=models.Q(revenue__isnull=True, revenue_currency="")
                | models.Q(revenue__gte=0, revenue_currency__regex="^[A-Z]{3}$"),
                name="revenue_has_currency",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="merged_is_empty",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("merged_into_id"),  # type: ignore[no-untyped-call] # the library has no types
                func=MERGED_IS_EMPTY,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.company})" if self.company else self.name

    @property
    def actor(self) -> Actor:
        """This customer as the timeline remembers them."""
        return Actor(ActorKind.CUSTOMER, self.pk, self.name)


class EmailAddress(models.Model):
    """An address of a customer; the first one is where we write."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="emails")
    address = models.EmailField(_("e-mail address"))

    class Meta:
        verbose_name = _("e-mail address")
        verbose_name_plural = _("e-mail addresses")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "address"], name="one_address_per_customer")
        ]
        indexes: ClassVar = [
            models.Index(fields=["address"], name="customer_by_address"),
            models.Index(fields=["address"], name="customer_by_local_part", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.address

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the address as it is compared: in lower case."""
        self.address = self.address.lower()
        super().save(*args, **kwargs)


class Phone(models.Model):
    """A number of a customer, kept in E.164."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="phones")
    number = PhoneNumberField(_("telephone"))

    class Meta:
        verbose_name = _("telephone")
        verbose_name_plural = _("telephones")
        ordering = ("pk",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["customer", "number"], name="one_number_per_customer")]
        indexes: ClassVar = [models.Index(fields=["number"], name="customer_by_number")]

    def __str__(self) -> str:
        return str(self.number)


class Purpose(models.TextChoices):
    """What a customer agrees to, or does not."""

    SURVEY = "survey", _("Being asked how they were served")
    NEWS = "news", _("News and offers")
    RECORDING = "recording", _("Recording of calls")
    SPECIAL_NEEDS = "special_needs", _("Keeping special needs on file")
    SHARING = "sharing", _("Passing the matter on to a partner")


class Consent(models.Model):
    """What a customer said about one purpose: that they agree, or that they do not any more.

    The last word counts. Never changed and never deleted: the database refuses both.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="consents", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose)
    agrees = models.BooleanField(_("agrees"))
    words = models.CharField(_("how they said so"), max_length=200, blank=True, default="")
    at = models.DateTimeField(_("when"))
    noted_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(purpose__in=Purpose.values), name="consent_purpose_known")
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "id"], name="consents_of_customer")]
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.purpose} {self.agrees} {self.at:%Y-%m-%d}"


class Merge(models.Model):
    """Two files of one person became one: who did it, what moved, and the survivor's file before and after.

    Enough to give back exactly what was there. The rows stay when a merge is undone.
    """

    survivor = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    cases = ArrayField(models.BigIntegerField(), default=list, help_text=_("Complaints that moved, by their ids."))
    before = models.JSONField(help_text=_("The survivor's file as it was."))
    after = models.JSONField(help_text=_("The survivor's file as the merge left it."))
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merged"], condition=models.Q(undone_at__isnull=True), name="merged_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
                name="undone_by_somebody",
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.survivor_id}"


class Verdict(models.TextChoices):
    """What somebody decided about two files."""

    SAME = "same", _("The same customer")
    DIFFERENT = "different", _("Two customers")


class Suspicion(models.Model):
    """Two files that could be one person's. A person decides; what they decided is never asked again."""

    first = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    score = models.PositiveSmallIntegerField(_("score"), help_text=_("0 to 100."))
    reasons = ArrayField(models.CharField(max_length=16), default=list)
    found_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="suspected_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="suspicion_in_order"),
            models.CheckConstraint(condition=models.Q(score__lte=100), name="suspicion_score_of_hundred"),
            models.CheckConstraint(
                condition=models.Q(verdict="", decided_at__isnull=True, decided_by__isnull=True)
                | models.Q(verdict__in=["same", "different"], decided_at__isnull=False, decided_by__isnull=False),
                name="suspicion_decided_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-found_at", "-id"], condition=models.Q(verdict=""), name="suspicion_open"),
            models.Index(fields=["second"], name="suspicion_of_second"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id} {self.score}"
