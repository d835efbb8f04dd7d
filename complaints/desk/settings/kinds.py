"""What can be kept at the desk: for each kind its rows, its form, the one verb it calls, and what its preview shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Case, Exists, Model, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from complaints.common.errors import NotFound
from complaints.common.money import money_words
from complaints.common.sheets import Sheet
from complaints.desk.settings import endpoint_forms, failure_forms, forms, money_forms, playbook_forms
from complaints.desk.settings.forms import SettingForm
from complaints.desk.wording import name_of
from complaints.escalation.models import UrgentRule
from complaints.escalation.sheets import LadderSheet, UrgentSheet
from complaints.escalation.standing import own_steps, steps_for
from complaints.fulfilment.models import Endpoint
from complaints.fulfilment.sheets import EndpointSheet
from complaints.handling.keep_absence import keep_absence
from complaints.handling.keep_authority import keep_authority
from complaints.handling.keep_calendar import keep_calendar
from complaints.handling.keep_employee import keep_employee
from complaints.handling.keep_endpoint import keep_endpoint
from complaints.handling.keep_failure_type import keep_failure_type
from complaints.handling.keep_ladder import keep_ladder
from complaints.handling.keep_language import keep_language
from complaints.handling.keep_playbook import keep_playbook
from complaints.handling.keep_rate import keep_rate
from complaints.handling.keep_remedy_type import keep_remedy_type
from complaints.handling.keep_service_standard import keep_service_standard
from complaints.handling.keep_standard import keep_standard
from complaints.handling.keep_training import keep_course, keep_training
from complaints.handling.keep_trouble import keep_trouble
from complaints.handling.keep_unit import keep_unit
from complaints.handling.keep_urgent_rule import keep_urgent_rule
from complaints.outbox.models import MessageLanguage
from complaints.outbox.sheets import LanguageSheet
from complaints.remedies.catalogue import RemedyType, name_of_remedy
from complaints.remedies.models import Authority, ExchangeRate, Playbook, TroubleRate
from complaints.remedies.sheets import AuthoritySheet, PlaybookSheet, RateSheet, RemedyTypeSheet, TroubleSheet
from complaints.staff.models import Absence, Course, Employee, Setting, Training, Unit
from complaints.staff.sheets import AbsenceSheet, CourseSheet, EmployeeSheet, TrainingSheet, UnitSheet
from complaints.standards.models import BusinessCalendar, FailureType, RecoveryStandard, ServiceStandard, Target
from complaints.standards.sheets import CalendarSheet, FailureSheet, ServiceSheet, StandardSheet

LAPSES_SOON: Final = 31
"""Days before its end from which on a training is said to lapse soon."""

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
    named: Callable[[Any], str] = str
    order: tuple[str, ...] = ("name", "pk")
    searched: tuple[str, ...] = ()
    """The columns that a part of the name is looked for in; without any there is no search."""
    is_foreseen: bool = True
    """Whether it decides what a complaint filed now would come to, and so has a preview of that."""

    def found_by(self, query: str) -> Q:
        """Rows with these letters in what is searched."""
        return reduce(or_, (Q(**{f"{column}__icontains": query}) for column in self.searched))


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
        "complainer": standard.complainer,
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
        standard.get_complainer_display(),
        standard.customer_group,
        standard.channel,
    ]
    return told if any(told) else [gettext("every complaint")]


def _tell_authority(rule: Authority) -> list[str]:
    def sum_of(amount: Decimal) -> str:
        return money_words(Money(amount, rule.currency))

    told = [
        rule.unit.name if rule.unit else gettext("everywhere"),
        gettext("%(sum)s for one failure") % {"sum": sum_of(rule.per_failure)},
        gettext("%(sum)s in a month") % {"sum": sum_of(rule.per_month)},
    ]
    if rule.per_customer is not None:
        facts = {"sum": sum_of(rule.per_customer), "days": rule.customer_days}
        told.append(gettext("%(sum)s for one customer in %(days)s days") % facts)
    if rule.course:
        told.append(gettext("only with “%(training)s”") % {"training": rule.course.name})
    if rule.valid_from > timezone.now():
        told.append(gettext("from %(day)s on") % {"day": _day(timezone.localdate(rule.valid_from))})
    if rule.valid_until is not None:
        told.append(gettext("until %(day)s") % {"day": _day(timezone.localdate(rule.valid_until))})
    return told


def _tell_training(record: Any) -> list[str]:
    if record.is_renewed:
        return [gettext("renewed since")]
    if record.expires_on is None:
        return [gettext("for good")]
    days = (record.expires_on - timezone.localdate()).days
    told = {"day": _day(record.expires_on)}
    if days < 0:
        return [gettext("expired on %(day)s: the authority is suspended") % told]
    return [
        gettext("lapses soon: holds until %(day)s") % told if days <= LAPSES_SOON else gettext("until %(day)s") % told
    ]


def _tell_playbook(playbook: Playbook) -> list[str]:
    kind, severity = playbook.failure_type, playbook.get_severity_display() if playbook.severity else ""
    return [name_of(kind) if kind else gettext("every failure"), severity]


def _tell_remedy_type(kind: RemedyType) -> list[str]:
    if not kind.is_tangible:
        told = gettext("costs no money")
    else:
        told = gettext("costs us %(share)s %% of its worth") % {"share": kind.cost_share}
    return [kind.name_zh, told, "" if kind.is_active else gettext("not offered any more")]


def _tell_trouble(rate: TroubleRate) -> list[str]:
    def sum_of(amount: Decimal) -> str:
        return money_words(Money(amount, rate.currency))

    return [
        gettext("%(sum)s each time") % {"sum": sum_of(rate.per_contact)},
        gettext("%(sum)s each day") % {"sum": sum_of(rate.per_day)},
        gettext("%(least)s to %(most)s by severity") % {"least": sum_of(rate.low), "most": sum_of(rate.critical)},
    ]


def _tell_endpoint(endpoint: Endpoint) -> list[str]:
    return [
        endpoint.unit.name if endpoint.unit else gettext("everywhere"),
        ", ".join(name_of_remedy(kind) for kind in endpoint.kinds),
        "" if endpoint.is_active else gettext("not in use"),
    ]


def _trainings() -> QuerySet[Any]:
    """Training records, those that lapse first before the others, and what was renewed since at the end."""
    ends = Coalesce("expires_on", Value(date.max))
    later = Training.objects.annotate(ends=ends).filter(
        employee=OuterRef("employee"), course=OuterRef("course"), ends__gt=OuterRef("ends")
    )
    records = Training.objects.select_related("employee", "course").annotate(ends=ends)
    return records.annotate(is_renewed=Exists(later))


def _failure_types() -> QuerySet[Any]:
    """The catalogue, each area before the failures in it."""
    return FailureType.objects.select_related("parent", "department").annotate(
        line_of_all=Coalesce("parent__line", "line"),
        area_name=Coalesce("parent__name", "name"),
        area_key=Coalesce("parent_id", "pk"),
        level=Case(When(parent=None, then=0), default=1),
    )


def _tell_failure(kind: FailureType) -> list[str]:
    return [
        kind.get_line_display(),
        kind.touchpoint,
        kind.get_severity_display() if kind.severity else "",
        kind.department.name if kind.department else "",
    ]


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


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
        searched=("name",),
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
        explains=_("What cannot wait: words, failures or customers that send a complaint up at once, or are a signal."),
        add=_("Add an urgent rule"),
        form=forms.UrgentForm,
        rows=UrgentRule.objects.all,
        sheet_of=UrgentSheet.of,
        keep=keep_urgent_rule,
        tells=lambda rule: [
            str(rule.get_tier_display()),
            str(rule.get_takes_as_display()),
            ", ".join(rule.words.splitlines()[:5]),
        ],
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
    Setting.FAILURE: Kept(
        icon="list-tree",
        explains=_("What can go wrong, in two levels: where it happens, how bad it usually is, who answers for it."),
        add=_("Add a failure or an area"),
        form=failure_forms.FailureForm,
        rows=_failure_types,
        sheet_of=FailureSheet.of,
        keep=keep_failure_type,
        tells=_tell_failure,
        named=name_of,
        order=("line_of_all", "area_name", "area_key", "level", "name", "pk"),
        searched=("name", "name_zh"),
        is_foreseen=False,
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
        searched=("name",),
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
        searched=("name",),
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
    Setting.AUTHORITY: Kept(
        icon="wallet",
        explains=_("What people may spend on their own to put a failure right; other terms begin anew, from then on."),
        add=_("Add an authority"),
        form=money_forms.AuthorityForm,
        rows=lambda: Authority.objects.select_related("employee", "unit", "course"),
        sheet_of=AuthoritySheet.of_authority,
        keep=keep_authority,
        tells=_tell_authority,
        order=("-valid_from", "-pk"),
        is_foreseen=False,
    ),
    Setting.TRAINING: Kept(
        icon="graduation-cap",
        explains=_("Who took which training and until when it holds; who lapses first stands first."),
        add=_("Add a training record"),
        form=money_forms.TrainingForm,
        rows=_trainings,
        sheet_of=TrainingSheet.of,
        keep=keep_training,
        tells=_tell_training,
        order=("is_renewed", "ends", "pk"),
        is_foreseen=False,
    ),
    Setting.COURSE: Kept(
        icon="book-open-check",
        explains=_("The trainings that an authority can require."),
        add=_("Add a training"),
        form=money_forms.CourseForm,
        rows=Course.objects.all,
        sheet_of=CourseSheet.of,
        keep=keep_course,
        tells=lambda _course: [],
        is_foreseen=False,
    ),
    Setting.RATE: Kept(
        icon="arrow-left-right",
        explains=_("What a currency comes to in another; without a rate nothing is converted."),
        add=_("Add an exchange rate"),
        form=money_forms.RateForm,
        rows=ExchangeRate.objects.all,
        sheet_of=RateSheet.of,
        keep=keep_rate,
        tells=lambda rate: [gettext("from %(day)s on") % {"day": _day(timezone.localdate(rate.since))}, rate.origin],
        order=("-since", "-pk"),
        is_foreseen=False,
    ),
    Setting.REMEDY: Kept(
        icon="gift",
        explains=_("What customers can be given, under which name, and what each kind costs us."),
        add=_("Add a kind of remedy"),
        form=playbook_forms.RemedyTypeForm,
        rows=RemedyType.objects.all,
        sheet_of=RemedyTypeSheet.of,
        keep=keep_remedy_type,
        tells=_tell_remedy_type,
        order=("place", "pk"),
        is_foreseen=False,
    ),
    Setting.LANGUAGE: Kept(
        icon="languages",
        explains=_("The languages that customers are written to in, beside those that come with the product."),
        add=_("Add a language"),
        form=forms.LanguageForm,
        rows=MessageLanguage.objects.all,
        sheet_of=LanguageSheet.of,
        keep=keep_language,
        tells=lambda language: [language.code, language.greeting],
        is_foreseen=False,
    ),
    Setting.PLAYBOOK: Kept(
        icon="book-heart",
        explains=_("What to say, ask, offer and avoid where a failure happens; shown beside the complaint."),
        add=_("Add a playbook"),
        form=playbook_forms.PlaybookForm,
        rows=lambda: Playbook.objects.select_related("failure_type"),
        sheet_of=PlaybookSheet.of_playbook,
        keep=keep_playbook,
        tells=_tell_playbook,
        is_foreseen=False,
    ),
    Setting.TROUBLE: Kept(
        icon="scale",
        explains=_("What a customer's trouble counts for when it is reckoned what a remedy should be worth."),
        add=_("Add a currency"),
        form=playbook_forms.TroubleForm,
        rows=TroubleRate.objects.all,
        sheet_of=TroubleSheet.of,
        keep=keep_trouble,
        tells=_tell_trouble,
        order=("currency", "pk"),
        is_foreseen=False,
    ),
    Setting.ENDPOINT: Kept(
        icon="webhook",
        explains=_("Systems outside that give customers what they accepted: payments, points, repairs."),
        add=_("Add a fulfilment endpoint"),
        form=endpoint_forms.EndpointForm,
        rows=lambda: Endpoint.objects.select_related("unit"),
        sheet_of=EndpointSheet.of_endpoint,
        keep=keep_endpoint,
        tells=_tell_endpoint,
        is_foreseen=False,
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


def form_for(
    setting: Setting, row: Any, typed: Any = None, *, viewer: Employee, is_new: bool, earlier: Sheet | None = None
) -> SettingForm:
    """The form of a setting, with what is kept now; with an `earlier` sheet filled in anew with what that said."""
    one = KINDS[setting]
    now = None if is_new else one.sheet_of(row)
    more = {}
    if setting == Setting.LADDER and row is not None:
        more["above"] = LadderSheet.of_steps(steps_for(row.parent))
    form = one.form(earlier or now, typed, viewer=viewer, **more)
    if earlier is not None and now is not None:
        form.now, form.initial["seen"] = now, now.fingerprint
    return form
