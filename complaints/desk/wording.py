"""Words and times as the desk says them, in the language and zone that are active."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.cases.deadlines import Deadline, Pressure, in_business_time
from complaints.cases.models import Case
from complaints.cases.states import Status
from complaints.common.words import name_in
from complaints.standards.models import FailureType, Severity

SOON: Final = timedelta(hours=4)
TONES: Final = {
    Severity.LOW: "",
    Severity.MEDIUM: "tag-info",
    Severity.HIGH: "tag-warn",
    Severity.CRITICAL: "tag-danger",
}


def name_of(failure_type: FailureType) -> str:
    """The name of a failure type in the language that is active."""
    return name_in(failure_type.name, failure_type.name_zh)


@dataclass(frozen=True, slots=True)
class Due:
    """How long there is left, in words, with the tone it is said in."""

    words: str
    tone: str
    moment: datetime | None = None

    @property
    def when(self) -> str:
        """The moment in words, in the reader's zone: its weekday as long as that says which day; empty without one."""
        if self.moment is None:
            return ""
        due, today = timezone.localtime(self.moment), timezone.localdate()
        if due.date() == today:
            return _("due today %(time)s") % {"time": date_format(due, "TIME_FORMAT")}
        if today < due.date() < today + timedelta(days=7):
            told = {"day": date_format(due, "l"), "time": date_format(due, "TIME_FORMAT")}
            return _("due %(day)s %(time)s") % told
        return _("due %(date)s") % {"date": f"{date_format(due, 'D')} {date_format(due, 'DATETIME_FORMAT')}"}


def due_in_words(case: Case, *, at: datetime) -> Due:
    """What the clock of a case says at this moment."""
    if case.due is None:
        waits = {
            Status.WAITING: _("Waits for the customer"),
            Status.RESOLVED: _("Waits for the customer"),
            Status.CLOSED: _("Closed"),
        }
        return Due(waits.get(Status(case.status), _("No deadline")), "")
    return time_until(case.due, at=at)


def time_until(due: datetime, *, at: datetime) -> Due:
    """How long there is until a moment, or how late it is by now."""
    if due <= at:
        return Due(_("%(time)s late") % {"time": timesince(due, at, depth=1)}, "tag-danger", due)
    left = _("%(time)s left") % {"time": timesince(at, due, depth=1)}
    return Due(left, "tag-warn" if due - at <= SOON else "", due)


def time_left(deadline: Deadline, *, at: datetime) -> Due:
    """What a running deadline says at this moment: in working hours where its calendar has closing times."""
    due = deadline.clock.due_at
    if deadline.pressure == Pressure.OVERDUE:
        return Due(_("%(time)s late") % {"time": timesince(due, at, depth=1)}, "tag-danger", due)
    tone = "tag-warn" if deadline.pressure in {Pressure.TODAY, Pressure.AT_RISK} else ""
    if not in_business_time(deadline.clock):
        return Due(_("%(time)s left") % {"time": timesince(at, due, depth=1)}, tone, due)
    hours, minutes = deadline.left // timedelta(hours=1), deadline.left // timedelta(minutes=1)
    if hours:
        words = ngettext("%(count)s working hour left", "%(count)s working hours left", hours) % {"count": hours}
    else:
        words = ngettext("%(count)s working minute left", "%(count)s working minutes left", minutes) % {
            "count": minutes
        }
    return Due(words, tone, due)
