from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.causes import judges, records, states, watching
from complaints.causes.models import Hearing, HearingKind, Investigation
from complaints.causes.queries import may_answer, may_tell
from complaints.causes.states import InvestigationMove
from complaints.common.errors import CausesNotYours, Invalid
from complaints.handling import causes
from complaints.handling.texts import written
from complaints.staff.models import Employee

TIME_TO_ANSWER: Final = timedelta(days=7)
"""How long an employee has to give their side before it may be decided without."""


@transaction.atomic
def tell_allegation(investigation: int, *, accused: int, alleged: str, by: Employee, at: datetime) -> Hearing:
    """Tell an employee what they are said to have done, and ask for their side; a person above them will decide.

    By the analyst or whoever answers for the department. Nobody else hears of it. Locks the investigation. Raises
    NotFound, NotPermitted, CauseMovedOn, and Invalid where nobody stands above the employee, or they were told already.
    """
    found = causes.lock_investigation(investigation, by=by)
    if not may_tell(by, found):
        raise CausesNotYours
    states.apply(found, InvestigationMove.TELL)
    alleged = written(alleged, field="alleged")
    person = _accused(accused, found, by=by)
    concerned = {person.pk, by.pk, found.lead_id, found.opened_by_id}
    decider = judges.judge_above(person.tier, person.unit, without=concerned, at=at)
    if decider is None:
        raise Invalid(field="accused", sentence=_("Nobody stands above this employee who could decide on it."))
    answer_by = at + TIME_TO_ANSWER
    hearing = Hearing.objects.create(
        investigation=found,
        accused=person,
        investigator=by,
        decider=decider,
        asked_at=at,
        answer_by=answer_by,
        look_at=watching.reminder_before(answer_by, at=at),
    )
    records.say(hearing, HearingKind.ALLEGED, by=by, at=at, text=alleged)
    news = gettext_lazy("You are asked for your side of something that is alleged")
    causes.tell_in_confidence(person, hearing, news=news, occasion="asked", at=at)
    news = gettext_lazy("You will decide on something alleged, once the employee was heard")
    causes.tell_in_confidence(decider, hearing, news=news, occasion="to decide", at=at)
    return hearing


def _accused(pk: int, found: Investigation, *, by: Employee) -> Employee:
    """The employee in question: not who asks, nor anybody who answers for the department or opened the matter."""
    person = Employee.objects.select_related("unit").filter(pk=pk, is_active=True).first()
    if person is None or person.pk == by.pk:
        raise Invalid(field="accused", sentence=_("Please choose an employee other than yourself."))
    if person.pk == found.opened_by_id or may_answer(person, found):
        sentence = _("This employee looks into it themselves. Ask another department first.")
        raise Invalid(field="accused", sentence=sentence)
    if Hearing.objects.filter(investigation=found, accused=person).exists():
        raise Invalid(field="accused", sentence=_("This employee was told already."))
    return person
