from __future__ import annotations

from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.remedies.models import Remedy
from complaints.staff.models import Unit


class Endpoint(models.Model):
    """A system outside that gives customers what was promised to them, and which remedies it is told of.

    The most specific one is told: of a unit before those it stands in.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    url = models.CharField(_("address"), max_length=500)
    secret = models.CharField(_("secret"), max_length=200)
    kinds = ArrayField(models.CharField(max_length=20), verbose_name=_("kinds of remedy"))
    unit = models.ForeignKey(
        Unit, verbose_name=_("for complaints of"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("fulfilment endpoint")
        verbose_name_plural = _("fulfilment endpoints")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(secret=""), name="endpoint_has_secret")]

    def __str__(self) -> str:
        return self.name


class OrderState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("order", "Queued")
    IN_FLIGHT = "in_flight", _("In flight")
    RETRY = "retry", _("Waiting to retry")
    TAKEN = "taken", _("Taken, reference to come")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    BY_HAND = "by_hand", _("Ticked off by hand")
    CALLED_OFF = "called_off", _("Called off")
    RECALL = "recall", _("To be called back")


PENDING: Final = (OrderState.QUEUED, OrderState.IN_FLIGHT, OrderState.RETRY)
OPEN_ENDED: Final = (OrderState.RETRY, OrderState.TAKEN, OrderState.FAILED, OrderState.RECALL)
"""What somebody may have to look after: it has an index of its own."""


class Trouble(models.TextChoices):
    """Why an order has not been taken."""

    UNREACHABLE = "unreachable", _("The system cannot be reached")
    NOT_ALLOWED = "not_allowed", _("Its address is not one we send to")
    TIMED_OUT = "timed_out", _("The system does not answer in time")
    SIGN_IN = "sign_in", _("The system does not accept our signature")
    NOT_NOW = "not_now", _("Not taken for now")
    REFUSED = "refused", _("Refused for good")
    BROKEN = "broken", _("It could not be put together")


class Order(models.Model):
    """That a system outside is to give one remedy: written with the acceptance, and sent after it.

    The row is the truth, the task queue only hints at it. `key` is the same whenever it is sent, so that whoever gets
    it twice counts it once. `attempts` is never taken back: what was tried may have arrived.
    """

    remedy = models.OneToOneField(Remedy, on_delete=models.PROTECT, related_name="order")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=OrderState, default=OrderState.QUEUED)
    trouble = models.CharField(max_length=12, choices=Trouble, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    reference = models.CharField(_("reference"), max_length=120, blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    ordered_at = models.DateTimeField()
    look_again_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "look_again_at", "id"],
                condition=Q(state__in=["queued", "in_flight", "retry"]),
                name="order_pending",
            ),
            models.Index(
                fields=["-id"], condition=Q(state__in=["retry", "taken", "failed", "recall"]), name="order_open_ended"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="order_state_known"),
            models.CheckConstraint(condition=~Q(state="done") | ~Q(reference=""), name="done_has_reference"),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(reason=""), name="failed_order_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.endpoint_id}"
