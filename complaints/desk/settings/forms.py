"""The forms of the settings: each is drawn from a sheet and becomes one again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Final, cast
from zoneinfo import available_timezones

from babel import Locale
from django import forms
from django.db.models import QuerySet
from django.forms.formsets import formset_factory
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext_lazy, to_locale
from django.utils.translation import gettext_lazy as _

from complaints.cases.models import Channel
from complaints.common.errors import Invalid
from complaints.common.keyset import read_id
from complaints.common.sheets import Sheet
from complaints.desk.choices import MOST_OFFERED, Choice, failure_filters, tree
from complaints.desk.fields import Line, LongSelect, Styled, Words
from complaints.escalation.sheets import LadderSheet, StepLine, UrgentSheet
from complaints.outbox.sheets import LanguageSheet
from complaints.staff.models import Employee, Role, Tier, Unit, UnitKind
from complaints.staff.queries import who_may_stand_in, whose_absences
from complaints.staff.sheets import AbsenceSheet, EmployeeSheet, UnitSheet
from complaints.standards.models import PROMISED_KINDS, BusinessCalendar, Complainer, Severity
from complaints.standards.public_holidays import countries
from complaints.standards.sheets import CalendarSheet, Day, ServiceSheet, StandardSheet, TargetLine
from complaints.standards.written_hours import DAYS
from complaints.standards.written_times import (
    read_minutes,
    read_plan,
    read_windows,
    write_minutes,
    write_plan,
    write_windows,
)

SPARE: Final = 2
"""Empty lines below the filled ones; saved, there are more."""
MOST_LINES: Final = 400
NAME: Final = pgettext_lazy("of a thing", "Name")


class Written(Line):
    """A line in a small language of its own, put into its usual form; what cannot be read gets its sentence."""

    def __init__(self, *, read: Callable[[str], Any], write: Callable[[Any], str], **kwargs: Any) -> None:
        self._read, self._write = read, write
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> str:
        """The line as it would be written again."""
        line = super().to_python(value)
        try:
            return self._write(self._read(line)) if line else ""
        except Invalid as error:
            raise forms.ValidationError(error.sentence) from error


class Span(Line):
    """A time such as “8 h”: minutes, or None where it is left open."""

    widget = forms.TextInput(attrs={"placeholder": "8 h"})

    def to_python(self, value: Any) -> Any:
        """The minutes."""
        line = super().to_python(value)
        try:
            return read_minutes(line) if line else None
        except Invalid as error:
            raise forms.ValidationError(error.sentence) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another line stands there than the one it was drawn with."""
        return bool((initial or "") != (data or ""))


class Moment(forms.DateTimeField):
    """A moment in the zone of the reader."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def windows(label: str | Promise) -> Written:
    """The windows of a day, several on a line."""
    return Written(label=label, read=read_windows, write=write_windows, max_length=200)


class Pick(forms.TypedChoiceField):
    """One of the rows that are offered, by its key, or none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=None, widget=LongSelect, **{"required": False, **kwargs})


def offer(form: forms.Form, name: str, choices: Sequence[Any], *, none: str | Promise | None = None) -> None:
    """Let a field choose among these, and where `none` says so, nothing."""
    first = [] if none is None else [("", none)]
    cast("forms.ChoiceField", form.fields[name]).choices = [*first, *choices]


