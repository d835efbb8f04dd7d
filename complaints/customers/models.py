from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from complaints.common.actors import Actor, ActorKind


class Language(models.TextChoices):
    """Languages we write to customers in, whatever others were added on screen."""

    ENGLISH = "en", _("English")
    CHINESE = "zh-hans", _("Chinese (simplified)")


UNSHOWN: Final = ("customer__haystack", "customer__grams")
"""What only the look-up reads of a customer; other rows that bring one along leave it out."""


class Customer(models.Model):
    """Somebody we serve, and what a colleague should know before they say hello."""

    name = models.CharField(_("name"), max_length=160)
    company = models.CharField(_("company"), max_length=160, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, default=Language.ENGLISH)
    group = models.CharField(_("customer group"), max_length=40, blank=True, default="")
    preferences = models.TextField(_("preferences"), blank=True, default="")
    notes = models.TextField(_("notes"), blank=True, default="")
    created_at = models.DateTimeField(_("since"))
    haystack = models.TextField(
        editable=False,
        default="",
        help_text=_("Folded name, company, addresses and numbers; kept by customers.lookup."),
    )
    grams = ArrayField(models.CharField(max_length=4), editable=False, default=list)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes: ClassVar = [GinIndex(fields=["grams"], name="customer_grams")]

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
        indexes: ClassVar = [models.Index(fields=["address"], name="customer_by_address")]

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
