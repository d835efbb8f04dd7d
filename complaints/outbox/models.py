from __future__ import annotations

from typing import ClassVar, Final

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.common.rulebook import makes_an_edition
from complaints.staff.models import Employee, Unit


class Kind(models.TextChoices):
    """Every kind of message we send; the folder of the same name under templates/messages holds its words."""

    RECEIVED = "received", _("Complaint received")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged by a person")
    WRITTEN = "written", _("Message from us")
    QUESTION = "question", _("Question to the customer")
    PROGRESS = "progress", _("How it stands")
    ESCALATED = "escalated", _("Moved to the next tier")
    RESOLUTION_PROPOSED = "resolution_proposed", _("Resolution proposed")
    REOPENED = "reopened", _("Reopened")
    CLOSED = "closed", _("Closed")
    SURVEY = "survey", _("How it was handled")
    TRACKING_LINK = "tracking_link", _("Tracking link")
    ROUTE_OUTSIDE = "route_outside", _("The way outside")
    REMEDY_OFFERED = "remedy_offered", _("Remedy offered")
    REMEDY_WITHDRAWN = "remedy_withdrawn", _("Offer withdrawn")
    VOUCHER_ISSUED = "voucher_issued", _("Voucher issued")
    STAFF_ASSIGNED = "staff_assigned", _("To staff: a complaint is yours")
    STAFF_ESCALATED = "staff_escalated", _("To staff: a complaint was handed up to you")
    STAFF_MOVED = "staff_moved", _("To staff: a complaint was moved to another unit")
    STAFF_OUTSIDE = "staff_outside", _("To staff: the customer was told of the way outside")
    STAFF_ALARM = "staff_alarm", _("To staff: nobody has this complaint")
    STAFF_REMINDER = "staff_reminder", _("To staff: a deadline draws near")
    STAFF_BREACHED = "staff_breached", _("To staff: a deadline was missed")
    STAFF_DAILY = "staff_daily", _("To staff: one's open complaints, every working day")
    STAFF_DIGEST = "staff_digest", _("To staff: several deadlines draw near")
    STAFF_CUSTOMER_ANSWERED = "staff_customer_answered", _("To staff: the customer answered")
    STAFF_APPROVAL_ASKED = "staff_approval_asked", _("To staff: a remedy awaits your approval")
    STAFF_APPROVAL_DECIDED = "staff_approval_decided", _("To staff: your proposal was decided on")
    STAFF_APPROVAL_DROPPED = "staff_approval_dropped", _("To staff: nothing to decide any more")
    STAFF_TRAINING = "staff_training", _("To staff: a training expires")
    STAFF_LEDGER = "staff_ledger", _("To staff: the ledger does not add up")
    STAFF_CAUSE = "staff_cause", _("To staff: a cause, or an action against one")
    STAFF_HEARING = "staff_hearing", _("To staff: in confidence")
    STAFF_UNREACHABLE = "staff_unreachable", _("To staff: mail does not reach the customer")
    SEVERAL = "several", _("Several messages in one")
    STAFF_SEVERAL = "staff_several", _("To staff: several messages in one")


class Priority(models.IntegerChoices):
    """Who goes first when many wait."""

    FIRST = 0, _("First")
    NORMAL = 1, _("Normal")
    LAST = 2, _("Last")


PRIORITY: Final[dict[str, Priority]] = {
    **dict.fromkeys(
        (
            Kind.WRITTEN,
            Kind.QUESTION,
            Kind.RESOLUTION_PROPOSED,
            Kind.REMEDY_OFFERED,
            Kind.VOUCHER_ISSUED,
            Kind.ACKNOWLEDGED,
            Kind.TRACKING_LINK,
            Kind.STAFF_CUSTOMER_ANSWERED,
        ),
        Priority.FIRST,
    ),
    **dict.fromkeys(
        (
            Kind.PROGRESS,
            Kind.SURVEY,
            Kind.STAFF_REMINDER,
            Kind.STAFF_DAILY,
            Kind.STAFF_DIGEST,
            Kind.SEVERAL,
            Kind.STAFF_SEVERAL,
        ),
        Priority.LAST,
    ),
}
"""What a person wrote or waits for goes first, summaries last; every other kind goes between them."""

FOLDED: Final = frozenset(
    {
        Kind.RECEIVED,
        Kind.PROGRESS,
        Kind.ESCALATED,
        Kind.REOPENED,
        Kind.CLOSED,
        Kind.STAFF_ASSIGNED,
        Kind.STAFF_ESCALATED,
        Kind.STAFF_ALARM,
        Kind.STAFF_BREACHED,
        Kind.STAFF_REMINDER,
    }
)
"""Kinds of which one address gets only so many an hour, the rest in one: news, never what a person wrote."""


