from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.cases.models import Case
from complaints.staff.models import Employee, Unit


class Source(models.TextChoices):
    """The ways in which mail reaches us."""

    IMAP = "imap", _("Mailbox")
    PROVIDER = "provider", _("Mail provider")
    PIPE = "pipe", _("Mail server")


class MailState(models.TextChoices):
    SEEN = "seen", _("Not looked at yet")
    TAKEN = "taken", pgettext_lazy("mails", "Taken")
    ASIDE = "aside", pgettext_lazy("mails", "Set aside")


class Aside(models.TextChoices):
    """Why a mail became part of no complaint by itself."""

    AUTOMATIC = "automatic", _("It was sent by a program, such as an out-of-office answer")
    BULK = "bulk", _("It was sent to many at once")
    NULL_SENDER = "null_sender", _("It comes from nobody who could be answered")
    REPORT = "report", _("It reports on the delivery of another mail")
    OWN = "own", _("It comes from one of our own addresses")
    COLLEAGUE = "colleague", _("A colleague wrote it")
    TOO_MANY = "too_many", _("Its sender has sent too many in a day")
    NO_SENDER = "no_sender", _("It names no sender")
    EMPTY = "empty", _("It says nothing")
    TOO_LARGE = "too_large", _("It is too large")
    OLD = "old", _("It was in the mailbox before we looked there")
    BROKEN = "broken", _("It could not be read")


class Mail(models.Model):
    """A mail that reached us. It is stored whole before anything is made of it, and then taken or set aside.

    Until it was looked at, only the original and its identity are known.
    """

    source = models.CharField(_("way in"), max_length=10, choices=Source)
    identity = models.CharField(max_length=64, unique=True, editable=False)
    raw = models.BinaryField(_("original"))
    size = models.PositiveIntegerField(_("size"))
    envelope_sender = models.CharField(max_length=254, null=True, blank=True)
    envelope_recipient = models.CharField(max_length=254, blank=True, default="")
    is_old = models.BooleanField(default=False)
    is_cut = models.BooleanField(default=False, help_text=_("Only its headers are kept."))
    received_at = models.DateTimeField(_("received at"))
    look_again_at = models.DateTimeField(help_text=_("When the round takes it up, after a crash or a failure."))
    state = models.CharField(_("state"), max_length=6, choices=MailState, default=MailState.SEEN)
    reason = models.CharField(_("reason"), max_length=12, choices=Aside, blank=True, default="")
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        Case, verbose_name=_("complaint"), null=True, blank=True, on_delete=models.PROTECT, related_name="mails"
    )
    taken_by = models.ForeignKey(
        Employee, verbose_name=_("taken by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sorted_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=202, blank=True, default="")
    sender = models.CharField(_("from"), max_length=256, blank=True, default="")
    sender_name = models.CharField(_("name"), max_length=160, blank=True, default="")
    subject = models.CharField(_("subject"), max_length=250, blank=True, default="")
    said = models.TextField(_("text"), blank=True, default="")
    quoted = models.TextField(_("history"), blank=True, default="")
    files: models.JSONField[Any] = models.JSONField(_("files"), default=list, help_text=_("Their names."))

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail in")
        indexes: ClassVar = [
            models.Index(fields=["look_again_at", "id"], condition=Q(state="seen"), name="mail_to_sort"),
            models.Index(fields=["sender", "received_at"], name="mail_of_sender"),
            models.Index(fields=["unit", "-id"], name="mail_by_unit"),
            models.Index(fields=["unit", "-id"], condition=Q(state="aside"), name="mail_aside_by_unit"),
            models.Index(fields=["-id"], condition=Q(state="aside"), name="mail_aside"),
            models.Index(fields=["source", "received_at"], name="mail_by_source"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(state="aside") | ~Q(reason=""), name="mail_aside_has_reason"),
            models.CheckConstraint(
                condition=Q(state="taken", case__isnull=False) | (~Q(state="taken") & Q(case__isnull=True)),
                name="mail_taken_has_case",
            ),
            models.CheckConstraint(
                condition=Q(state="seen", sorted_at__isnull=True) | (~Q(state="seen") & Q(sorted_at__isnull=False)),
                name="mail_sorted_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender} · {self.subject}"


class Mailbox(models.Model):
    """A mailbox we fetch from: how far we are with it, and whether it answers.

    `low_uid` is the first number below which everything has been fetched. Numbers hold for one `uid_validity` only.
    """

    name = models.CharField(_("mailbox"), max_length=300, unique=True)
    uid_validity = models.BigIntegerField(default=0)
    low_uid = models.BigIntegerField(default=1)
    known_since = models.DateTimeField(_("known since"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    trouble = models.CharField(_("trouble"), max_length=500, blank=True, default="")
    trouble_since = models.DateTimeField(_("since"), null=True, blank=True)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")

    def __str__(self) -> str:
        return self.name


class Fetched(models.Model):
    """A mail that was fetched from a mailbox and is stored: its number there is not asked for again."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="fetched")
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mailbox", "uid_validity", "uid"], name="mail_fetched_once")
        ]

    def __str__(self) -> str:
        return f"{self.uid_validity}:{self.uid}"


class Tally(models.Model):
    """How many mails came in on one way on one day (UTC), and what became of them: seen = taken + set aside.

    Counted where a mail is stored and where it is sorted, so that one which is lost in between is missed. What arrives
    a second time is counted as repeated and not as seen.
    """

    source = models.CharField(_("way in"), max_length=10, choices=Source)
    day = models.DateField(_("day"))
    seen = models.PositiveIntegerField(_("seen"), default=0)
    taken = models.PositiveIntegerField(_("taken"), default=0)
    aside = models.PositiveIntegerField(_("set aside"), default=0)
    repeated = models.PositiveIntegerField(_("came again"), default=0)
    wrong_since = models.DateTimeField(_("does not add up since"), null=True, blank=True)

    class Meta:
        verbose_name = _("mails of a day")
        verbose_name_plural = _("mails of a day")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "source"], name="one_tally_a_day"),
            models.CheckConstraint(condition=Q(seen__gte=F("taken") + F("aside")), name="tally_loses_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.source}"

    @property
    def waiting(self) -> int:
        """How many were seen and not dealt with."""
        return self.seen - self.taken - self.aside
