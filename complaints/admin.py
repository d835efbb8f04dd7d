"""What administrators keep in Django's admin: people, units, the catalogue, the standards, the calendars, the mappings.

Cases, timeline and messages are not here: only verbs change them.
"""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from complaints.escalation.models import LadderStep, UrgentRule
from complaints.intake.models import ColumnMapping
from complaints.remedies.models import Authority, ExchangeRate
from complaints.staff.models import Absence, Course, Employee, Training, Unit
from complaints.standards.models import (
    BusinessCalendar,
    FailureType,
    RecoveryStandard,
    ServiceStandard,
    SpecialDay,
    StandardVersion,
    Target,
)


class NewEmployeeForm(BaseUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = Employee
        fields = ("email", "name", "unit", "role", "language")

    def clean_email(self) -> str:
        """Keep sign-in names in lower case, as they are compared."""
        return str(self.cleaned_data["email"]).lower()


class EmployeeForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = Employee
        fields = ("email", "name", "unit", "role", "language", "is_active", "password")

    clean_email = NewEmployeeForm.clean_email


@admin.register(Employee)
class EmployeeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = EmployeeForm
    list_display = ("name", "email", "role", "unit", "is_active")
    list_filter = ("role", "is_active")
    list_select_related = ("unit",)
    search_fields = ("name", "email")
    show_full_result_count = False

    def get_form(
        self, request: object, obj: Employee | None = None, change: bool = False, **kwargs: object
    ) -> type[forms.ModelForm]:  # type: ignore[type-arg]
        """Ask for a password twice when somebody is added; afterwards only a reset changes it."""
        return EmployeeForm if obj is not None else NewEmployeeForm

    def has_delete_permission(self, request: object, obj: Employee | None = None) -> bool:
        """Nobody is deleted: what they did stays theirs. Who leaves is made inactive."""
        return False


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "kind", "parent", "code", "time_zone", "takes_public_complaints")
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    autocomplete_fields = ("parent",)
    show_full_result_count = False


@admin.register(FailureType)
class FailureTypeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "parent", "name_zh", "touchpoint", "is_active")
    list_select_related = ("parent",)
    list_filter: ClassVar = ["is_active"]
    search_fields = ("name", "name_zh")
    show_full_result_count = False


@admin.register(RecoveryStandard)
class RecoveryStandardAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "failure_type", "unit", "severity", "customer_group", "channel", "is_active")
    list_select_related = ("failure_type", "unit")


class TargetInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Target
    extra = 1


@admin.register(StandardVersion)
class StandardVersionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What a standard promises from now on: a version is added, never changed, so that a case keeps its promise."""

    list_display = ("standard", "number", "made_at", "made_by", "is_current")
    list_select_related = ("standard",)
    fields = ("standard",)
    inlines: ClassVar = [TargetInline]

    def has_change_permission(self, request: object, obj: StandardVersion | None = None) -> bool:
        """Refuse to change what was promised."""
        return False

    def has_delete_permission(self, request: object, obj: StandardVersion | None = None) -> bool:
        """Refuse to take back what was promised."""
        return False

    def save_model(self, request: HttpRequest, obj: StandardVersion, form: object, change: bool) -> None:
        """Number the new version and let it take over from the one before."""
        earlier = StandardVersion.objects.select_for_update().filter(standard=obj.standard)
        obj.number = 1 + max((version.number for version in earlier), default=0)
        obj.made_at, obj.made_by = now(), str(request.user)
        earlier.filter(is_current=True).update(is_current=False)
        obj.save()


@admin.register(ServiceStandard)
class ServiceStandardAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "promise", "failure_type", "is_active")
    list_select_related = ("failure_type",)


@admin.register(LadderStep)
class LadderStepAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "unit", "position", "tier", "minutes", "calendar")
    list_select_related = ("unit", "calendar")


@admin.register(UrgentRule)
class UrgentRuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "tier", "is_active")


@admin.register(Absence)
class AbsenceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("employee", "since", "until", "stand_in")
    list_select_related = ("employee", "stand_in")
    date_hierarchy = "since"


@admin.register(Authority)
class AuthorityAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What people may spend: a rule ends, and another one begins; none is deleted, the ledger names it."""

    list_display = ("__str__", "unit", "per_failure", "per_customer", "per_month", "valid_from", "valid_until")
    list_select_related = ("employee", "unit")
    autocomplete_fields = ("employee", "unit")

    def has_delete_permission(self, request: HttpRequest, obj: Authority | None = None) -> bool:
        """Refuse to delete what the ledger names."""
        return False


@admin.register(ExchangeRate)
class ExchangeRateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("source", "target", "rate", "since", "origin")


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name",)


@admin.register(Training)
class TrainingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("employee", "course", "taken_on", "expires_on")
    list_select_related = ("employee", "course")
    autocomplete_fields = ("employee",)


class SpecialDayInline(admin.TabularInline):  # type: ignore[type-arg]
    model = SpecialDay
    extra = 0


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "time_zone", "is_calendar_time", "holiday_country", "holiday_subdivision")
    inlines = (SpecialDayInline,)


@admin.register(ColumnMapping)
class ColumnMappingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "description")


admin.site.site_header = admin.site.site_title = _("Service recovery: settings")
