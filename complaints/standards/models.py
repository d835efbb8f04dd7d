from __future__ import annotations

import secrets
from typing import Any, ClassVar, Final

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.common.errors import Invalid
from complaints.common.rulebook import makes_an_edition
from complaints.staff.models import Unit
from complaints.standards.hours import ALWAYS, BusinessHours, in_order, no_holidays
from complaints.standards.public_holidays import PublicHolidays, countries
from complaints.standards.reminding import check_plan
from complaints.standards.written_hours import week_of, windows_of, zone_of

MOST_REVISION: Final = 2**31 - 1


class Edition(models.Model):
    """Which edition of the rules holds: one row, whose mark every change of a rule replaces in its transaction.

    Drawn at random and not counted, so that a mark seen inside a transaction that was taken back never comes again.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    mark = models.UUIDField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_edition")]

    def __str__(self) -> str:
        return str(self.mark)


class Severity(models.IntegerChoices):
    """How bad the failure was, judged at intake."""

    LOW = 1, _("Low")
    MEDIUM = 2, _("Medium")
    HIGH = 3, _("High")
    CRITICAL = 4, _("Critical")


class Complainer(models.TextChoices):
    """How somebody who is dissatisfied goes about it, the mildest first, as it is judged on a case.

    The passives, voicers, irates and activists of J. Singh, "A Typology of Consumer Dissatisfaction Response Styles",
    Journal of Retailing 66 (1990), pp. 57-99: who does nothing, who tells the firm, who tells everybody they know, and
    who turns to third parties as well.
    """

    PASSIVE = "passive", _("Says nothing")
    VOICER = "voicer", _("Speaks up")
    IRATE = "irate", _("Is furious")
    ACTIVIST = "activist", _("Goes to war")

    @classmethod
    def is_more(cls, one: str, than: str) -> bool:
        """Whether one kind makes more of it than another; who is not judged makes the least."""
        order = ["", *cls.values]
        return order.index(one) > order.index(than)


class Line(models.TextChoices):
    """The lines of business that a house can keep a catalogue for, each by itself."""

    BANK = "bank", _("Bank")
    HOTEL = "hotel", _("Hotel")
    AIRLINE = "airline", _("Airline")
    PARCEL = "parcel", _("Parcel service")
    RESTAURANT = "restaurant", pgettext_lazy("line of business", "Restaurant")
    MAINTENANCE = "maintenance", _("Equipment maintenance")
    INSURANCE = "insurance", _("Insurance")
    TELECOM = "telecom", _("Telecommunications")
    RETAIL = "retail", _("Retail")
    HEALTH = "health", _("Health care")
    PUBLIC = "public", _("Public service")
    OTHER = "other", _("Another line of business")


class FailureType(models.Model):
    """What can go wrong, in two levels: an area, and the failure in it.

    A type keeps its identity whatever it is called, and a complaint keeps the type it was filed under. Where types are
    merged or split, `Succession` says what became of them.
    """

    parent = models.ForeignKey(
        "self", verbose_name=_("area"), null=True, blank=True, on_delete=models.PROTECT, related_name="kinds"
    )
    line = models.CharField(_("line of business"), max_length=12, choices=Line, blank=True, default="")
    name = models.CharField(_("name"), max_length=160)
    name_zh = models.CharField(_("Chinese name"), max_length=160, blank=True, default="")
    touchpoint = models.CharField(
        _("touchpoint"),
        max_length=80,
        blank=True,
        default="",
        help_text=_("Where the customer meets us when it happens."),
    )
    severity = models.PositiveSmallIntegerField(_("how bad it usually is"), choices=Severity, null=True, blank=True)
    department = models.ForeignKey(
        Unit,
        verbose_name=_("department that answers for it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    is_active = models.BooleanField(_("offered when filing"), default=True)
    # where it came from, if from a catalogue that ships: which catalogue, and its code there
    origin = models.CharField(max_length=80, blank=True, default="", editable=False)

    class Meta:
        triggers: ClassVar = [
            makes_an_edition(),
            pgtrigger.Trigger(
                name="in_two_levels",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id"),  # type: ignore[no-untyped-call] # the library has no types
                condition=pgtrigger.Q(new__parent__isnull=False),
                func="IF EXISTS (SELECT FROM complaints_failuretype"
                " WHERE id = NEW.parent_id AND parent_id IS NOT NULL OR parent_id = NEW.id)"
                " THEN RAISE EXCEPTION 'the catalogue has two levels' USING ERRCODE = 'check_violation'; END IF;"
                " RETURN NEW;",
            ),
        ]
        verbose_name = _("failure type")
        verbose_name_plural = _("failure types")
        ordering = ("parent__line", "parent__name", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parent", "line", "name"],
                nulls_distinct=False,
                name="one_failure_type_per_name",
                violation_error_message=_("There is one of this name in the same place already."),
            ),
            models.UniqueConstraint(fields=["origin"], condition=~models.Q(origin=""), name="loaded_once"),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | models.Q(line=""), name="line_of_business_of_an_area"
            ),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="failure_type_not_its_own_area"),
        ]

    def __str__(self) -> str:
        return self.name


class SuccessionKind(models.TextChoices):
    """How a failure type gave way to others."""

    MERGED = "merged", _("merged")
    SPLIT = "split", _("split")


class Succession(models.Model):
    """That failures of the `old` type are filed under the `new` one from a moment on: one row for each it went into.

    The old type stays with the complaints that were filed under it. What these rows come to is reckoned by
    `catalogued`. None leads to a type that has itself given way, so that no way ever goes in a circle.
    """

    kind = models.CharField(max_length=6, choices=SuccessionKind)
    old = models.ForeignKey(FailureType, on_delete=models.PROTECT, related_name="successors")
    new = models.ForeignKey(FailureType, on_delete=models.PROTECT, related_name="predecessors")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["old", "new"], name="gave_way_once"),
            models.UniqueConstraint(fields=["old"], condition=models.Q(kind="merged"), name="merged_into_one"),
            models.UniqueConstraint(fields=["new"], condition=models.Q(kind="split"), name="part_of_one"),
            models.CheckConstraint(condition=~models.Q(old=models.F("new")), name="gives_way_to_another"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="leads_to_what_is_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="IF EXISTS (SELECT FROM complaints_succession WHERE old_id = NEW.new_id)"
                " THEN RAISE EXCEPTION 'this type has given way itself' USING ERRCODE = 'check_violation'; END IF;"
                " RETURN NEW;",
            ),
            pgtrigger.Protect(name="not_rewritten", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class BusinessCalendar(models.Model):
    """When a place is open, so that deadlines run in its time: windows of a week, public holidays, special days."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_calendar_time = models.BooleanField(
        _("calendar time"),
        default=False,
        help_text=_("Every minute counts, day and night: week, holidays and special days do not matter."),
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    week: models.JSONField[Any] = models.JSONField(
        _("week"),
        default=dict,
        blank=True,
        help_text=_(
            'Windows of each day, such as {"mon": [["09:00", "12:30"], ["13:30", "24:00"]]}. Days not named are closed.'
        ),
    )
    holiday_country = models.CharField(
        _("public holidays of"),
        max_length=2,
        blank=True,
        default="",
        help_text=_("Country code, such as CA. Without one, no holidays are kept."),
    )
    holiday_subdivision = models.CharField(
        _("part of the country"), max_length=40, blank=True, default="", help_text=_("Its code, such as ON.")
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    # the revision that open deadlines were last reckoned with: while it is another one, a job has work to do
    reckoned_revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        triggers: ClassVar = [makes_an_edition()]
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what no deadline could be reckoned with, each with its sentence beside the field.

        The week alone must open some day: special days pass, and may be taken away.
        """
        if self.week is None:  # a form's empty field
            self.week = {}
        if self.is_calendar_time:
            return
        self._clean_holidays()
        try:
            BusinessHours(zone=zone_of(self.time_zone), week=week_of(self.week))
        except Invalid as error:
            raise ValidationError({"time_zone" if error.field == "zone" else "week": error.sentence}) from error

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the calendar under a new revision, so that nobody reckons with the old one.

        Drawn by lot: one that was taken back with its transaction, or two saved at once, never share a number.
        """
        self.revision = 1 + secrets.randbelow(MOST_REVISION)
        super().save(*args, **kwargs)

    def _clean_holidays(self) -> None:
        if not self.holiday_country:
            if self.holiday_subdivision:
                raise ValidationError({"holiday_country": _("Name the country that this is a part of.")})
            return
        parts = countries().get(self.holiday_country)
        if parts is None:
            raise ValidationError({"holiday_country": _("The public holidays of this country are not known.")})
        if self.holiday_subdivision and self.holiday_subdivision not in parts:
            raise ValidationError(
                {
                    "holiday_subdivision": _("This is no part of the country. There are: %(parts)s.")
                    % {"parts": ", ".join(parts) or "–"}
                }
            )

    def to_hours(self) -> BusinessHours:
        """What deadlines are reckoned with, special days included; raises Invalid when the row was never cleaned."""
        if self.is_calendar_time:
            return ALWAYS
        return BusinessHours(
            zone=zone_of(self.time_zone),
            week=week_of(self.week),
            extra={special.day: windows_of(special.windows, part="windows") for special in self.special_days.all()},
            holidays=PublicHolidays(self.holiday_country, self.holiday_subdivision)
            if self.holiday_country
            else no_holidays,
        )


class SpecialDay(models.Model):
    """A day unlike its weekday: a closure of our own, a half day, an extra opening, a holiday on which we work."""

    calendar = models.ForeignKey(
        BusinessCalendar, verbose_name=_("business calendar"), on_delete=models.CASCADE, related_name="special_days"
    )
    day = models.DateField(_("date"))
    windows: models.JSONField[Any] = models.JSONField(
        _("windows"),
        default=list,
        blank=True,
        help_text=_('Windows of this day, such as [["09:00", "12:00"]]; none when it is closed.'),
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True, default="")

    class Meta:
        triggers: ClassVar = [makes_an_edition()]
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ("day",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["calendar", "day"], name="one_special_day_per_date")]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}".rstrip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the day, and let its calendar be read anew."""
        super().save(*args, **kwargs)
        self.calendar.save(update_fields=["revision"])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Take the day away, and let its calendar be read anew."""
        gone = super().delete(*args, **kwargs)
        self.calendar.save(update_fields=["revision"])
        return gone

    def clean(self) -> None:
        """Refuse windows that overlap or are none."""
        if self.windows is None:  # a form's empty field
            self.windows = []
        try:
            in_order(windows_of(self.windows, part="windows"), part="windows")
        except Invalid as error:
            raise ValidationError({"windows": error.sentence}) from error


class ServiceStandard(models.Model):
    """What was promised to customers: delivered by ten the next day, the room ready at three."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    promise = models.CharField(_("what is promised"), max_length=400)
    failure_type = models.ForeignKey(
        FailureType,
        verbose_name=_("missed when this fails"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    is_active = models.BooleanField(_("offered when filing"), default=True)

    class Meta:
        verbose_name = _("service standard")
        verbose_name_plural = _("service standards")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ClockKind(models.TextChoices):
    """What a deadline is for."""

    ACKNOWLEDGE = "acknowledge", _("Acknowledge")
    ANSWER = "answer", _("First answer")
    UPDATE = "update", _("Keep the customer informed")
    RESOLVE = "resolve", _("Put right")
    TIER = "tier", _("Decide on this tier")


PROMISED_KINDS: Final = (ClockKind.ACKNOWLEDGE, ClockKind.ANSWER, ClockKind.UPDATE, ClockKind.RESOLVE)


class RecoveryStandard(models.Model):
    """How fast we put a failure right, for the cases that all its conditions fit; an empty condition fits every case.

    The most specific standard wins: a failure type before its area, a unit before those it stands in, then one that
    names the kind of complainer, then the severity, then the customer group, then the channel. Two with the same
    conditions are refused, so there is never a second one that is just as specific.
    """

    name = models.CharField(_("name"), max_length=160)
    failure_type = models.ForeignKey(
        FailureType,
        verbose_name=_("failure type or area"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    unit = models.ForeignKey(
        Unit,
        verbose_name=_("unit and what is below"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity, null=True, blank=True)
    complainer = models.CharField(_("kind of complainer"), max_length=10, choices=Complainer, blank=True, default="")
    customer_group = models.CharField(_("customer group"), max_length=40, blank=True, default="")
    channel = models.CharField(_("channel"), max_length=12, blank=True, default="")
    is_active = models.BooleanField(_("in force"), default=True)

    class Meta:
        triggers: ClassVar = [makes_an_edition()]
        verbose_name = _("recovery standard")
        verbose_name_plural = _("recovery standards")
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["failure_type", "unit", "severity", "complainer", "customer_group", "channel"],
                condition=models.Q(is_active=True),
                nulls_distinct=False,
                name="one_standard_for_the_same_cases",
                violation_error_message=_("Another standard in force names exactly the same cases."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class StandardVersion(models.Model):
    """What a standard promised from one day on; a case keeps the version it was promised."""

    standard = models.ForeignKey(RecoveryStandard, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=160, blank=True, default="")
    is_current = models.BooleanField(default=True)

    class Meta:
        triggers: ClassVar = [makes_an_edition()]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["standard", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["standard"], condition=models.Q(is_current=True), name="one_current_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standard} ({self.number})"


class Target(models.Model):
    """One deadline of a standard: business time of a calendar, or calendar time where none is named."""

    version = models.ForeignKey(StandardVersion, on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.label) for kind in PROMISED_KINDS])
    label = models.CharField(max_length=80, blank=True, default="")
    minutes = models.PositiveIntegerField(_("minutes"))
    calendar = models.ForeignKey(BusinessCalendar, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reminders = models.JSONField(_("reminders"), default=list, blank=True)

    class Meta:
        triggers: ClassVar = [makes_an_edition()]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "kind", "label"], name="one_target_per_kind_and_label"),
            models.CheckConstraint(condition=models.Q(minutes__gt=0), name="target_takes_time"),
        ]

    def __str__(self) -> str:
        return self.label or str(ClockKind(self.kind).label)

    def clean(self) -> None:
        """Refuse a plan of reminders that no deadline could be reckoned with: filing would fail on it."""
        try:
            check_plan(self.reminders)
        except Invalid as error:
            raise ValidationError({"reminders": error.sentence}) from error
