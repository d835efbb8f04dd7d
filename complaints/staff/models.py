from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Concat, Lower, Substr
from django.utils.translation import gettext_lazy as _

from complaints.common.actors import Actor, ActorKind


class UnitKind(models.TextChoices):
    COMPANY = "company", _("Company")
    REGION = "region", _("Region")
    BRANCH = "branch", _("Branch")
    DEPARTMENT = "department", _("Department")


class UnitQuerySet(models.QuerySet["Unit"]):
    def below(self, unit: Unit) -> UnitQuerySet:
        """The unit itself and everything under it."""
        return self.filter(path__startswith=unit.path)

    def above(self, unit: Unit) -> UnitQuerySet:
        """The unit itself and the units it stands in, nearest first."""
        return self.filter(pk__in=unit.ancestor_ids).order_by("-path")


class Unit(models.Model):
    """A place in the organisation: company, region, branch or department, in a tree.

    `path` holds the ids from the root down ("1.4.9."), so that "everything below" is one prefix.
    """

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=UnitKind)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    path = models.CharField(max_length=200, editable=False, default="")
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    # the zone that open deadlines were last reckoned with: while it is another one, a job has work to do
    reckoned_zone = models.CharField(max_length=40, editable=False, default="UTC")
    code = models.CharField(
        _("code"), max_length=120, unique=True, help_text=_("Stable name for imports and programs.")
    )
    takes_public_complaints = models.BooleanField(
        _("takes complaints from the public form"),
        default=False,
        help_text=_("The catch-all: a complaint that names no place comes here."),
    )
    is_active = models.BooleanField(
        _("in use"), default=True, help_text=_("A unit that is not in use any more keeps its complaints.")
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ("path",)
        indexes: ClassVar = [models.Index(fields=["path"], opclasses=["varchar_pattern_ops"], name="unit_below")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the unit and its place in the tree; its parts come with it."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            before, self.path = self.path, f"{self.parent.path if self.parent else ''}{self.pk}."
            if not before:
                type(self).objects.filter(pk=self.pk).update(path=self.path)
            elif before != self.path:
                moved = Concat(Value(self.path), Substr("path", len(before) + 1))
                type(self).objects.filter(path__startswith=before).update(path=moved)

    def clean(self) -> None:
        """Refuse a place inside itself, and a time zone that nobody knows."""
        if self.pk and self.parent and self.pk in self.parent.ancestor_ids:
            raise ValidationError({"parent": _("A unit cannot be a part of itself.")})
        if self.time_zone not in available_timezones():
            raise ValidationError({"time_zone": _("This is not a time zone, such as Europe/Paris.")})

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids from the root down to this unit."""
        return [int(part) for part in self.path.split(".") if part]


class Tier(models.TextChoices):
    """The steps of the ladder inside the firm, lowest first."""

    FRONT_LINE = "front_line", _("Front line")
    MANAGER = "manager", _("Manager")
    VP = "vp", _("VP")


class Role(models.TextChoices):
    """What an employee is here for: one of the three tiers, or one of the two that stand beside the ladder."""

    FRONT_LINE = "front_line", _("Front line")
    MANAGER = "manager", _("Manager")
    VP = "vp", _("VP")
    ANALYST = "analyst", _("Quality analyst")
    ADMINISTRATOR = "administrator", _("Administrator")


class EmployeeManager(BaseUserManager["Employee"]):
    def get_by_natural_key(self, username: str | None) -> Employee:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **facts: Any) -> Employee:
        """Add an employee who signs in with `email`; without a password only a reset lets them in."""
        employee = self.model(email=self.normalize_email(email).lower(), **facts)
        employee.set_password(password)
        employee.save(using=self._db)
        return employee

    def create_superuser(self, email: str, password: str | None = None, **facts: Any) -> Employee:
        """Add the first administrator of a new installation, with a company to stand in if there is none."""
        unit = Unit.objects.filter(parent=None).first()
        if unit is None:
            unit = Unit.objects.create(
                name="Company", kind=UnitKind.COMPANY, code="company", takes_public_complaints=True
            )
        return self.create_user(email, password, unit=unit, role=Role.ADMINISTRATOR, **{"name": email, **facts})


class Employee(AbstractBaseUser):
    """Somebody who works here and signs in with their e-mail address."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120)
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="employees")
    role = models.CharField(_("role"), max_length=14, choices=Role, default=Role.FRONT_LINE)
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = EmployeeManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="one_employee_per_address")]
        indexes: ClassVar = [
            models.Index(fields=["unit", "role"], condition=models.Q(is_active=True), name="active_by_unit_role")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        """This employee as the timeline remembers them."""
        return Actor(ActorKind.EMPLOYEE, self.pk, self.name)

    @property
    def tier(self) -> Tier | None:
        """Their step on the ladder; analysts and administrators stand beside it."""
        return Tier(self.role) if self.role in Tier.values else None

    # What Django's admin asks of a user: only administrators use it, and there they may do everything.
    @property
    def is_staff(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def is_superuser(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_superuser

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_superuser


class Absence(models.Model):
    """Days on which somebody is away, and who stands in for them."""

    employee = models.ForeignKey(
        Employee, verbose_name=_("employee"), on_delete=models.CASCADE, related_name="absences"
    )
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    stand_in = models.ForeignKey(
        Employee, verbose_name=_("stand-in"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("-since",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")),
                name="absence_ends_after_it_begins",
                violation_error_message=_("An absence ends after it begins."),
            ),
            models.CheckConstraint(
                condition=~models.Q(stand_in=models.F("employee")),
                name="nobody_stands_in_for_themselves",
                violation_error_message=_("Nobody stands in for themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} {self.since:%Y-%m-%d} – {self.until:%Y-%m-%d}"


class Course(models.Model):
    """A training that some authority requires."""

    name = models.CharField(_("name"), max_length=120, unique=True)

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Training(models.Model):
    """Who took a training, and until when it holds: the last day included."""

    employee = models.ForeignKey(
        Employee, verbose_name=_("employee"), on_delete=models.PROTECT, related_name="trainings"
    )
    course = models.ForeignKey(Course, verbose_name=_("training"), on_delete=models.PROTECT, related_name="+")
    taken_on = models.DateField(_("taken on"))
    expires_on = models.DateField(_("holds until"), null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("training record")
        verbose_name_plural = _("training records")
        ordering = ("-taken_on",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expires_on=None) | models.Q(expires_on__gte=models.F("taken_on")),
                name="training_expires_after_it_is_taken",
                violation_error_message=_("A training holds at least on the day it is taken."),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_on"], condition=models.Q(warned_at=None), name="training_to_warn_of")
        ]

    def __str__(self) -> str:
        return f"{self.employee}: {self.course}"


class Setting(models.TextChoices):
    """What administrators keep, and what each of it is called in an address."""

    CALENDAR = "calendars", _("Business calendars")
    STANDARD = "standards", _("Recovery standards")
    SERVICE = "services", _("Service standards")
    FAILURE = "failures", _("Failure catalogue")
    LADDER = "ladders", _("Ladders")
    URGENT = "urgent", _("Urgent rules")
    UNIT = "units", _("Units")
    EMPLOYEE = "employees", _("Employees")
    ABSENCE = "absences", _("Absences")
    AUTHORITY = "authorities", _("Authorities")
    COURSE = "courses", _("Trainings")
    TRAINING = "trainings", _("Training records")
    RATE = "rates", _("Exchange rates")
    LANGUAGE = "languages", _("Languages of messages")
    ENDPOINT = "endpoints", _("Fulfilment endpoints")
    REMEDY = "remedies", _("Kinds of remedy")
    PLAYBOOK = "playbooks", _("Playbooks")
    TROUBLE = "trouble", _("Cost of complaining")


class SettingChange(models.Model):
    """Who changed which setting, when, and each fact before and after; the names stay as they were that day.

    Never changed and never deleted: the database refuses both.
    """

    setting = models.CharField(max_length=12, choices=Setting)
    key = models.BigIntegerField()
    name = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    is_new = models.BooleanField()
    facts = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["setting", "key", "-id"], name="changes_of_setting")]
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_setting_display()}: {self.name} {self.at:%Y-%m-%d %H:%M}"
