from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from djmoney.models.fields import MoneyField

from complaints.cases.models import Case
from complaints.causes.states import ActionState, HearingState, InvestigationState
from complaints.common.actors import ActorKind
from complaints.staff.models import Course, Employee, SettingChange, Unit
from complaints.standards.models import BusinessCalendar, FailureType, RecoveryStandard, ServiceStandard

LEAST_WINDOW: Final = 14
MOST_WINDOW: Final = 366


class CauseCode(models.TextChoices):
    """Where a cause lies: the bones of the fishbone."""

    PEOPLE = "people", pgettext_lazy("cause", "People")
    PROCESS = "process", pgettext_lazy("cause", "Process")
    SYSTEM = "system", pgettext_lazy("cause", "System")
    SUPPLIER = "supplier", pgettext_lazy("cause", "Supplier")
    CUSTOMER = "customer", pgettext_lazy("cause", "The customer")
    BEYOND = "beyond", pgettext_lazy("cause", "Beyond control")


class Investigation(models.Model):
    """A question to a department: why did these complaints come about? With a deadline in business time.

    `look_at` is when the periodic job has something to say about it; NULL while there is nothing to wait for.
    """

    title = models.CharField(_("what it is about"), max_length=160)
    question = models.TextField(_("what is to be found out"))
    cases = models.ManyToManyField(Case, verbose_name=_("complaints"), related_name="+")
    failure_type = models.ForeignKey(
        FailureType,
        verbose_name=_("failure type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    unit = models.ForeignKey(Unit, verbose_name=_("where it happened"), on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(
        Unit, verbose_name=_("department that answers"), on_delete=models.PROTECT, related_name="+"
    )
    lead = models.ForeignKey(
        Employee, verbose_name=_("who answers"), on_delete=models.PROTECT, related_name="investigations"
    )
    calendar = models.ForeignKey(
        BusinessCalendar,
        verbose_name=_("calendar"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    minutes = models.PositiveIntegerField(_("minutes to answer"))
    state = models.CharField(_("state"), max_length=10, choices=InvestigationState, default=InvestigationState.OPEN)
    due_at = models.DateTimeField(_("due"))
    look_at = models.DateTimeField(null=True, blank=True)
    step = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    whys = ArrayField(models.TextField(), verbose_name=_("five whys"), default=list, blank=True)
    bones: models.JSONField[Any] = models.JSONField(_("fishbone"), default=dict, blank=True)
    root_code = models.CharField(_("cause"), max_length=10, choices=CauseCode, blank=True, default="")
    root_text = models.TextField(_("the cause in words"), blank=True, default="")
    answer = models.TextField(_("answer of the department"), blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    submission = models.CharField(max_length=64, null=True, blank=True, unique=True)
    document = SearchVectorField(null=True, editable=False)

    class Meta:
        verbose_name = _("investigation")
        verbose_name_plural = _("investigations")
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], condition=~Q(state="closed"), name="investigation_open_by_due"),
            GinIndex(fields=["document"], name="investigation_words"),
            models.Index(fields=["id"], condition=Q(document__isnull=True), name="investigation_unfound"),
            models.Index(fields=["-due_at", "-id"], condition=Q(state="closed"), name="investigation_closed_by_due"),
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="investigation_to_look_at"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=InvestigationState.values), name="investigation_state_known"),
            models.CheckConstraint(
                condition=Q(state="open")
                | (Q(answered_at__isnull=False) & ~Q(root_code="") & ~Q(root_text="") & ~Q(answer="")),
                name="answered_names_its_cause",
            ),
            models.CheckConstraint(condition=Q(state="open") | Q(look_at__isnull=True), name="answered_waits_for_none"),
        ]

    def __str__(self) -> str:
        return self.title


class Subject(models.TextChoices):
    """What a corrective action changes."""

    SERVICE = "service", _("A service standard")
    RECOVERY = "recovery", _("A recovery standard")
    TRAINING = "training", _("Training")
    SUPPLIER = "supplier", _("A supplier")
    OTHER = "other", _("Something else")


