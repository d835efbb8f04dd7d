from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar, Final

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.cases.entries import Entry
from complaints.cases.states import Outcome, Status
from complaints.common.actors import Actor, ActorKind
from complaints.customers.guards import CASE_OF_SOMEBODY
from complaints.customers.models import Customer
from complaints.staff.models import Employee, Tier, Unit
from complaints.standards.models import (
    BusinessCalendar,
    ClockKind,
    Complainer,
    FailureType,
    ServiceStandard,
    Severity,
    StandardVersion,
)

SAME_FAILURE: Final = """
WITH RECURSIVE reached (id) AS (
    SELECT {case}::bigint
    UNION SELECT step.id FROM reached CROSS JOIN LATERAL (
        SELECT duplicate_of_id FROM complaints_case WHERE id = reached.id AND duplicate_of_id IS NOT NULL
        UNION ALL SELECT id FROM complaints_case WHERE duplicate_of_id = reached.id
        UNION ALL SELECT second_id FROM complaints_samefailure WHERE first_id = reached.id
        UNION ALL SELECT first_id FROM complaints_samefailure WHERE second_id = reached.id
    ) AS step (id)
)
SELECT id FROM reached
"""
"""The ids of everything that is one failure with a case, itself included, to be asked with `case` put in.

Each complaint is reached once, whatever loops there are, and level by level, so that no chain is too long.
"""

ALONE_WITH_FAILURES: Final = """
PERFORM pg_advisory_xact_lock(hashtext('complaints_same_failure'));
RETURN NEW;
"""
"""What is one failure changes only while no ledger entry is being written: each reckons what was given for it."""

NOT_DUE = datetime(9999, 1, 1, tzinfo=UTC)
"""`due_at` of a case without a running clock, so that "due first" is one index and one key."""

MARKS_CHANGED: Final = """
OLD.unit_id <> NEW.unit_id OR OLD.channel <> NEW.channel OR OLD.severity <> NEW.severity
OR OLD.failure_type_id IS DISTINCT FROM NEW.failure_type_id OR (OLD.status = 'closed') <> (NEW.status = 'closed')
OR OLD.complainer <> NEW.complainer
"""

MARK_ANEW: Final = """
UPDATE complaints_casetext SET unit_id = NEW.unit_id, marks = array_remove(ARRAY[
    'unit ' || NEW.unit_id, 'channel ' || NEW.channel, 'severity ' || NEW.severity, 'failure ' || NEW.failure_type_id,
    'complainer ' || NULLIF(NEW.complainer, ''), CASE WHEN NEW.status = 'closed' THEN 'closed' ELSE 'open' END
], NULL) WHERE case_id = NEW.id;
RETURN NULL;
"""
"""Lets a case be found where it belongs and by what it is, whatever changed it; as `cases.texts.marks` writes them."""

ESCALATED = ~models.Q(status=Status.CLOSED) & models.Q(step__gt=0, reached_tier_at__isnull=False)
"""Open cases that came up the ladder and stand on a tier of ours."""


class ChangedCase(models.Model):
    """A case whose record changed and that whoever keeps reckonings of cases has not looked at since.

    Written by triggers on whatever the record is made of, so that raw SQL counts too; the same case may stand here
    often. Nobody updates a row and nothing is unique, so that changes of one case never wait for each other here.
    """

    case_id = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.case_id)


def notes_the_change(column: str) -> list[pgtrigger.Trigger]:
    """For a model that a case's record is made of: each statement notes the cases it touched, named by `column`."""
    note = "INSERT INTO complaints_changedcase (case_id) SELECT DISTINCT {column} FROM {rows}; RETURN NULL;"
    ways = (
        ("insert", pgtrigger.Insert, {"new": "fresh"}, "fresh"),
        ("update", pgtrigger.Update, {"new": "fresh"}, "fresh"),
        ("delete", pgtrigger.Delete, {"old": "gone"}, "gone"),
    )
    return [
        pgtrigger.Trigger(
            name=f"notes_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(**referencing),  # type: ignore[no-untyped-call] # the library has no types
            func=note.format(column=column, rows=rows),
        )
        for name, operation, referencing, rows in ways
    ]


