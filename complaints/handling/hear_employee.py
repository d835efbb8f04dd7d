from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from complaints.causes import records, states, watching
from complaints.causes.judges import named
from complaints.causes.models import Hearing, HearingKind
from complaints.causes.states import HearingMove, HearingState
from complaints.common.errors import CausesNotYours
from complaints.handling import causes
from complaints.handling.texts import written
from complaints.staff.models import Employee


@transaction.atomic
def hear_employee(pk: int, *, text: str, by: Employee, at: datetime) -> Hearing:
    """Take the statement of the employee who is accused: the first one means they were heard; later ones add to it.

    The same words sent twice are taken once. Locks the hearing. Raises NotFound, NotPermitted for all but them,
    CauseMovedOn, Invalid.
    """
    hearing = causes.lock_hearing(pk, by=by, at=at)
    if hearing.accused_id != by.pk:
        raise CausesNotYours
    states.apply(hearing, HearingMove.STATE)
    text = written(text)
    if hearing.entries.filter(kind=HearingKind.STATED, text=text).exists():
        return hearing
    if hearing.state == HearingState.ASKED:
        hearing.heard_at, hearing.state, hearing.look_at = at, HearingState.HEARD, at + watching.JUDGES_WITHIN
        hearing.save(update_fields=["heard_at", "state", "look_at"])
    entry = records.say(hearing, HearingKind.STATED, by=by, at=at, text=text)
    news = gettext_lazy("An employee has given their side")
    for person in (hearing.investigator, named(hearing)):
        causes.tell_in_confidence(person, hearing, news=news, occasion=f"stated {entry.pk}", at=at)
    return hearing
