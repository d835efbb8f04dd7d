"""Words and times as the desk says them, in the language and zone that are active."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.timesince import timesince
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.cases.models import Case
from complaints.cases.states import Status
from complaints.standards.models import FailureType, Severity

SOON: Final = timedelta(hours=4)
TONES: Final = {
    Severity.LOW: "",
    Severity.MEDIUM: "tag-info",
    Severity.HIGH: "tag-warn",
    Severity.CRITICAL: "tag-danger",
}


def name_in(name: str, name_zh: str) -> str:
    """Of two names the one for the language that is active; without a Chinese one the other."""
    return name_zh if name_zh and (get_language() or "").startswith("zh") else name


def name_of(failure_type: FailureType) -> str:
    """The name of a failure type in the language that is active."""
    return name_in(failure_type.name, failure_type.name_zh)


@dataclass(frozen=True, slots=True)
class Due:
    """How long there is left, in words, with the tone it is said in."""

    words: str
    tone: str
    moment: datetime | None = None


def due_in_words(case: Case, *, at: datetime) -> Due:
    """What the clock of a case says at this moment."""
    if case.due is None:
        waits = {
            Status.WAITING: _("Waits for the customer"),
            Status.RESOLVED: _("Waits for the customer"),
            Status.CLOSED: _("Closed"),
        }
        return Due(waits.get(Status(case.status), _("No deadline")), "")
    if case.due <= at:
        return Due(_("%(time)s late") % {"time": timesince(case.due, at, depth=1)}, "tag-danger", case.due)
    left = _("%(time)s left") % {"time": timesince(at, case.due, depth=1)}
    return Due(left, "tag-warn" if case.due - at <= SOON else "", case.due)
