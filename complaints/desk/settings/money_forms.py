"""The forms of what people may spend: authorities, the trainings they rest on, exchange rates."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.desk.choices import MOST_OFFERED, tree
from complaints.desk.fields import Day, Line
from complaints.desk.settings.forms import Moment, Pick, SettingForm, offer
from complaints.remedies.catalogue import catalogue
from complaints.remedies.models import Authority
from complaints.remedies.sheets import AuthoritySheet, RateSheet
from complaints.staff.models import Course, Employee, Tier, Unit
from complaints.staff.sheets import CourseSheet, TrainingSheet

CODE: Final = _("Three capital letters, such as USD.")


def _courses() -> list[tuple[int, str]]:
    return list(Course.objects.values_list("pk", "name")[:MOST_OFFERED])


class Code(Line):
    """A currency by its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=3, max_length=3, help_text=CODE, **kwargs)

    def to_python(self, value: Any) -> str:
        """The code in capital letters."""
        return super().to_python(value).upper()


class Sum(forms.DecimalField):
    """A sum of money in the currency beside it."""

    widget = forms.NumberInput(attrs={"step": "0.01", "min": "0", "inputmode": "decimal"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, min_value=0, **kwargs)


class AuthorityForm(SettingForm):
    tier = forms.ChoiceField(
        label=_("For everybody on this tier"),
        required=False,
        choices=[("", _("nobody but one employee")), *Tier.choices],
    )
    employee = Pick(label=_("For one employee"))
    unit = Pick(label=_("For complaints of"))
    currency = Code(label=_("Currency"))
    per_failure = Sum(label=_("For one service failure"), help_text=_("Whoever gave it, on its duplicates too."))
    per_month = Sum(label=_("In a calendar month"), help_text=_("What one employee may spend."))
    per_customer = Sum(label=_("For one customer"), required=False)
    customer_days = forms.IntegerField(label=_("Within so many days"), required=False, min_value=1, max_value=3660)
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of remedy; none chosen: every kind"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    course = Pick(
        label=_("Required training"),
        help_text=_("An exception without one asks for the training of the more general authority."),
    )
    valid_from = Moment(label=_("From"), required=False, help_text=_("Left open: at once."))
    valid_until = Moment(label=_("Until"), required=False)

    def beginning(self) -> dict[str, Any]:
        """The front line, in dollars, with the training that was required last."""
        required = Authority.objects.exclude(course=None).order_by("pk").values_list("course", flat=True).last()
        return {"tier": Tier.FRONT_LINE.value, "currency": "USD", "course": required}

    def offer(self) -> None:
        """Who is on the ladder, the units, the trainings."""
        people = Employee.objects.filter(is_active=True, role__in=Tier.values).select_related("unit").order_by("name")
        shown = [(one.pk, f"{one.name} · {one.unit.name}") for one in people[:MOST_OFFERED]]
        offer(self, "employee", shown, none=_("nobody: for the tier"))
        offer(self, "unit", tree(Unit.objects.all(), also=self["unit"].value()), none=_("everywhere"))
        offer(self, "course", _courses(), none=_("none of its own"))
        kept = getattr(self.now, "kinds", ())
        shown_kinds = [one for one in catalogue().values() if one.is_tangible and (one.is_active or one.code in kept)]
        offer(self, "kinds", [(one.code, one.label) for one in shown_kinds])

    def sheet(self) -> AuthoritySheet:
        """All of it; a moment that stands there to the minute is the one that is kept."""
        told = self.told()
        for name in ("valid_from", "valid_until"):
            kept: datetime | None = getattr(self.now, name, None)
            if kept is not None and told[name] == kept.replace(second=0, microsecond=0):
                told[name] = kept
        return AuthoritySheet(**{**told, "kinds": tuple(told["kinds"])})


class CourseForm(SettingForm):
    name = Line(label=_("Name"), max_length=120)

    def sheet(self) -> CourseSheet:
        """All of it."""
        return CourseSheet(**self.told())


class TrainingForm(SettingForm):
    employee = Pick(label=_("Employee"), required=True)
    course = Pick(label=_("Training"), required=True)
    taken_on = Day(label=_("Taken on"))
    expires_on = Day(label=_("Holds until"), required=False, help_text=_("The last day included; left open: for good."))

    def offer(self) -> None:
        """Everybody who works here, and the trainings."""
        people = Employee.objects.filter(is_active=True).select_related("unit").order_by("name")
        offer(self, "employee", [(one.pk, f"{one.name} · {one.unit.name}") for one in people[:MOST_OFFERED]])
        offer(self, "course", _courses())

    def sheet(self) -> TrainingSheet:
        """All of it."""
        return TrainingSheet(**self.told())


class RateForm(SettingForm):
    source = Code(label=_("One unit of"))
    target = Code(label=_("Comes to so much in"))
    rate = forms.DecimalField(label=_("Rate"), max_digits=18, decimal_places=8, min_value=0)
    since = Moment(label=_("From"), required=False, help_text=_("Left open: at once."))
    origin = Line(label=_("Where the rate comes from"), required=False, max_length=120)

    def sheet(self) -> RateSheet:
        """All of it; a moment that stands there to the minute is the one that is kept."""
        told = self.told()
        kept: datetime | None = getattr(self.now, "since", None)
        if kept is not None and told["since"] == kept.replace(second=0, microsecond=0):
            told["since"] = kept
        return RateSheet(**told)
