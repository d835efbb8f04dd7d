from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.causes import records, states
from complaints.causes.models import Hearing, HearingKind
from complaints.causes.queries import answerers
from complaints.causes.states import InvestigationMove
from complaints.common.errors import CausesNotYours, Invalid
from complaints.handling import causes
from complaints.handling.texts import written
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import Roster

TIME_TO_ANSWER: Final = timedelta(days=7)
"""How long an employee has to give their side before it may be decided without."""


@transaction.atomic
def tell_allegation(investigation: int, *, accused: int, alleged: str, by: Employee, at: datetime) -> Hearing:
    """Tell an employee what they are said to have done, and ask for their side; a person above them will decide.

    By the analyst or whoever answers for the department. Nobody else hears of it. Locks the investigation. Raises
    NotFound, NotPermitted, CauseMovedOn, and Invalid where nobody stands above the employee, or they were told already.
    """
    found = causes.lock_investigation(investigation, by=by)
    if not may(by, Permission.INVESTIGATE) and found.lead_id != by.pk:
        raise CausesNotYours
    states.apply(found, InvestigationMove.TELL)
    alleged = written(alleged, field="alleged")
    person = Employee.objects.select_related("unit").filter(pk=accused, is_active=True).first()
    if person is None or person.pk == by.pk:
        raise Invalid(field="accused", sentence=_("Please choose an employee other than yourself."))
    if person.pk == found.lead_id and answerers(found.department).filter(pk=person.pk).exists():
        sentence = _("This employee answers for the department. Ask another department first.")
        raise Invalid(field="accused", sentence=sentence)
    if Hearing.objects.filter(investigation=found, accused=person).exists():
        raise Invalid(field="accused", sentence=_("This employee was told already."))
    hearing = Hearing.objects.create(
        investigation=found,
        accused=person,
        investigator=by,
        decider=_decider(person, but=by, at=at),
        asked_at=at,
        answer_by=at + TIME_TO_ANSWER,
    )
    records.say(hearing, HearingKind.ALLEGED, by=by, at=at, text=alleged)
    news = gettext_lazy("You are asked for your side of something that is alleged")
    causes.tell_in_confidence(person, hearing, news=news, occasion="asked", at=at)
    news = gettext_lazy("You will decide on something alleged, once the employee was heard")
    causes.tell_in_confidence(hearing.decider, hearing, news=news, occasion="to decide", at=at)
    return hearing


def _decider(person: Employee, *, but: Employee, at: datetime) -> Employee:
    """The nearest person at work above the employee who does not investigate the matter."""
    roster = Roster(at=at, units=person.unit.ancestor_ids)
    above = roster.superior_of(person.pk, person.unit)
    if above is not None and above.pk == but.pk:
        above = roster.superior_of(above.pk, person.unit)
    if above is None:
        raise Invalid(field="accused", sentence=_("Nobody stands above this employee who could decide on it."))
    return above