class CorrectiveAction(models.Model):
    """What is done so that a cause does not come again: by whom, by when, at what cost, and with what effect.

    Measured are the complaints of a failure type in a unit and below it, `window_days` before and after the day on
    which it took effect. `look_at` is when the periodic job looks again.
    """

    investigation = models.ForeignKey(Investigation, on_delete=models.PROTECT, related_name="actions")
    title = models.CharField(_("what is done"), max_length=200)
    owner = models.ForeignKey(Employee, verbose_name=_("owner"), on_delete=models.PROTECT, related_name="actions")
    subject = models.CharField(_("what is to change"), max_length=10, choices=Subject)
    service_standard = models.ForeignKey(
        ServiceStandard,
        verbose_name=_("service standard"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    recovery_standard = models.ForeignKey(
        RecoveryStandard,
        verbose_name=_("recovery standard"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    course = models.ForeignKey(
        Course, verbose_name=_("training"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cost = MoneyField(  # type: ignore[no-untyped-call] # the library has no types
        _("cost"), max_digits=12, decimal_places=2, null=True, blank=True, default=None, default_currency=None
    )
    failure_type = models.ForeignKey(
        FailureType, verbose_name=_("failure it should end"), on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="+")
    window_days = models.PositiveSmallIntegerField(_("days observed"))
    state = models.CharField(_("state"), max_length=10, choices=ActionState, default=ActionState.PLANNED)
    due_at = models.DateTimeField(_("due"))
    look_at = models.DateTimeField(null=True, blank=True)
    step = models.PositiveSmallIntegerField(default=0)
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    evidence = models.TextField(_("evidence"), blank=True, default="")
    effect_on = models.DateField(_("takes effect on"), null=True, blank=True)
    observed_until = models.DateTimeField(null=True, blank=True)
    proof: models.JSONField[Any] = models.JSONField(default=dict, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)
    times_reopened = models.PositiveSmallIntegerField(default=0)
    submission = models.CharField(max_length=64, null=True, blank=True, unique=True)

    objects: ClassVar[models.Manager[CorrectiveAction]] = models.Manager()

    @property
    def due_on(self) -> date:
        """The last day on which it is in time, in the zone of its owner's unit."""
        return (self.due_at - timedelta(seconds=1)).astimezone(ZoneInfo(self.owner.unit.time_zone)).date()

    class Meta:
        verbose_name = _("corrective action")
        verbose_name_plural = _("corrective actions")
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state__in=["planned", "done"]), name="action_open_by_due"
            ),
            models.Index(
                fields=["-due_at", "-id"], condition=Q(state__in=["proved", "dropped"]), name="action_ended_by_due"
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state="planned", times_reopened__gt=0),
                name="action_without_effect",
            ),
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="action_to_look_at"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=ActionState.values), name="action_state_known"),
            models.CheckConstraint(
                condition=Q(window_days__range=(LEAST_WINDOW, MOST_WINDOW)), name="action_window_in_bounds"
            ),
            models.CheckConstraint(condition=Q(cost__isnull=True) | Q(cost__gte=0), name="action_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "dropped"])
                | (Q(done_at__isnull=False, effect_on__isnull=False, observed_until__isnull=False) & ~Q(evidence="")),
                name="done_action_has_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(state="proved") | Q(measured_at__gte=F("observed_until")), name="proved_when_observed"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CauseEntry(models.Model):
    """What happened on an investigation and on its actions: who, when, what. Written once, never changed."""

    investigation = models.ForeignKey(Investigation, on_delete=models.PROTECT, related_name="entries")
    action = models.ForeignKey(
        CorrectiveAction, null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    kind = models.CharField(max_length=32)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_name = models.CharField(max_length=120, blank=True, default="")
    text = models.TextField(blank=True, default="")

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.kind


class SettingReason(models.Model):
    """That a setting was changed because of a corrective action: each change for one reason. Never taken back."""

    change = models.OneToOneField(SettingChange, on_delete=models.PROTECT, related_name="+")
    action = models.ForeignKey(CorrectiveAction, on_delete=models.PROTECT, related_name="reasons")
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.action)


class Exposure(models.Model):
    """How much there was that could fail in a unit in a month: nights, parcels, accounts. Counted in its own number."""

    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.CASCADE, related_name="+")
    month = models.DateField(_("month"))
    amount = models.PositiveBigIntegerField(_("how many"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "month"], name="one_exposure_per_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="exposure_of_whole_month"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month:%Y-%m}: {self.amount}"


class Finding(models.TextChoices):
    UPHELD = "upheld", pgettext_lazy("finding", "The allegation is upheld")
    NOT_UPHELD = "not_upheld", pgettext_lazy("finding", "The allegation is not upheld")


class Hearing(models.Model):
    """What an employee is said to have done, and how it is judged: only after they were asked and heard.

    Seen by four people at most: the accused, who investigates, who decides, and who decides on an appeal; and by
    whoever stands in for one who decides. `look_at` is when the periodic job looks whether somebody is waited for.
    """

    investigation = models.ForeignKey(Investigation, on_delete=models.PROTECT, related_name="+")
    accused = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    investigator = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    decider = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    appeal_decider = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=HearingState, default=HearingState.ASKED)
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)
    finding = models.CharField(max_length=10, choices=Finding, blank=True, default="")
    found_at = models.DateTimeField(null=True, blank=True)
    found_by = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    appeal_by = models.DateTimeField(null=True, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="hearing_to_look_at"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["investigation", "accused"], name="one_hearing_for_one_matter"),
            models.CheckConstraint(condition=Q(state__in=HearingState.values), name="hearing_state_known"),
            models.CheckConstraint(
                condition=Q(found_at__isnull=True) | Q(heard_at__isnull=False) | Q(found_at__gte=F("answer_by")),
                name="heard_before_found",
            ),
            models.CheckConstraint(
                condition=Q(found_at__isnull=True, finding="", state__in=["asked", "heard"])
                | (
                    Q(found_at__isnull=False, found_by__isnull=False, appeal_by__isnull=False)
                    & Q(state__in=["found", "appealed", "final"])
                    & ~Q(finding="")
                ),
                name="finding_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(appealed_at__isnull=True) | Q(appealed_at__lte=F("appeal_by")), name="appealed_in_time"
            ),
            models.CheckConstraint(
                condition=Q(appealed_at__isnull=True, state__in=["asked", "heard", "found"])
                | Q(appealed_at__isnull=False, appeal_decider__isnull=False, state__in=["appealed", "final"]),
                name="appeal_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(accused=F("decider"))
                & ~Q(accused=F("investigator"))
                & (Q(found_by__isnull=True) | ~Q(accused=F("found_by"))),
                name="nobody_judges_themselves",
            ),
            models.CheckConstraint(
                condition=Q(appeal_decider__isnull=True)
                | (~Q(appeal_decider=F("accused")) & ~Q(appeal_decider=F("found_by"))),
                name="appeal_goes_to_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.investigation}: {self.accused}"

    @property
    def appeal_day(self) -> date | None:
        """The last day on which a finding can be appealed, in the zone of the employee's unit."""
        last = self.appeal_by and self.appeal_by - timedelta(seconds=1)
        return last.astimezone(ZoneInfo(self.accused.unit.time_zone)).date() if last else None


class HearingKind(models.TextChoices):
    """What was said in a hearing."""

    ALLEGED = "alleged", _("Alleged")
    STATED = "stated", _("Statement of the employee")
    FOUND = "found", _("Finding")
    APPEALED = "appealed", _("Appeal")
    DECIDED = "decided", _("Decision on the appeal")
    PASSED_ON = "passed_on", _("Passed on, to be decided by")


class HearingEntry(models.Model):
    """What was said in a hearing, by whom and when; nobody where it was passed on. Written once, never changed."""

    hearing = models.ForeignKey(Hearing, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=HearingKind)
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120, blank=True, default="")
    finding = models.CharField(max_length=10, choices=Finding, blank=True, default="")
    text = models.TextField()

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_kind_display()
