"""What the demonstration begins with on causes: a department that is asked, one cause it named, one action."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from complaints.cases.models import Case
from complaints.causes.models import Subject
from complaints.handling.answer_investigation import AnswerFacts, answer_investigation
from complaints.handling.open_investigation import InvestigationFacts, open_investigation
from complaints.handling.plan_action import ActionFacts, plan_action
from complaints.staff.models import Employee

WEEK: Final = 7 * 24 * 60
CAUSE: Final = AnswerFacts(
    root_code="system",
    root_text="The list of rooms to clean is printed at eight, before late departures are entered.",
    answer="From Monday the list is printed at noon as well. We need a second printer on the third floor.",
    whys=(
        "Rooms were not cleaned when the guests arrived.",
        "Housekeeping did not know that they were free.",
        "They were not on the list of the day.",
        "The list is printed at eight and never again.",
    ),
    bones={
        "people": ("Two colleagues were ill",),
        "process": ("Late departures are told by telephone",),
        "system": ("The list is printed once", "No screen on the floors"),
        "supplier": ("Linen came at eleven",),
        "customer": ("Guests stayed beyond noon",),
    },
)


def ask_for_causes(people: Mapping[str, Employee], kinds: Mapping[str, int], *, at: datetime) -> None:
    """Ask Housekeeping twice; it has answered once, and its lead does something about it."""
    quinn, hana, late = people["quinn"], people["hana"], kinds["Room not ready on time"]
    first = InvestigationFacts(
        title="Rooms that are not ready at three",
        question="Why do guests wait for their rooms on Sundays?",
        references=_of(late),
        department=hana.unit_id,
        minutes=WEEK,
        failure_type=late,
    )
    found = open_investigation(first, by=quinn, at=at - timedelta(minutes=100))
    answer_investigation(found.pk, CAUSE, by=hana, at=at - timedelta(minutes=60))
    what = ActionFacts(
        title="Print the list of rooms again at noon",
        owner=hana.pk,
        due_on=(at + timedelta(days=14)).date(),
        subject=Subject.OTHER,
        failure_type=late,
        unit=found.unit_id,
    )
    plan_action(found.pk, what, by=quinn, at=at - timedelta(minutes=50))
    second = InvestigationFacts(
        title="Things in rooms that are broken",
        question="What do these rooms have in common, and what was different before?",
        references=_of(kinds["Something in the room is broken"]),
        department=hana.unit_id,
        minutes=WEEK,
    )
    open_investigation(second, by=quinn, at=at - timedelta(minutes=30))


def _of(failure_type: int) -> list[str]:
    return list(Case.objects.filter(failure_type=failure_type).order_by("pk").values_list("reference", flat=True))
