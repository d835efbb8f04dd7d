"""What lists of complaints are narrowed to, as people choose it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.cases.models import Channel
from complaints.cases.queries import Filters, Whose
from complaints.cases.states import Status
from complaints.desk.choices import failure_filters, units
from complaints.desk.fields import LongSelect, Styled
from complaints.staff.models import Employee, Tier
from complaints.standards.models import Complainer, Severity


class FilterForm(Styled):
    """What the list is narrowed to; a value that does not exist narrows nothing and is named beside its field."""

    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("Not closed")), *Status.choices])
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=[("", _("Any")), *Tier.choices])
    severity = forms.TypedChoiceField(
        label=_("Severity"), required=False, choices=[("", _("Any")), *Severity.choices], coerce=int, empty_value=None
    )
    failure_type = forms.TypedChoiceField(
        label=_("Failure type"), required=False, coerce=int, empty_value=None, widget=LongSelect
    )
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("Any")), *Channel.choices])
    complainer = forms.ChoiceField(
        label=_("Kind of complainer"), required=False, choices=[("", _("Any")), *Complainer.choices]
    )
    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None, widget=LongSelect)

    def __init__(self, employee: Employee, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = self.data.get("failure_type", "")
        self.fields["failure_type"].choices = [("", _("Any")), *failure_filters(also=named)]  # type: ignore[attr-defined]
        asked = self.data.get("unit", "")
        self.fields["unit"].choices = [("", _("Any")), *units(employee, also=asked)]  # type: ignore[attr-defined]

    def filters(self, whose: Whose) -> Filters:
        """The filters as the noun takes them."""
        self.is_valid()
        return Filters(whose=whose, **self.cleaned_data)

    def used(self) -> int:
        """How many filters narrow the list."""
        self.is_valid()
        return sum(value not in {"", None} for value in self.cleaned_data.values())