class SettingForm(Styled):
    """Base of all: what is kept now as the form shows it, and with it a mark that says so."""

    lines_of: ClassVar[type[Styled] | None] = None
    lines_called: ClassVar[tuple[str, str | Promise, str | Promise]] = ("", "", "")
    """The fact that the lines are, the heading above them, and what to know about them."""

    also_called: ClassVar[Mapping[str, str | Promise]] = {}
    """Facts that a log tells of and no field shows."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, now: Sheet | None, typed: QueryDict | None = None, *, viewer: Employee, **given: Any) -> None:
        self.now, self.viewer = now, viewer
        drawn = {**self.beginning(), **given, **(self.drawn(now) if now else {})}
        super().__init__(typed, initial={**drawn, "seen": now.fingerprint if now else ""})
        self.offer()
        self.lines: Any = None
        if self.lines_of is not None:
            made = formset_factory(
                self.lines_of, extra=SPARE, can_delete=True, can_delete_extra=False, max_num=MOST_LINES
            )
            initial = self.drawn_lines(now) if now else []
            self.lines = made(typed, initial=initial, prefix="line", form_kwargs=self.for_lines())

    def beginning(self) -> dict[str, Any]:
        """What stands in the form of something new."""
        return {}

    def offer(self) -> None:
        """Fill the fields that choose among rows."""

    def drawn(self, now: Any) -> dict[str, Any]:
        """What stands in the fields for a sheet."""
        return cast("Sheet", now).facts()

    def drawn_lines(self, now: Any) -> list[dict[str, Any]]:
        """What stands in the lines for a sheet."""
        return []

    def for_lines(self) -> dict[str, Any]:
        """What every line chooses from, read once."""
        return {}

    def is_valid(self) -> bool:
        """Whether fields and lines can be read; both are looked at, so that every sentence is shown at once."""
        fields = super().is_valid()
        return (self.lines is None or bool(self.lines.is_valid())) and fields

    def told(self) -> dict[str, Any]:
        """What was typed into the fields."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def told_lines(self) -> list[dict[str, Any]]:
        """What was typed into the lines that count."""
        return [one.cleaned_data for one in self.lines if one.cleaned_data and not one.cleaned_data.get("DELETE")]

    def sheet(self) -> Any:
        """What the verb needs."""
        raise NotImplementedError


def calendars() -> dict[str, Any]:
    """For lines that run in the time of a calendar: every one by its name, and none, which is calendar time."""
    names = BusinessCalendar.objects.order_by("name").values_list("name", flat=True)[:MOST_OFFERED]
    return {"calendars": [("", gettext("calendar time")), *((name, name) for name in names)]}


