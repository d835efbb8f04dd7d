"""What the page of measures is asked for: whose, of when, as it stood when, and what is assumed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from complaints.common.keyset import read_id
from complaints.desk.choices import units
from complaints.desk.fields import Amount, Day, LongSelect, Styled
from complaints.insights.listing import Asked, asked_unit
from complaints.insights.periods import ONE_DAY, Period
from complaints.staff.models import Employee, Unit
from complaints.standards.catalogued import AS_FILED, Catalogued, catalogued_at

LONGEST_LABEL: Final = 200
EARLIEST: Final = date(1990, 1, 1)
MONTHS: Final = 12
NOW: Final = "now"
THEN: Final = "then"
"""In which catalogue failure types are read: that of today, and that of the first day of the period."""

STAY_SOLVED: Final = Decimal(54)
STAY_UNSOLVED: Final = Decimal(19)
"""Of a hundred who complained, how many buy again when it was solved and when it was not: Technical Assistance Research
Programs, "Consumer Complaint Handling in America" (1979, 1986), for losses of more than a hundred dollars."""


class PeriodForm(Styled):
    """The head of the page. A value that makes no sense is named beside its field, and the page shows the usual."""

    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None, widget=LongSelect)
    since = Day(label=_("From"), required=False)
    until = Day(label=_("To"), required=False)
    seen = Day(
        label=_("As it stood on"),
        required=False,
        help_text=_("For how long closing takes; empty: today."),
    )

    catalogue = forms.ChoiceField(
        label=_("Failure types"),
        required=False,
        choices=[
            ("", _("As filed")),
            (NOW, _("As of today")),
            (THEN, _("As of the first day")),
        ],
        help_text=_("Where types were merged or split."),
    )

    def __init__(self, employee: Employee, asked: QueryDict) -> None:
        super().__init__(asked)
        self._employee = employee
        self.fields["unit"].choices = units(employee, also=asked.get("unit", ""))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, or lies where no calendar of ours goes."""
        told = {**(super().clean() or {})}
        since, until = told.get("since"), told.get("until")
        for name in ("since", "until", "seen"):
            day = told.get(name)
            if day and not EARLIEST <= day <= date(2999, 12, 31):
                self.add_error(name, _("No complaint is that old, or that new."))
        if since and until and until < since:
            self.add_error("until", _("The period ends before it begins."))
        return told


class AssumptionForm(Styled):
    """What is assumed of customers, to set the revenue kept against what recovery costs."""

    worth = Amount(label=_("What a customer brings in a year"), required=False)
    stays = forms.DecimalField(
        label=_("Stay when it was solved, in a hundred"),
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"placeholder": STAY_SOLVED}),
    )
    leaves = forms.DecimalField(
        label=_("Stay when it was not solved, in a hundred"),
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"placeholder": STAY_UNSOLVED}),
    )

    def assumed(self) -> tuple[Decimal | None, Decimal, Decimal]:
        """What a customer is worth, and who stays, in a hundred; None and the usual where nothing is said."""
        told = self.cleaned_data if self.is_valid() else {}
        stays, leaves = told.get("stays"), told.get("leaves")
        return told.get("worth"), STAY_SOLVED if stays is None else stays, STAY_UNSOLVED if leaves is None else leaves


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at, with every doubt settled; `reading` names the catalogue that failure types are read in."""

    unit: Unit
    period: Period
    seen: date
    today: date
    reading: str = ""
    catalogued: Catalogued = AS_FILED

    @property
    def is_as_of_today(self) -> bool:
        """Whether it is how things stand now."""
        return self.seen >= self.today


def scope_of(employee: Employee, asked: QueryDict, *, at: datetime) -> tuple[Scope, PeriodForm]:
    """Whose complaints of when: of the address, else of one's own unit and the last twelve months, in the unit's zone.

    Raises NotFound for a unit that the employee does not see.
    """
    unit = asked_unit(employee, read_id(asked.get("unit", "")))
    today = at.astimezone(ZoneInfo(unit.time_zone)).date()
    months = today.year * 12 + today.month - MONTHS
    usual = Period(date(months // 12, months % 12 + 1, 1), today)
    shown = asked.copy()
    for name, value in (("unit", unit.pk), ("since", usual.since), ("until", usual.until)):
        if name not in asked:
            shown[name] = str(value)
    form = PeriodForm(employee, shown)
    if not form.is_valid():
        return Scope(unit, usual, today, today), form
    told = form.cleaned_data
    since = told["since"] or min(usual.since, told["until"] or usual.since)
    until = told["until"] or max(usual.until, since)
    period, seen, reading = Period(since, until), min(told["seen"] or today, today), told["catalogue"]
    return Scope(unit, period, seen, today, reading, _catalogue_of(reading, period, unit, at=at)), form


def asked_of(employee: Employee, asked: QueryDict, *, at: datetime) -> tuple[Asked, PeriodForm]:
    """Which cases an address names by a number of the page; raises NotFound for a unit the employee does not see."""
    scope, form = scope_of(employee, asked, at=at)
    label = asked.get("label", "all").replace("\x00", "")[:LONGEST_LABEL]
    seen = None if scope.is_as_of_today else scope.seen
    return Asked(unit=scope.unit, period=scope.period, label=label, seen=seen, catalogued=scope.catalogued), form


def _catalogue_of(reading: str, period: Period, unit: Unit, *, at: datetime) -> Catalogued:
    """The catalogue that is asked for; that of the first day is as it was when the day ended where the unit is."""
    if reading == NOW:
        return catalogued_at(at)
    if reading == THEN:
        ends = datetime.combine(period.since + ONE_DAY, time.min, ZoneInfo(unit.time_zone))
        return catalogued_at(ends.astimezone(UTC))
    return AS_FILED
