"""Investigations, actions and hearings, made by the verbs that make them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from complaints.cases.models import Case
from complaints.causes.models import CorrectiveAction, Hearing, Investigation, Subject
from complaints.handling.answer_investigation import AnswerFacts, answer_investigation
from complaints.handling.open_investigation import InvestigationFacts, open_investigation
from complaints.handling.plan_action import ActionFacts, plan_action
from complaints.handling.tell_allegation import tell_allegation
from complaints.outbox.models import Kind, Message
from complaints.staff.models import Employee, Unit
from complaints.standards.models import FailureType

AT: Final = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""Monday, ten o'clock in New York."""
DAY: Final = 24 * 60
WHYS: Final = ("The room was not ready.", "Nobody cleaned it.", "The list did not name it.")
CAUSE: Final = AnswerFacts(
    root_code="system",
    root_text="The list is printed before late bookings come in.",
    answer="We print it at noon from now on.",
    whys=WHYS,
    bones={"system": ["Printed at eight"], "people": ["Two were ill"]},
)


def asked(*cases: Case, of: Unit, by: Employee, at: datetime = AT, **facts: Any) -> Investigation:
    """A department is asked for the cause of complaints, within two days of the clock."""
    told = {
        "title": "Rooms that are late",
        "question": "Why are rooms not ready at three?",
        "minutes": 2 * DAY,
        **facts,
    }
    references = [case.reference for case in cases]
    return open_investigation(InvestigationFacts(references=references, department=of.pk, **told), by=by, at=at)


def answered(found: Investigation, *, by: Employee, at: datetime = AT) -> Investigation:
    """It names the cause."""
    return answer_investigation(found.pk, CAUSE, by=by, at=at)


def planned(
    found: Investigation, kind: FailureType, *, owner: Employee, by: Employee, at: datetime = AT, **facts: Any
) -> CorrectiveAction:
    """Something is done about it, and measured in the unit where it happened."""
    told = {
        "title": "Print the list at noon",
        "due_on": date(2026, 3, 20),
        "subject": Subject.OTHER,
        "failure_type": kind.pk,
        "unit": found.unit_id,
        "window_days": 28,
        **facts,
    }
    return plan_action(found.pk, ActionFacts(owner=owner.pk, **told), by=by, at=at)


def alleged(found: Investigation, *, of: Employee, by: Employee, at: datetime = AT) -> Hearing:
    """An employee is told what they are said to have done."""
    return tell_allegation(found.pk, accused=of.pk, alleged="You were rude to a guest on Sunday.", by=by, at=at)


def news_for(employee: Employee, kind: Kind = Kind.STAFF_CAUSE) -> list[str]:
    """What an employee was told, first told first."""
    rows = Message.objects.filter(colleague=employee, kind=kind).order_by("pk")
    return [str(row.facts["news"]) for row in rows]
