from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.cases.entries import Entry
from complaints.causes import records, states
from complaints.causes.models import CauseCode, Investigation
from complaints.causes.queries import may_answer
from complaints.causes.states import InvestigationMove
from complaints.common.errors import CausesNotYours, Invalid
from complaints.common.words import clean_line
from complaints.handling import causes
from complaints.handling.texts import written
from complaints.staff.models import Employee

WHYS: Final = 5
MOST_LINES: Final = 12
LONGEST_LINE: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFacts:
    """What the department found: five whys, a fishbone, or both; the cause they lead to; and its words to us."""

    root_code: str
    root_text: str
    answer: str
    whys: Sequence[str] = ()
    bones: Mapping[str, Sequence[str]] = field(default_factory=dict)


@transaction.atomic
def answer_investigation(pk: int, facts: AnswerFacts, *, by: Employee, at: datetime) -> Investigation:
    """Name the cause, for the department; its deadline is met. Locks the investigation, then the complaints.

    Raises NotFound, NotPermitted for all but the department, CauseMovedOn, Invalid.
    """
    found = causes.lock_investigation(pk, by=by)
    if not may_answer(by, found):
        raise CausesNotYours
    states.apply(found, InvestigationMove.ANSWER)
    if facts.root_code not in CauseCode.values:
        raise Invalid(field="root_code", sentence=_("Please choose where the cause lies."))
    found.whys = _lines(facts.whys, most=WHYS, name="whys")
    found.bones = {
        code: lines for code in CauseCode.values if (lines := _lines(facts.bones.get(code, ()), name=f"bone_{code}"))
    }
    if not found.whys and not found.bones:
        sentence = _("Please say how you came to the cause: by asking why, or with a fishbone.")
        raise Invalid(field="whys", sentence=sentence)
    found.root_code = facts.root_code
    found.root_text = written(facts.root_text, field="root_text")
    found.answer = written(facts.answer, field="answer")
    found.answered_at, found.look_at = at, None
    found.save()
    records.record(found, "answered", by=by.actor, at=at, text=found.answer)
    causes.write_on_cases(found, Entry.CAUSE_ANSWERED, by=by, at=at, department=found.department.name)
    news = gettext_lazy("The department has named a cause")
    causes.tell_of_investigation(found.opened_by, found, news=news, occasion=f"answered {at.isoformat()}", at=at)
    return found


def _lines(lines: Sequence[str], *, name: str, most: int = MOST_LINES) -> list[str]:
    kept = [line for line in map(clean_line, lines) if line]
    if len(kept) > most or any(len(line) > LONGEST_LINE for line in kept):
        told = {"most": most, "characters": LONGEST_LINE}
        sentence = _("At most %(most)s lines of %(characters)s characters, please.") % told
        raise Invalid(field=name, sentence=sentence)
    return kept
