"""The form of the systems outside that give customers what was promised to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.desk.choices import tree
from complaints.desk.fields import Line
from complaints.desk.settings.forms import NAME, Pick, SettingForm, offer
from complaints.fulfilment.sheets import EndpointSheet
from complaints.remedies.catalogue import catalogue
from complaints.staff.models import Unit


class EndpointForm(SettingForm):
    name = Line(label=NAME, max_length=80)
    url = Line(label=_("Address"), max_length=500, help_text=_("Begins with https://."))
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Signs what is sent, both ways. It is never shown again; left open, the present one stays."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of remedy"),
        error_messages={"required": _("Please choose at least one kind of remedy.")},
        widget=forms.CheckboxSelectMultiple,
    )
    unit = Pick(label=_("For complaints of"))
    is_active = forms.BooleanField(
        label=_("In use; one that is not gets nothing, and what was ordered waits"), required=False
    )

    def beginning(self) -> dict[str, Any]:
        """In use from the start."""
        return {"is_active": True}

    def offer(self) -> None:
        """The units; a new one needs a secret."""
        self.fields["secret"].required = self.now is None
        kept = getattr(self.now, "kinds", ())
        rows = [one for one in catalogue().values() if one.is_given_outside and (one.is_active or one.code in kept)]
        offer(self, "kinds", [(one.code, one.label) for one in rows])
        offer(self, "unit", tree(Unit.objects.all(), also=self["unit"].value()), none=_("everywhere"))

    def sheet(self) -> EndpointSheet:
        """All of it."""
        told = self.told()
        return EndpointSheet(**{**told, "kinds": tuple(told["kinds"])})
