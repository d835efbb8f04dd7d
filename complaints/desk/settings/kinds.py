"""What can be kept at the desk: for each kind its rows, its form, the one verb it calls, and what its preview shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.common.errors import NotFound
from complaints.common.sheets import Sheet
from complaints.desk.settings import forms
from complaints.desk.settings.forms import SettingForm
from complaints.escalation.models import UrgentRule
from complaints.escalation.sheets import LadderSheet, UrgentSheet
from complaints.escalation.standing import own_steps, steps_for
from complaints.handling.keep_absence import keep_absence
from complaints.handling.keep_calendar import keep_calendar
from complaints.handling.keep_employee import keep_employee
from complaints.handling.keep_ladder import keep_ladder
from complaints.handling.keep_service_standard import keep_service_standard
from complaints.handling.keep_standard import keep_standard
from complaints.handling.keep_unit import keep_unit
from complaints.handling.keep_urgent_rule import keep_urgent_rule
from complaints.staff.models import Absence, Employee, Setting, Unit
from complaints.staff.sheets import AbsenceSheet, EmployeeSheet, UnitSheet
from complaints.standards.models import BusinessCalendar, RecoveryStandard, ServiceStandard, Target
from complaints.standards.sheets import CalendarSheet, ServiceSheet, StandardSheet

WHOLE: Final = 0
"""The key, in an address, of the ladder that belongs to no unit."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of setting. `row` is what the page is about; None is something new."""

    icon: str
    explains: Promise
    add: Promise | None
    form: type[SettingForm]
    rows: Callable[[], QuerySet[Any]]
    sheet_of: Callable[[Any], Sheet]
    keep: Callable[..., Any]
    tells: Callable[[Any], list[str]]
    concerns: Callable[[Any], dict[str, Any]] = lambda _row: {}
    order: tuple[str, ...] = ("name", "pk")
    searched: bool = False


def _of_calendar(calendar: BusinessCalendar) -> dict[str, Any]:
    """The cases of the first standard that counts in this calendar."""
    current = Target.objects.filter(calendar=calendar, version__is_current=True, version__standard__is_active=True)
    first = current.select_related("version__standard").order_by("pk").first()
    return _of_standard(first.version.standard) if first else {}


def _of_standard(standard: RecoveryStandard) -> dict[str, Any]:
    found = {
        "unit": standard.unit_id,
        "failure_type": standard.failure_type_id,
        "severity": standard.severity,
        "customer_group": standard.customer_group,
        "channel": standard.channel,
    }
    return {name: value for name, value in found.items() if value}


def _tell_calendar(calendar: BusinessCalendar) -> list[str]:
    if calendar.is_calendar_time:
        return [gettext("calendar time")]
    return [calendar.time_zone, calendar.holiday_country]


def _tell_standard(standard: RecoveryStandard) -> list[str]:
    told = [
        str(standard.failure_type or ""),
        str(standard.unit or ""),
        standard.get_severity_display() if standard.severity else "",
        standard.customer_group,
        standard.channel,
    ]
    return told if any(told) else [gettext("every complaint")]