CONFIDENTIAL: Final = frozenset({Kind.STAFF_HEARING})
"""Kinds that nobody sees but whoever they are for, whatever units one sees."""

ONLY_PROGRESS: Final = frozenset({Kind.PROGRESS, Kind.SURVEY})
"""Kinds that customers may do without: no answer is ever among them, nor what they have to know."""

ANSWERS_AT_ONCE: Final = frozenset({Kind.RECEIVED, Kind.TRACKING_LINK})
"""Kinds that answer what the customer does in this moment: nobody who is awake waits for quiet hours to end."""


class Channel(models.TextChoices):
    """The ways a message can leave."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    IN_FLIGHT = "in_flight", _("In flight")
    RETRY = "retry", _("Waiting to retry")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Came back")
    FAILED = "failed", _("Failed")
    WITHHELD = "withheld", _("Withheld")


PENDING = (MessageState.QUEUED, MessageState.IN_FLIGHT, MessageState.RETRY)
REACHED_NOBODY = (MessageState.FAILED, MessageState.BOUNCED)
"""What can be sent once more when its cause is mended, such as an address."""


class Trouble(models.TextChoices):
    """Why a message has not reached anybody: what all that are alike have in common."""

    UNREACHABLE = "unreachable", _("The mail server cannot be reached")
    TIMED_OUT = "timed_out", _("The mail server does not answer in time")
    SIGN_IN = "sign_in", _("The mail server does not let us in")
    TOO_MANY = "too_many", _("The mail server takes no more for now")
    NOT_NOW = "not_now", _("Not taken for now")
    REFUSED = "refused", _("Refused for good")
    NO_MAILBOX = "no_mailbox", _("There is no such mailbox")
    STOPPED = "stopped", _("The recipient wants no more of it")
    UNSENDABLE = "unsendable", _("It cannot be sent as it is")
    BROKEN = "broken", _("Its words could not be put together")
    CAME_BACK = "came_back", _("It came back")
    NO_ADDRESS = "no_address", _("No e-mail address is on file.")
    BARRED = "barred", _("Mail to this address came back, or was not wanted.")
    FOLDED = "folded", _("Too many in an hour: told in a summary.")
    QUIET = "quiet", _("It waits for the customer's quiet hours to end.")
    NOT_WISHED = "not_wished", _("The customer wants no messages on progress.")


class MessageLanguage(models.Model):
    """A language that customers are written to in, beside those that ship; with the words around every message."""

    code = models.CharField(
        _("code"),
        max_length=10,
        unique=True,
        validators=[RegexValidator(r"^[a-z]{2,3}(-[a-z0-9]{2,6})?$", _("This is not a language code, such as fr."))],
    )
    name = models.CharField(_("name"), max_length=60)
    greeting = models.CharField(_("greeting"), max_length=200)
    way = models.CharField(_("words on the link"), max_length=200)
    reference_line = models.CharField(_("line with the reference"), max_length=200)

    class Meta:
        verbose_name = _("language of messages")
        verbose_name_plural = _("languages of messages")
        ordering = ("name",)
        triggers: ClassVar = [makes_an_edition()]

    def __str__(self) -> str:
        return self.name


class MessageText(models.Model):
    """One version of the text of a kind of message in a language; the one with the highest number holds.

    Version 0 is no row: it is the text that ships. A version that went back to it has no words of its own, so that an
    upgrade improves what nobody changed. Never changed and never deleted: the database refuses both.
    """

    kind = models.CharField(_("kind"), max_length=32, choices=Kind)
    language = models.CharField(_("language"), max_length=10)
    number = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=400, blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    html = models.TextField(_("HTML"), blank=True, default="")
    sms = models.CharField(_("SMS"), max_length=1_000, blank=True, default="")
    is_shipped = models.BooleanField(_("the text that ships"), default=False)
    back_to = models.PositiveIntegerField(_("back to version"), null=True, blank=True)
    made_at = models.DateTimeField(_("since"))
    made_by = models.ForeignKey(Employee, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("text of a message")
        verbose_name_plural = _("texts of messages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "language", "number"], name="one_text_per_version"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="version_0_of_a_text_ships"),
            models.CheckConstraint(
                condition=models.Q(is_shipped=True, subject="", text="", html="", sms="")
                | (models.Q(is_shipped=False) & ~models.Q(subject="") & ~models.Q(text="")),
                name="text_has_words_or_ships",
            ),
        ]
        triggers: ClassVar = [
            makes_an_edition(),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language}) {self.number}"


class Message(models.Model):
    """One message to one person on one occasion. The row is the truth; the task queue only hints at it.

    Queued are the facts; the words are found when it leaves, and kept as they left.
    """

    about = models.CharField(_("complaint"), max_length=10, db_index=True)
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=32, choices=Kind)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.EMAIL)
    recipient = models.CharField(_("to"), max_length=254, blank=True)
    recipient_name = models.CharField(_("name"), max_length=160, blank=True, default="")
    to_customer = models.BooleanField(_("to the customer"), default=True)
    colleague = models.ForeignKey(
        Employee,
        verbose_name=_("employee"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text=_("On whose bell it is."),
    )
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10)
    facts = models.JSONField(_("facts"), default=dict, encoder=DjangoJSONEncoder)
    subject = models.CharField(_("subject"), max_length=250, blank=True, default="")
    body_text = models.TextField(_("text"), blank=True, default="")
    body_html = models.TextField(_("HTML"), blank=True, default="")
    worded_by = models.ForeignKey(
        MessageText,
        verbose_name=_("version of the text"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text=_("Left empty: the text that ships."),
    )
    dedupe_key = models.CharField(max_length=400, unique=True)
    message_id = models.CharField(_("Message-ID"), max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.QUEUED)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    trouble = models.CharField(_("trouble"), max_length=12, choices=Trouble, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    provider_id = models.CharField(
        max_length=200, blank=True, default="", help_text=_("What a mail provider calls it.")
    )
    folded_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="folded", db_index=False
    )
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
                fields=["channel", "priority", "look_again_at", "id"],
                condition=models.Q(state__in=["queued", "in_flight", "retry"]),
                name="message_pending",
            ),
            models.Index(
                fields=["recipient", "sent_at"], condition=models.Q(sent_at__isnull=False), name="message_sent_to"
            ),
            models.Index(fields=["recipient"], condition=models.Q(state="in_flight"), name="message_in_flight"),
            models.Index(fields=["provider_id"], condition=~models.Q(provider_id=""), name="message_of_provider"),
            models.Index(
                fields=["folded_into"], condition=models.Q(folded_into__isnull=False), name="message_folded_into"
            ),
            models.Index(fields=["unit", "-id"], name="message_by_unit"),
            models.Index(
                fields=["colleague", "-id"], condition=models.Q(colleague__isnull=False), name="message_on_bell"
            ),
            models.Index(
                fields=["colleague"],
                condition=models.Q(colleague__isnull=False, seen_at__isnull=True),
                name="message_unseen",
            ),
            models.Index(
                fields=["state", "-id"],
                condition=models.Q(state__in=["failed", "withheld", "retry", "bounced"]),
                name="message_in_trouble",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["sent", "delivered", "bounced"]) | models.Q(sent_at__isnull=False),
                name="sent_has_moment",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["failed", "withheld", "bounced"]) | ~models.Q(reason=""),
                name="unsent_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.recipient}"

    @property
    def domain(self) -> str:
        """Whose mail server it goes to in the end."""
        return self.recipient.rpartition("@")[2]


class Bar(models.TextChoices):
    """Why nothing is written to an address any more."""

    BOUNCED = "bounced", _("Mail to it comes back")
    UNWANTED = "unwanted", _("Our mail was reported as unwanted")


class BarredAddress(models.Model):
    """An address that nothing is sent to until somebody trusts it again, whoever has it on file."""

    address = models.CharField(_("e-mail address"), max_length=254, unique=True)
    why = models.CharField(_("why"), max_length=10, choices=Bar)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("barred address")
        verbose_name_plural = _("barred addresses")

    def __str__(self) -> str:
        return self.address


class Breaker(models.Model):
    """Whether a channel works, where every worker sees it; without a row it does.

    A system outside that gives remedies is a channel as well, under a name of its own (`fulfilment.queries`).
    """

    channel = models.CharField(_("channel"), max_length=30, choices=Channel, primary_key=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    trouble = models.CharField(_("trouble"), max_length=12, choices=Trouble, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    open_since = models.DateTimeField(_("nothing is tried since"), null=True, blank=True)
    probe_at = models.DateTimeField(_("next tried at"), null=True, blank=True)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(open_since__isnull=True, probe_at__isnull=True)
                | models.Q(open_since__isnull=False, probe_at__isnull=False),
                name="open_breaker_is_probed",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_channel_display())
