"""What administrators keep in Django's admin: sign-ins, the catalogue, the mappings.

Cases, timeline and messages are not here: only verbs change them. Nor are the rules that have pages of the desk, where
a preview goes before a change and a log behind it.
"""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.utils.translation import gettext_lazy as _

from complaints.intake.models import ColumnMapping
from complaints.staff.models import Employee


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


@admin.register(ColumnMapping)
class ColumnMappingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "description")


admin.site.site_header = admin.site.site_title = _("Service recovery: settings")