KINDS: Final[dict[Setting, Kept]] = {
    Setting.STANDARD: Kept(
        icon="timer",
        explains=_("How fast a failure is acknowledged, answered and put right, and for which complaints."),
        add=_("Add a recovery standard"),
        form=forms.StandardForm,
        rows=lambda: RecoveryStandard.objects.select_related("failure_type", "unit"),
        sheet_of=StandardSheet.of_standard,
        keep=keep_standard,
        tells=_tell_standard,
        concerns=_of_standard,
    ),
    Setting.LADDER: Kept(
        icon="arrow-up-from-line",
        explains=_("To whom a complaint goes when time runs out, step by step, and how long each has."),
        add=None,
        form=forms.LadderForm,
        rows=Unit.objects.all,
        sheet_of=lambda unit: LadderSheet.of_steps(own_steps(unit)),
        keep=keep_ladder,
        tells=lambda unit: [str(unit.get_kind_display())],
        concerns=lambda unit: {"unit": unit.pk},
        order=("path",),
        searched=True,
    ),
    Setting.CALENDAR: Kept(
        icon="calendar-days",
        explains=_("When you are open: deadlines run in these hours and stand still on public holidays."),
        add=_("Add a calendar"),
        form=forms.CalendarForm,
        rows=BusinessCalendar.objects.all,
        sheet_of=CalendarSheet.of_calendar,
        keep=keep_calendar,
        tells=_tell_calendar,
        concerns=_of_calendar,
    ),
    Setting.URGENT: Kept(
        icon="siren",
        explains=_("What cannot wait: words, failures or customers that send a complaint up at once."),
        add=_("Add an urgent rule"),
        form=forms.UrgentForm,
        rows=UrgentRule.objects.all,
        sheet_of=UrgentSheet.of,
        keep=keep_urgent_rule,
        tells=lambda rule: [str(rule.get_tier_display()), ", ".join(rule.words.splitlines()[:5])],
    ),
    Setting.SERVICE: Kept(
        icon="handshake",
        explains=_("What customers are promised, so that a complaint can name the promise that was missed."),
        add=_("Add a service standard"),
        form=forms.ServiceForm,
        rows=ServiceStandard.objects.all,
        sheet_of=ServiceSheet.of,
        keep=keep_service_standard,
        tells=lambda standard: [standard.promise],
    ),
    Setting.UNIT: Kept(
        icon="building-2",
        explains=_("Company, regions, branches and departments: their place in the tree and their time zone."),
        add=_("Add a unit"),
        form=forms.UnitForm,
        rows=Unit.objects.all,
        sheet_of=UnitSheet.of,
        keep=keep_unit,
        tells=lambda unit: [str(unit.get_kind_display()), unit.time_zone, unit.code],
        concerns=lambda unit: {"unit": unit.pk},
        order=("path",),
        searched=True,
    ),
    Setting.EMPLOYEE: Kept(
        icon="users",
        explains=_("Where people work and on which tier they stand. New sign-ins and passwords: in the admin."),
        add=None,
        form=forms.EmployeeForm,
        rows=lambda: Employee.objects.select_related("unit"),
        sheet_of=EmployeeSheet.of,
        keep=keep_employee,
        tells=lambda employee: [str(employee.get_role_display()), employee.unit.name, employee.email],
        concerns=lambda employee: {"unit": employee.unit_id},
        searched=True,
    ),
    Setting.ABSENCE: Kept(
        icon="calendar-off",
        explains=_("Who is away when, and who stands in for them on the ladder."),
        add=_("Add an absence"),
        form=forms.AbsenceForm,
        rows=lambda: Absence.objects.select_related("employee__unit", "stand_in"),
        sheet_of=AbsenceSheet.of,
        keep=keep_absence,
        tells=lambda absence: [absence.employee.unit.name, str(absence.stand_in or "")],
        concerns=lambda absence: {"unit": absence.employee.unit_id},
        order=("-until", "-pk"),
    ),
}


def row_of(setting: Setting, pk: int | None) -> Model | None:
    """What a page is about; None for something new and for the ladder of the whole organisation."""
    if pk is None or (setting == Setting.LADDER and pk == WHOLE):
        return None
    row: Model | None = KINDS[setting].rows().filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def form_for(setting: Setting, row: Any, typed: Any = None, *, viewer: Employee, is_new: bool) -> SettingForm:
    """The form of a setting, with what is kept now."""
    one = KINDS[setting]
    now = None if is_new else one.sheet_of(row)
    more = {}
    if setting == Setting.LADDER and row is not None:
        more["above"] = LadderSheet.of_steps(steps_for(row.parent))
    return one.form(now, typed, viewer=viewer, **more)
