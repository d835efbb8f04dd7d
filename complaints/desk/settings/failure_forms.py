"""The forms of the failure catalogue: one type, what it is merged into, and the parts it is split into."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.forms.formsets import formset_factory
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from complaints.desk.choices import areas, failure_types, tree
from complaints.desk.fields import Line as Words
from complaints.desk.fields import Styled
from complaints.desk.settings.forms import NAME, Pick, SettingForm, offer
from complaints.staff.models import Unit
from complaints.standards.models import FailureType, Line, Severity
from complaints.standards.sheets import FailureSheet, Part

PARTS = 4
"""Empty lines for the parts of a failure type."""


class FailureForm(SettingForm):
    name = Words(label=NAME, max_length=160)
    name_zh = Words(label=_("Chinese name"), required=False, max_length=160)
    parent = Pick(label=_("Area"), help_text=_("What is in no area is an area itself."))
    line = forms.ChoiceField(
        label=_("Line of business"), required=False, help_text=_("For an area; its failures are in the same one.")
    )
    touchpoint = Words(
        label=_("Touchpoint"),
        required=False,
        max_length=80,
        help_text=_("Where the customer meets us when it happens; left open, that of its area."),
    )
    severity = Pick(
        label=_("How bad it usually is"), help_text=_("Holds for a complaint of which nobody says how bad it is.")
    )
    department = Pick(
        label=_("Department that answers for it"), help_text=_("For a failure without one, that of its area.")
    )
    is_active = forms.BooleanField(label=_("Offered when filing"), required=False)

    also_called: ClassVar = {
        "into": _("Merged or split into"),
        "from": _("Also stands for"),
        "failures": _("Failures in it"),
    }

    def beginning(self) -> dict[str, Any]:
        """Offered, unless one says otherwise."""
        return {"is_active": True}

    def offer(self) -> None:
        """The areas, the lines of business and the units in use."""
        offer(self, "parent", areas(), none=_("none: this is an area"))
        offer(self, "line", Line.choices, none=_("any"))
        offer(self, "severity", Severity.choices, none=_("not said"))
        units = tree(Unit.objects.filter(is_active=True), also=self["department"].value(), among=Unit.objects.all())
        offer(self, "department", units, none=_("none"))

    def sheet(self) -> FailureSheet:
        """All of it."""
        return FailureSheet(**self.told())


class MergeForm(Styled):
    into = Pick(label=_("Goes on under"), required=True)

    def __init__(self, kind: FailureType, typed: QueryDict | None = None) -> None:
        super().__init__(typed)
        others = [(area, [one for one in kinds if one[0] != kind.pk]) for area, kinds in failure_types()]
        offer(self, "into", [(area, kinds) for area, kinds in others if kinds], none=_("please choose"))


class PartForm(Styled):
    name = Words(label=NAME, max_length=160)
    name_zh = Words(label=_("Chinese name"), required=False, max_length=160)
    touchpoint = Words(label=_("Touchpoint"), required=False, max_length=80)
    severity = Pick(label=_("How bad it usually is"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "severity", Severity.choices, none=_("as before"))


Parts = formset_factory(PartForm, extra=PARTS, max_num=20)


def parts_of(lines: Any) -> list[Part]:
    """What was typed into the lines that count."""
    return [
        Part(
            name=told["name"],
            name_zh=told["name_zh"],
            touchpoint=told["touchpoint"],
            severity=told["severity"],
        )
        for one in lines
        if (told := one.cleaned_data)
    ]
