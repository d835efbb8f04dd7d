"""The forms of what guides a remedy: the catalogue, playbooks, and what a customer's trouble counts for."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.desk.choices import failure_filters
from complaints.desk.fields import Line, Styled, Words
from complaints.desk.settings.forms import NAME, Pick, SettingForm, StandardForm, offer
from complaints.desk.settings.money_forms import Code, Sum
from complaints.remedies.catalogue import catalogue, is_tangible
from complaints.remedies.sheets import AdviceLine, PlaybookSheet, RemedyTypeSheet, TroubleSheet
from complaints.standards.models import Severity

LONGEST: Final = 4000


class AdviceForm(Styled):
    order = forms.IntegerField(label=_("Order"), min_value=0, max_value=9999, required=False)
    kind = forms.ChoiceField(label=_("Remedy"), choices=[])
    least = Sum(label=_("Worth from"), required=False)
    most = Sum(label=_("Up to"), required=False)
    currency = Line(label=_("Currency"), required=False, max_length=3)
    fits = Line(label=_("For whom it fits"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.initial.get("kind")
        rows = [one for one in catalogue().values() if one.is_active or one.code == kept]
        costly = [(one.code, one.label) for one in rows if one.is_tangible]
        free = [(one.code, one.label) for one in rows if not one.is_tangible]
        groups = [(gettext("Costs no money"), free), (gettext("Worth a sum"), costly)]
        offer(self, "kind", groups, none="–")
        self.fields["currency"].widget.attrs["placeholder"] = "USD"

    def clean_currency(self) -> str:
        """The code in capital letters."""
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        """Ask for the range of what costs money."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if not told.get("kind") or not is_tangible(told["kind"]):
            return told
        for name in ("least", "most", "currency"):
            if not told.get(name) and name not in self.errors:
                self.add_error(name, gettext("Please give the range and its currency: this costs money."))
                return told
        if "least" in told and "most" in told and told["least"] > told["most"]:
            self.add_error("most", gettext("The range goes from less to more."))
        return told


class PlaybookForm(SettingForm):
    name = Line(label=NAME, max_length=160)
    failure_type = Pick(label=_("Failure type or area"))
    severity = Pick(label=_("Severity"))
    is_active = forms.BooleanField(label=_("In force"), required=False)
    apology = Words(
        label=_("Words for the apology"),
        required=False,
        max_length=LONGEST,
        help_text=_("What a customer reads who is written to in English."),
    )
    apology_zh = Words(
        label=_("Words for the apology, in Chinese"),
        required=False,
        max_length=LONGEST,
        help_text=_("What a customer reads who is written to in Chinese."),
    )
    questions = Words(
        label=_("Questions to ask"), required=False, max_length=LONGEST, help_text=_("One a line; for colleagues.")
    )
    avoid = Words(
        label=_("What to avoid"), required=False, max_length=LONGEST, help_text=_("One a line; for colleagues.")
    )

    lines_of = AdviceForm
    lines_called = (
        "advice",
        _("Remedies"),
        _("In the order in which they are to be thought of. What costs money has a range, both ends included."),
    )

    beginning = StandardForm.beginning

    def offer(self) -> None:
        """What a playbook can be narrowed to; left open, it fits every complaint."""
        offer(self, "failure_type", failure_filters(also=self["failure_type"].value()), none=_("any"))
        offer(self, "severity", Severity.choices, none=_("any"))

    def drawn_lines(self, now: Any) -> list[dict[str, Any]]:
        """The remedies, with room between their numbers."""
        names = ("kind", "least", "most", "currency", "fits")
        return [
            {"order": 10 * number, **{name: getattr(one, name) for name in names}}
            for number, one in enumerate(now.advice, start=1)
        ]

    def sheet(self) -> PlaybookSheet:
        """The remedies in the order of their numbers; one without a number comes last."""
        told = sorted(self.told_lines(), key=lambda one: (one["order"] is None, one["order"]))
        names = ("kind", "least", "most", "currency", "fits")
        return PlaybookSheet(
            **self.told(), advice=tuple(AdviceLine(**{name: one[name] for name in names}) for one in told)
        )


class RemedyTypeForm(SettingForm):
    name = Line(label=NAME, max_length=80)
    name_zh = Line(label=_("Chinese name"), required=False, max_length=80)
    is_tangible = forms.BooleanField(
        label=_("Worth a sum that somebody's authority has to cover; this stays as it was added"),
        required=False,
    )
    cost_share = forms.IntegerField(
        label=_("What it costs us, in per cent of its worth to the customer"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("Proposed as the cost to us; what the customer is given counts in full against the authority."),
    )
    place = forms.IntegerField(
        label=_("Place in the list"), min_value=0, max_value=9999, help_text=_("Smaller numbers stand first.")
    )
    is_active = forms.BooleanField(
        label=_("Offered; what is not offered any more stays with the remedies that were given"), required=False
    )

    def beginning(self) -> dict[str, Any]:
        """Worth what it costs, and last in the list."""
        return {"is_tangible": True, "cost_share": 100, "place": 200, "is_active": True}

    def offer(self) -> None:
        """What stays as it was added cannot be ticked; words cost nothing."""
        self.fields["is_tangible"].disabled = self.now is not None
        if isinstance(self.now, RemedyTypeSheet) and not self.now.is_tangible:
            del self.fields["cost_share"]

    def sheet(self) -> RemedyTypeSheet:
        """All of it; left open, it costs what it is worth."""
        told = self.told()
        share = told.pop("cost_share", None)
        return RemedyTypeSheet(**told, cost_share=100 if share is None else share)


class TroubleForm(SettingForm):
    currency = Code(label=_("Currency"))
    per_contact = Sum(label=_("Each time they had to turn to us"))
    per_day = Sum(label=_("Each whole day of waiting"))
    low = Sum(label=_("A failure of low severity"))
    medium = Sum(label=_("Of medium severity"))
    high = Sum(label=_("Of high severity"))
    critical = Sum(label=_("Of critical severity"))

    def beginning(self) -> dict[str, Any]:
        """In dollars."""
        return {"currency": "USD"}

    def sheet(self) -> TroubleSheet:
        """All of it."""
        return TroubleSheet(**self.told())
