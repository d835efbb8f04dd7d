from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.staff.models import Unit


class Kind(models.TextChoices):
    """Every kind of message we send; the folder of the same name under templates/messages holds its words."""

    RECEIVED = "received", _("Complaint received")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged by a person")
    WRITTEN = "written", _("Message from us")
    QUESTION = "question", _("Question to the customer")
    ESCALATED = "escalated", _("Moved to the next tier")
    RESOLUTION_PROPOSED = "resolution_proposed", _("Resolution proposed")
    REOPENED = "reopened", _("Reopened")
    CLOSED = "closed", _("Closed")
    TRACKING_LINK = "tracking_link", _("Tracking link")
    ROUTE_OUTSIDE = "route_outside", _("The way outside")
    REMEDY_OFFERED = "remedy_offered", _("Remedy offered")
    REMEDY_WITHDRAWN = "remedy_withdrawn", _("Offer withdrawn")
    STAFF_ASSIGNED = "staff_assigned", _("To staff: a complaint is yours")
    STAFF_MOVED = "staff_moved", _("To staff: a complaint was moved to another unit")
    STAFF_OUTSIDE = "staff_outside", _("To staff: the customer was told of the way outside")
    STAFF_ALARM = "staff_alarm", _("To staff: nobody has this complaint")
    STAFF_REMINDER = "staff_reminder", _("To staff: a deadline draws near")
    STAFF_DIGEST = "staff_digest", _("To staff: several deadlines draw near")
    STAFF_CUSTOMER_ANSWERED = "staff_customer_answered", _("To staff: the customer answered")
    STAFF_APPROVAL_ASKED = "staff_approval_asked", _("To staff: a remedy awaits your approval")
    STAFF_APPROVAL_DECIDED = "staff_approval_decided", _("To staff: your proposal was decided on")
    STAFF_TRAINING = "staff_training", _("To staff: a training expires")
    STAFF_LEDGER = "staff_ledger", _("To staff: the ledger does not add up")


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    IN_FLIGHT = "in_flight", _("In flight")
    RETRY = "retry", _("Waiting to retry")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    WITHHELD = "withheld", _("Withheld")


PENDING = (MessageState.QUEUED, MessageState.IN_FLIGHT, MessageState.RETRY)


class Message(models.Model):
    """One message to one person on one occasion. The row is the truth; the task queue only hints at it.

    Queued are the facts; the words are found when it leaves, and kept as they left.
    """

    about = models.CharField(_("complaint"), max_length=10, db_index=True)
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=32, choices=Kind)
    recipient = models.CharField(_("to"), max_length=254, blank=True)
    recipient_name = models.CharField(_("name"), max_length=160, blank=True, default="")
    to_customer = models.BooleanField(_("to the customer"), default=True)
    language = models.CharField(_("language"), max_length=10)
    facts = models.JSONField(_("facts"), default=dict, encoder=DjangoJSONEncoder)
    subject = models.CharField(_("subject"), max_length=250, blank=True, default="")
    body_text = models.TextField(_("text"), blank=True, default="")
    body_html = models.TextField(_("HTML"), blank=True, default="")
    dedupe_key = models.CharField(max_length=200, unique=True)
    message_id = models.CharField(_("Message-ID"), max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.QUEUED)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("queued at"))
    look_again_at = models.DateTimeField(
        _("look again at"), help_text=_("When the sweep takes it up: after a lost hint, a crash, or for a retry.")
    )
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes: ClassVar = [
            models.Index(
                fields=["look_again_at", "id"],
                condition=models.Q(state__in=["queued", "in_flight", "retry"]),
                name="message_pending",
            ),
            models.Index(fields=["unit", "-id"], name="message_by_unit"),
            models.Index(
                fields=["state", "-id"],
                condition=models.Q(state__in=["failed", "withheld", "retry"]),
                name="message_in_trouble",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False), name="sent_has_moment"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["failed", "withheld"]) | ~models.Q(reason=""), name="unsent_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.recipient}"
