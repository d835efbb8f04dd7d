from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from complaints.cases.entries import Entry
from complaints.causes import records, states, watching
from complaints.causes.models import Investigation
from complaints.causes.states import InvestigationMove
from complaints.common.errors import CausesNotYours
from complaints.handling import causes
from complaints.handling.texts import written
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require


@transaction.atomic
def accept_cause(pk: int, *, by: Employee, at: datetime) -> Investigation:
    """Agree with the cause a department named. Locks the investigation, then the complaints.

    Raises NotFound, NotPermitted, CauseMovedOn.
    """
    found = causes.lock_investigation(pk, by=by)
    require(by, Permission.INVESTIGATE, CausesNotYours)
    states.apply(found, InvestigationMove.ACCEPT)
    found.save(update_fields=["state"])
    records.record(found, "accepted", by=by.actor, at=at)
    causes.write_on_cases(found, Entry.CAUSE_ACCEPTED, by=by, at=at)
    return found


@transaction.atomic
def ask_again(pk: int, *, reason: str, by: Employee, at: datetime) -> Investigation:
    """Send an answer back to the department, with the same time as at first. Locks the investigation.

    Raises NotFound, NotPermitted, CauseMovedOn, Invalid.
    """
    found = causes.lock_investigation(pk, by=by)
    require(by, Permission.INVESTIGATE, CausesNotYours)
    states.apply(found, InvestigationMove.SEND_BACK)
    reason = written(reason, field="reason")
    found.look_at, found.due_at = watching.deadline(found.calendar, found.minutes, at=at)
    found.step = 0
    found.save(update_fields=["state", "look_at", "due_at", "step"])
    records.record(found, "sent_back", by=by.actor, at=at, text=reason)
    news = gettext_lazy("Your answer came back with a question")
    causes.tell_of_investigation(found.lead, found, news=news, occasion=f"sent back {at.isoformat()}", at=at)
    return found