class Channel(models.TextChoices):
    """The way a complaint came to us."""

    COUNTER = "counter", _("At the counter")
    PHONE = "phone", _("Telephone")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter or postcard")
    WEB = "web", _("Web form")
    KIOSK = "kiosk", _("Kiosk")
    SURVEY = "survey", _("Survey")
    SOCIAL = "social", _("Social media")
    MEETING = "meeting", _("Meeting")
    STAFF = "staff", _("Staff noticed it")
    REFERRAL = "referral", _("Referred by another body")
    WEB_REFERRAL = "web_referral", _("Referred online by another body")


class Mood(models.IntegerChoices):
    """How upset the customer is, as the employee hears it."""

    CALM = 1, _("Calm")
    DISAPPOINTED = 2, _("Disappointed")
    UPSET = 3, _("Upset")
    ANGRY = 4, _("Angry")
    FURIOUS = 5, _("Furious")


class Case(models.Model):
    """Our record of one complaint and its handling.

    Only verbs in `handling` change one, under its lock; `version` grows with every change, so that a page drawn
    earlier can be told from the present.
    """

    reference = models.CharField(_("reference"), max_length=10, unique=True)
    customer = models.ForeignKey(
        Customer, verbose_name=_("complainant"), on_delete=models.PROTECT, related_name="cases"
    )
    unit = models.ForeignKey(Unit, verbose_name=_("responsible unit"), on_delete=models.PROTECT, related_name="cases")
    responsible = models.ForeignKey(
        Employee, verbose_name=_("responsible"), null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    tier = models.CharField(_("tier"), max_length=10, choices=Tier, default=Tier.FRONT_LINE)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    outcome = models.CharField(
        _("outcome"),
        max_length=80,
        blank=True,
        default="",
        help_text=_("How it ended: a code of ours, or the words of an imported record."),
    )
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    failure_type = models.ForeignKey(
        FailureType,
        verbose_name=_("failure type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
    )
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity, default=Severity.MEDIUM)
    mood = models.PositiveSmallIntegerField(_("how upset"), choices=Mood, null=True, blank=True)
    complainer = models.CharField(_("kind of complainer"), max_length=10, choices=Complainer, blank=True, default="")
    following = models.PositiveIntegerField(_("people who follow the customer in public"), null=True, blank=True)
    service_standard = models.ForeignKey(
        ServiceStandard,
        verbose_name=_("promise that was missed"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    standard = models.ForeignKey(
        StandardVersion,
        verbose_name=_("recovery standard"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    what_happened = models.TextField(_("what went wrong"))
    wanted = models.TextField(_("what the customer asks for"), blank=True, default="")
    occurred_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    place = models.CharField(_("where it happened"), max_length=200, blank=True, default="")
    filed_at = models.DateTimeField(_("filed at"))
    filed_by = models.ForeignKey(
        Employee, verbose_name=_("filed by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField(_("due"), default=NOT_DUE)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolution proposed at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    solved = models.BooleanField(_("was it solved"), null=True, blank=True)
    handling_rating = models.PositiveSmallIntegerField(_("how it was handled, 1 to 5"), null=True, blank=True)
    step = models.PositiveSmallIntegerField(_("step of the ladder"), default=0)
    reached_tier_at = models.DateTimeField(_("on this tier since"), null=True, blank=True)
    reopened_count = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    duplicate_of = models.ForeignKey(
        "self",
        verbose_name=_("duplicate of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="duplicates",
    )
    submission = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], condition=~models.Q(status="closed"), name="open_by_due"),
            models.Index(fields=["unit", "due_at", "id"], condition=~models.Q(status="closed"), name="open_by_unit"),
            models.Index(
                fields=["responsible", "due_at", "id"], condition=~models.Q(status="closed"), name="open_by_responsible"
            ),
            models.Index(
                fields=["responsible", "-filed_at", "-id"],
                condition=models.Q(status="closed"),
                name="closed_by_responsible",
            ),
            models.Index(fields=["-filed_at", "-id"], name="case_by_filed"),
            models.Index(fields=["unit", "-filed_at", "-id"], name="case_by_unit"),
            models.Index(fields=["customer", "-filed_at"], name="case_by_customer"),
            models.Index(fields=["failure_type", "-filed_at", "-id"], name="case_by_failure_type"),
            models.Index(fields=["resolved_at"], condition=models.Q(status="resolved"), name="awaiting_verdict"),
            models.Index(
                fields=["closed_at"],
                condition=models.Q(status="closed", outcome__in=["solved", "no_answer"], handling_rating__isnull=True),
                name="closed_and_not_rated",
            ),
            models.Index(fields=["reached_tier_at", "id"], condition=ESCALATED, name="escalated_by_wait"),
            models.Index(fields=["unit", "reached_tier_at", "id"], condition=ESCALATED, name="escalated_by_unit"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="case_status_known"),
            models.CheckConstraint(
                condition=models.Q(status="closed", closed_at__isnull=False)
                | (~models.Q(status="closed") & models.Q(closed_at__isnull=True)),
                name="closed_has_moment",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="closed") | ~models.Q(outcome=""), name="closed_has_outcome"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="closed") | models.Q(due_at=NOT_DUE), name="closed_is_not_due"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="resolved") | models.Q(resolved_at__isnull=False), name="resolved_has_moment"
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome=Outcome.DUPLICATE) | models.Q(duplicate_of__isnull=False),
                name="duplicate_has_original",
            ),
            models.CheckConstraint(condition=~models.Q(duplicate_of=models.F("id")), name="not_its_own_duplicate"),
            models.CheckConstraint(
                condition=models.Q(handling_rating__isnull=True) | models.Q(handling_rating__range=(1, 5)),
                name="rating_one_to_five",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="of_somebody",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("customer_id"),  # type: ignore[no-untyped-call] # the library has no types
                func=CASE_OF_SOMEBODY,
            ),
            pgtrigger.Trigger(
                name="one_failure_with",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("duplicate_of_id"),  # type: ignore[no-untyped-call] # the library has no types
                condition=pgtrigger.Q(old__duplicate_of__df=pgtrigger.F("new__duplicate_of")),
                func=ALONE_WITH_FAILURES,
            ),
            pgtrigger.Trigger(
                name="marks_its_text",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf(  # type: ignore[no-untyped-call] # the library has no types
                    "unit_id", "channel", "severity", "failure_type_id", "status", "complainer"
                ),
                condition=pgtrigger.Condition(MARKS_CHANGED),
                func=MARK_ANEW,
            ),
            *notes_the_change("id"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether anything can still happen on it."""
        return self.status != Status.CLOSED

    @property
    def due(self) -> datetime | None:
        """When the next running clock runs out, in UTC; None while none runs."""
        return None if self.due_at == NOT_DUE else self.due_at

    @property
    def outcome_words(self) -> str:
        """How it ended, for people."""
        return str(Outcome(self.outcome).label) if self.outcome in Outcome.values else self.outcome


class SameFailure(models.Model):
    """That two complaints are about one failure, though each goes on by itself: what is given for it counts together.

    Each pair stands once, the older complaint first.
    """

    first = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="linked_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="older_complaint_first"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="alone_with_failures",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=ALONE_WITH_FAILURES,
            ),
            pgtrigger.Protect(name="not_rewritten", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}"


class CaseText(models.Model):
    """What a case is found by: a row beside it, so that most changes of the case do not touch the text index.

    Marks are facts to narrow a search by inside the index, the unit among them.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    filed_at = models.DateTimeField()
    document = SearchVectorField()
    marks = ArrayField(models.TextField(), default=list)
    is_old = models.BooleanField(
        default=False, db_default=False, help_text=_("Written before words had places; to be written anew.")
    )

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["document", "marks"], name="case_text_words"),
            models.Index(fields=["case"], condition=models.Q(is_old=True), name="case_text_old"),
            models.Index(fields=["-filed_at", "-case"], name="case_text_by_filed"),
            models.Index(fields=["unit", "-filed_at", "-case"], name="case_text_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}"


class SavedSearch(models.Model):
    """What somebody looks for again and again, under a name of their own. Nobody else sees it.

    `asked` is what stands in the address of the search: name and value, as they were chosen.
    """

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="searches", db_index=False)
    name = models.CharField(_("name"), max_length=60)
    asked: models.JSONField[dict[str, str]] = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints: ClassVar = [models.UniqueConstraint(fields=["employee", "name"], name="search_saved_once")]

    def __str__(self) -> str:
        return self.name


class Clock(models.Model):
    """A running deadline of a case: runs, rests while we rightly wait, and ends met, missed or dropped.

    Met or missed is a fact of its moments: `ended_at` against `due_at`, whenever somebody looks.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=12, choices=ClockKind)
    label = models.CharField(max_length=80, blank=True, default="")
    calendar = models.ForeignKey(BusinessCalendar, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    budget = models.DurationField()
    pauses = models.JSONField(default=list, help_text=_("Pauses that have ended: pairs of moments in UTC."))
    paused_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(help_text=_("While it rests: as it would be without any further pause."))
    ended_at = models.DateTimeField(null=True, blank=True)
    dropped = models.BooleanField(default=False, help_text=_("Ended without anybody having to meet it."))
    missed_at = models.DateTimeField(null=True, blank=True, help_text=_("When its running out was acted on."))
    failures = models.PositiveSmallIntegerField(default=0, help_text=_("How often the sweep failed on it."))
    retry_at = models.DateTimeField(null=True, blank=True, help_text=_("Put off until then, after a failure."))
    reminders = models.JSONField(default=list, help_text=_("The plan of reminders; those that were given are marked."))
    remind_at = models.DateTimeField(null=True, blank=True, help_text=_("When somebody is reminded next."))

    class Meta:
        triggers: ClassVar = notes_the_change("case_id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "kind", "label"],
                condition=models.Q(ended_at__isnull=True),
                name="one_live_clock_per_kind",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(ended_at__isnull=True, paused_at__isnull=True, missed_at__isnull=True),
                name="clock_running_out",
            ),
            models.Index(
                fields=["remind_at", "id"],
                condition=models.Q(ended_at__isnull=True, paused_at__isnull=True, remind_at__isnull=False),
                name="clock_reminding",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def name(self) -> str | Promise:
        """What it is for, in words of the reader's language; a label is told as it was written."""
        return self.label or ClockKind(self.kind).label

    def has_run_out(self, *, at: datetime) -> bool:
        """Whether a live clock is overdue at a moment and nobody acted on that yet."""
        return self.paused_at is None and self.missed_at is None and self.due_at <= at

    @property
    def past_pauses(self) -> list[tuple[datetime, datetime]]:
        """The pauses that have ended, as moments."""
        return [(datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in self.pauses]


class TimelineEntry(models.Model):
    """One thing that happened to a case: who, when, what, and whether the customer sees it.

    Never changed and never deleted: the database refuses both.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="timeline", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    actor_kind = models.CharField(max_length=8, choices=ActorKind)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=160, blank=True, default="")
    public = models.BooleanField()
    text = models.TextField(blank=True, default="")
    facts = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["case", "id"], name="timeline_of_case"),
            models.Index(
                fields=["kind", "at"],
                condition=models.Q(kind__in=[Entry.ESCALATED.value, Entry.REMEDY_OFFERED.value]),
                name="timeline_of_month",
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"

    @property
    def actor(self) -> Actor:
        """Who did it, as they were called that day."""
        return Actor(ActorKind(self.actor_kind), self.actor_id, self.actor_name)

    @property
    def entry(self) -> Entry:
        """The kind, from the registry."""
        return Entry(self.kind)


class TrackingLink(models.Model):
    """A link the customer follows their complaint by; only its hash is kept."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    token_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"link of {self.case_id}"


class Attachment(models.Model):
    """A file that came with a complaint or an answer; kept outside every served folder."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    stored_as = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=8, choices=ActorKind)
    public = models.BooleanField(help_text=_("Whether the customer sees it."))

    def __str__(self) -> str:
        return self.name


class SourceRecord(models.Model):
    """Where an imported case comes from, and its row as published, without the words that the case keeps."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="source")
    source = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    response = models.CharField(max_length=80, blank=True, default="")
    facts = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "key"], name="imported_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"
