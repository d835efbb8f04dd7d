"""The preview beside every setting: what a complaint filed now would be promised, and whom it would reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.cases.models import Channel
from complaints.common.errors import Invalid
from complaints.common.moments import zone_words
from complaints.desk.choices import failure_types, tree
from complaints.desk.fields import Styled
from complaints.desk.settings.forms import Pick, offer
from complaints.escalation.preview import Climbed, Forecast, Promised, forecast
from complaints.staff.models import Unit
from complaints.staff.queries import catch_all
from complaints.standards import hours
from complaints.standards.calendars import hours_of
from complaints.standards.models import BusinessCalendar, ClockKind, Complainer, FailureType, Severity

OPEN_HOURS: Final = 8


class AskForm(Styled):
    """For which complaint one wants to see it."""

    prefix = "for"
    unit = Pick(label=gettext_lazy("Unit"))
    failure_type = Pick(label=gettext_lazy("Failure type"))
    severity = forms.TypedChoiceField(
        label=gettext_lazy("Severity"), required=False, coerce=int, empty_value=None, choices=Severity.choices
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How it came to us"), required=False, choices=[("", "–"), *Channel.choices]
    )
    complainer = forms.ChoiceField(
        label=gettext_lazy("Kind of complainer"), required=False, choices=[("", "–"), *Complainer.choices]
    )

    def __init__(self, typed: QueryDict | None, *, initial: Mapping[str, Any]) -> None:
        given = {"severity": Severity.MEDIUM, "unit": _first_unit(), **initial}
        super().__init__(typed if typed and f"{self.prefix}-unit" in typed else None, initial=given)
        in_use = Unit.objects.filter(is_active=True)
        offer(self, "unit", tree(in_use, also=self["unit"].value(), among=Unit.objects.all()))
        offer(self, "failure_type", failure_types(), none=gettext_lazy("any"))

    def asked(self) -> dict[str, Any]:
        """What was chosen; where that is nothing that can be, what the page began with."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {**self.initial, **chosen}


def _first_unit() -> int | None:
    """Where a complaint goes that names no place; None in an organisation without units."""
    try:
        return catch_all().pk
    except Invalid:
        return None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that would happen, in words, and when."""

    at: datetime
    words: str
    detail: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Foresight:
    """What the panel says. `opens` is when eight open hours from now are over, on the page of a calendar."""

    unit: str
    standard: str
    promised: list[Line]
    climbs: list[Line]
    zone: str
    opens: datetime | None = None


def foresee(asked: Mapping[str, Any], *, at: datetime, calendar: BusinessCalendar | None = None) -> Foresight:
    """Read everything the panel says, to its end: it may be a change that is taken back."""
    unit = Unit.objects.filter(pk=asked.get("unit") or 0).first() or catch_all()
    kind = FailureType.objects.select_related("parent").filter(pk=asked.get("failure_type") or 0).first()
    seen = forecast(
        unit,
        at=at,
        failure_type=kind,
        severity=Severity(asked.get("severity") or Severity.MEDIUM),
        customer_group=asked.get("customer_group") or "",
        channel=asked.get("channel") or "",
        complainer=asked.get("complainer") or "",
    )
    opens = hours.due_at(hours_of(calendar), at, timedelta(hours=OPEN_HOURS)) if calendar else None
    return Foresight(unit.name, _standard(seen), _promised(seen), _climbs(seen), _zone(), opens)


def _zone() -> str:
    """The reader's zone, for people."""
    return zone_words(timezone.get_current_timezone_name())


def _standard(seen: Forecast) -> str:
    if seen.version is None:
        return _("No recovery standard fits; the least holds.")
    told = {"name": seen.version.standard.name, "number": seen.version.number}
    return _("By the standard “%(name)s”, version %(number)s.") % told


def _promised(seen: Forecast) -> list[Line]:
    return [
        Line(one.due_at, _words(one), one.target.calendar.name if one.target.calendar else "") for one in seen.promised
    ]


def _words(one: Promised) -> str:
    if one.target.label:
        return _("“%(name)s” would be done by then") % {"name": one.target.label}
    return {
        ClockKind.ACKNOWLEDGE: _("would be acknowledged by then"),
        ClockKind.ANSWER: _("would be answered by then"),
        ClockKind.UPDATE: _("would bring the customer news by then"),
        ClockKind.RESOLVE: _("would be put right by then"),
    }[ClockKind(one.target.kind)]


def _climbs(seen: Forecast) -> list[Line]:
    lines = [_climb(one) for one in seen.climbs]
    if seen.at_top:
        lines.append(Line(seen.at_top, _("would have nobody higher to go to; whoever has it is told once more")))
    return lines


def _climb(one: Climbed) -> Line:
    step, because = one.rung.step, _("missed: %(deadlines)s") % {"deadlines": one.because}
    told = {"step": step.title, "name": one.rung.who}
    if step.is_outside:
        return Line(one.at, _("would be outside: the customer is told of “%(step)s”") % told, because)
    if one.rung.responsible is None:
        words = _("would go to the unit's list with an alarm: nobody stands on “%(step)s”") % told
        return Line(one.at, words, because, "tag-danger")
    return Line(one.at, _("would go to %(name)s (%(step)s)") % told, because)