class DayForm(Styled):
    day = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    windows = windows(_("Open"))
    reason = Line(label=_("Reason"), required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["windows"].widget.attrs["placeholder"] = gettext("closed")


class CalendarForm(SettingForm):
    name = Line(label=NAME, max_length=80)
    time_zone = forms.ChoiceField(label=_("Time zone"), widget=LongSelect)
    is_calendar_time = forms.BooleanField(
        label=_("Calendar time: every minute counts, day and night, and nothing below matters"), required=False
    )
    mon = windows(_("Monday"))
    tue = windows(_("Tuesday"))
    wed = windows(_("Wednesday"))
    thu = windows(_("Thursday"))
    fri = windows(_("Friday"))
    sat = windows(_("Saturday"))
    sun = windows(_("Sunday"))
    holiday_country = forms.ChoiceField(label=_("Public holidays of"), required=False, widget=LongSelect)
    holiday_subdivision = Line(
        label=_("Part of the country"), required=False, max_length=40, help_text=_("Its code, such as ON.")
    )

    lines_of = DayForm
    lines_called = (
        "special_days",
        _("Special days"),
        _("Closures, half days, extra openings, holidays on which you work: each replaces its day."),
    )

    def beginning(self) -> dict[str, Any]:
        """A week of office days."""
        week = dict.fromkeys(DAYS[:5], "09:00-17:00")
        return {**week, "time_zone": "UTC"}

    def offer(self) -> None:
        """The zones and the countries that are known."""
        offer(self, "time_zone", _zones())
        names = Locale.parse(to_locale(get_language() or "en")).territories
        known = sorted((names.get(code, code), code) for code in countries() if len(code) == 2)
        offer(self, "holiday_country", [(code, f"{name} ({code})") for name, code in known], none=_("none"))

    def drawn_lines(self, now: Any) -> list[dict[str, Any]]:
        """The special days."""
        return [{"day": one.day, "windows": one.windows, "reason": one.reason} for one in now.special_days]

    def sheet(self) -> CalendarSheet:
        """The special days in the order of their dates."""
        days = [
            Day(day=cast("date", one["day"]), windows=one["windows"], reason=one["reason"]) for one in self.told_lines()
        ]
        return CalendarSheet(**self.told(), special_days=tuple(sorted(days, key=lambda one: one.day)))


class TargetForm(Styled):
    kind = forms.ChoiceField(
        label=_("Deadline"),
        choices=[(kind.value, kind.label) for kind in PROMISED_KINDS],
        initial=PROMISED_KINDS[0].value,
    )
    label = Line(label=_("Name of its own"), required=False, max_length=80)
    minutes = Span(label=_("Within"))
    calendar = forms.ChoiceField(label=_("In the time of"), required=False)
    reminders = Written(label=_("Reminders"), read=read_plan, write=write_plan, max_length=200)

    def __init__(self, *args: Any, calendars: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "calendar", calendars)
        self.fields["reminders"].widget.attrs["placeholder"] = "80% superior"


class StandardForm(SettingForm):
    name = Line(label=NAME, max_length=160)
    failure_type = Pick(label=_("Failure type or area"))
    unit = Pick(label=_("Unit and what is below"))
    severity = Pick(label=_("Severity"))
    complainer = forms.ChoiceField(label=_("Kind of complainer"), required=False)
    customer_group = Line(label=_("Customer group"), required=False, max_length=40)
    channel = forms.ChoiceField(label=_("How it came to us"), required=False)
    is_active = forms.BooleanField(label=_("In force"), required=False)

    lines_of = TargetForm
    lines_called = (
        "targets",
        _("Deadlines"),
        _(
            "Times such as 30 min, 8 h, 2 d or 8 w; a day is 24 hours of the time it runs in. Reminders such as"
            " “50% responsible, 80% superior, 2 h superior”: a share of the time, or a time before its end."
        ),
    )

    def beginning(self) -> dict[str, Any]:
        """In force, unless one says otherwise."""
        return {"is_active": True}

    def offer(self) -> None:
        """What a standard can be narrowed to; left open, it fits every complaint."""
        offer(self, "failure_type", failure_filters(also=self["failure_type"].value()), none=_("any"))
        offer(self, "unit", tree(Unit.objects.all(), also=self["unit"].value()), none=_("any"))
        offer(self, "severity", Severity.choices, none=_("any"))
        offer(self, "complainer", Complainer.choices, none=_("any"))
        offer(self, "channel", Channel.choices, none=_("any"))

    def for_lines(self) -> dict[str, Any]:
        """The calendars."""
        return calendars()

    def drawn_lines(self, now: Any) -> list[dict[str, Any]]:
        """The deadlines of the current version."""
        return [
            {
                "kind": one.kind,
                "label": one.label,
                "minutes": write_minutes(one.minutes, in_business_time=bool(one.calendar)),
                "calendar": one.calendar,
                "reminders": one.reminders,
            }
            for one in now.targets
        ]

    def sheet(self) -> StandardSheet:
        """The deadlines in the order of the lines."""
        names = ("kind", "label", "minutes", "calendar", "reminders")
        lines = [TargetLine(**{name: one[name] for name in names}) for one in self.told_lines()]
        return StandardSheet(**self.told(), targets=tuple(lines))


class ServiceForm(SettingForm):
    name = Line(label=NAME, max_length=160)
    promise = Line(
        label=_("What is promised"), max_length=400, help_text=_("In the customer's words: the room is ready at three.")
    )
    failure_type = Pick(label=_("Missed when this fails"))
    is_active = forms.BooleanField(label=_("Offered when filing"), required=False)

    beginning = StandardForm.beginning

    def offer(self) -> None:
        """The catalogue."""
        offer(self, "failure_type", failure_filters(also=self["failure_type"].value()), none=_("none"))

    def sheet(self) -> ServiceSheet:
        """All of it."""
        return ServiceSheet(**self.told())


class StepForm(Styled):
    key = forms.IntegerField(widget=forms.HiddenInput, required=False)
    order = forms.IntegerField(label=_("Order"), min_value=0, max_value=9999, required=False)
    name = Line(label=NAME, max_length=80)
    tier = forms.ChoiceField(
        label=_("Who"), required=False, choices=[*Tier.choices, ("", _("Outside"))], initial=Tier.MANAGER.value
    )
    minutes = Span(label=_("Decides within"), required=False)
    calendar = forms.ChoiceField(label=_("In the time of"), required=False)
    contact = Line(label=_("How customers reach it"), required=False, max_length=400)

    def __init__(self, *args: Any, calendars: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "calendar", calendars)
        self.fields["contact"].widget.attrs["placeholder"] = gettext("only outside")


class LadderForm(SettingForm):
    takes_from_above = forms.BooleanField(
        label=_("Take the ladder of the unit above; the steps below do not matter"), required=False
    )

    lines_of = StepForm
    lines_called = (
        "steps",
        _("Steps"),
        _(
            "In the order of their numbers, the front line first. The last one may be outside: an ombudsman, a"
            " regulator; customers are told how to reach it."
        ),
    )

    def __init__(self, now: LadderSheet | None, *args: Any, above: LadderSheet | None = None, **kwargs: Any) -> None:
        self._above = above
        super().__init__(now, *args, **kwargs)
        if above is None:
            del self.fields["takes_from_above"]

    def drawn(self, now: Any) -> dict[str, Any]:
        """Whether it has steps of its own."""
        return {"takes_from_above": not now.steps}

    def for_lines(self) -> dict[str, Any]:
        """The calendars."""
        return calendars()

    def drawn_lines(self, now: Any) -> list[dict[str, Any]]:
        """The steps of its own, or those it takes from above to start from."""
        inherited = self._above.steps if self._above else ()
        return [
            {
                "key": one.key if now.steps else None,
                "order": 10 * number,
                "name": one.name,
                "tier": one.tier,
                "minutes": write_minutes(one.minutes, in_business_time=bool(one.calendar)),
                "calendar": one.calendar,
                "contact": one.contact,
            }
            for number, one in enumerate(now.steps or inherited, start=1)
        ]

    def sheet(self) -> LadderSheet:
        """The steps in the order of their numbers; one without a number comes last."""
        if self.cleaned_data.get("takes_from_above"):
            return LadderSheet()
        told = sorted(self.told_lines(), key=lambda one: (one["order"] is None, one["order"]))
        names = ("key", "name", "tier", "minutes", "calendar", "contact")
        return LadderSheet(steps=tuple(StepLine(**{name: one[name] for name in names}) for one in told))


class UrgentForm(SettingForm):
    name = Line(label=NAME, max_length=80, help_text=_("Stands on the timeline as the reason."))
    words = Words(
        label=_("Words"),
        required=False,
        max_length=4000,
        help_text=_("One word or phrase a line, in any language; it is enough that the customer says one of them."),
    )
    failure_type = Pick(label=_("Failure type or area"))
    customer_group = Line(label=_("Customer group"), required=False, max_length=40)
    complainer = forms.ChoiceField(label=_("Kind of complainer"), required=False)
    complaints = forms.IntegerField(
        label=_("Complaints within a year, at least"),
        required=False,
        min_value=2,
        max_value=1000,
        help_text=_("Of the same customer, this one included."),
    )
    following = forms.IntegerField(
        label=_("People who follow the customer, at least"),
        required=False,
        min_value=1,
        max_value=2_000_000_000,
        help_text=_("In public, as far as it was noted on the complaint."),
    )
    takes_as = forms.ChoiceField(
        label=_("The customer is taken for one who"),
        required=False,
        help_text=_("The complaint is then held to the standard for such customers, and shows how to lead it."),
    )
    tier = forms.ChoiceField(label=_("Goes at once to"), required=False)
    is_active = forms.BooleanField(label=_("In force"), required=False)

    def beginning(self) -> dict[str, Any]:
        """In force and to the manager, unless one says otherwise."""
        return {"is_active": True, "tier": Tier.MANAGER}

    def offer(self) -> None:
        """The catalogue, the kinds of complainer, and the tiers above the front line."""
        higher = [one for one in Tier.choices if one[0] != Tier.FRONT_LINE]
        offer(self, "failure_type", failure_filters(also=self["failure_type"].value()), none=_("any"))
        offer(self, "complainer", Complainer.choices, none=_("any"))
        offer(self, "takes_as", Complainer.choices, none=_("no other than before"))
        offer(self, "tier", higher, none=_("nobody else: it stays where it is"))

    def sheet(self) -> UrgentSheet:
        """All of it."""
        return UrgentSheet(**self.told())


class UnitForm(SettingForm):
    name = Line(label=NAME, max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=UnitKind.choices)
    parent = Pick(label=_("Part of"))
    time_zone = forms.ChoiceField(label=_("Time zone"), widget=LongSelect)
    code = Line(label=_("Code"), max_length=120, help_text=_("Stable name for imports and programs."))
    takes_public_complaints = forms.BooleanField(
        label=_("Catch-all: takes complaints from the public form that name no place"), required=False
    )
    is_active = forms.BooleanField(
        label=_("In use; a unit that is not keeps its complaints and gets no new ones"), required=False
    )

    beginning = StandardForm.beginning

    def offer(self) -> None:
        """The tree and the zones."""
        offer(self, "parent", tree(Unit.objects.all(), also=self["parent"].value()), none=_("nothing: the top"))
        offer(self, "time_zone", _zones())

    def sheet(self) -> UnitSheet:
        """All of it."""
        return UnitSheet(**self.told())


class EmployeeForm(SettingForm):
    name = Line(label=_("Name"), max_length=120)
    unit = Pick(label=_("Unit"), required=True)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    is_active = forms.BooleanField(label=_("Active; who is not cannot sign in and is passed over"), required=False)

    def offer(self) -> None:
        """The units in use."""
        in_use = Unit.objects.filter(is_active=True)
        offer(self, "unit", tree(in_use, also=self["unit"].value(), among=Unit.objects.all()))

    def sheet(self) -> EmployeeSheet:
        """All of it."""
        return EmployeeSheet(**self.told())


class AbsenceForm(SettingForm):
    employee = Pick(label=_("Who is away"), required=True)
    since = Moment(label=_("From"))
    until = Moment(label=_("Until"))
    stand_in = Pick(label=_("Stand-in"))

    def beginning(self) -> dict[str, Any]:
        """Oneself."""
        return {"employee": self.viewer.pk}

    def offer(self) -> None:
        """Those whose absences the viewer keeps, and who may stand in for one of them."""
        absent, stand_ins = whose_absences(self.viewer), who_may_stand_in(self.viewer)
        offer(self, "employee", _people(absent, also=self["employee"].value()))
        nobody = _("nobody: passed over meanwhile")
        offer(self, "stand_in", _people(stand_ins, also=self["stand_in"].value()), none=nobody)

    def sheet(self) -> AbsenceSheet:
        """All of it."""
        return AbsenceSheet(**self.told())


def _people(found: QuerySet[Employee], *, also: object) -> list[Choice]:
    """People by name; `also` is the key of one of them who is shown even beyond the others."""
    offered, key = list(found[:MOST_OFFERED]), read_id(str(also or ""))
    if key is not None and all(one.pk != key for one in offered):
        offered += found.filter(pk=key)
    return [(one.pk, f"{one.name} · {one.unit.name}") for one in offered]


def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


class LanguageForm(SettingForm):
    code = Line(label=_("Code"), max_length=10, help_text=_("The international one, such as fr."))
    name = Line(label=NAME, max_length=60)
    greeting = Line(label=_("Greeting"), max_length=200, help_text=_("Such as: Dear {{ recipient_name }},"))
    way = Line(label=_("Words on the link"), max_length=200, help_text=_("Such as: Follow it, answer or ask"))
    reference_line = Line(
        label=_("Line with the reference"), max_length=200, help_text=_("Such as: Your reference: {{ reference }}")
    )

    def sheet(self) -> LanguageSheet:
        """All of it."""
        return LanguageSheet(**self.told())
