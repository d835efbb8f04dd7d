from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from djmoney.money import Money

from complaints.cases.entries import Entry
from complaints.causes import records, states, watching
from complaints.causes.counting import start_of
from complaints.causes.models import LEAST_WINDOW, MOST_WINDOW, CorrectiveAction, Subject
from complaints.causes.queries import may_answer, owners
from complaints.causes.states import InvestigationMove
from complaints.common.errors import CausesNotYours, Invalid
from complaints.common.words import clean_line
from complaints.handling import causes
from complaints.staff.models import Course, Employee, Unit
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import visible_units
from complaints.standards.models import FailureType, RecoveryStandard, ServiceStandard

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFacts:
    """What is to be done by whom and by the end of which day, what it changes, and what failure it should end where."""

    title: str
    owner: int
    due_on: date
    subject: str
    failure_type: int
    unit: int
    window_days: int = 90
    cost: Money | None = None
    service_standard: int | None = None
    recovery_standard: int | None = None
    course: int | None = None
    submission: str = ""


@transaction.atomic
def plan_action(investigation: int, facts: ActionFacts, *, by: Employee, at: datetime) -> CorrectiveAction:
    """Plan what ends a cause: by analysts, and by the department that named it. The same form sent twice plans once.

    Locks the investigation, then the complaints. Raises NotFound, NotPermitted, CauseMovedOn, Invalid.
    """
    found = causes.lock_investigation(investigation, by=by)
    if not (may(by, Permission.INVESTIGATE) or may_answer(by, found)):
        raise CausesNotYours
    known = CorrectiveAction.objects.filter(submission=facts.submission).first() if facts.submission else None
    if known is not None:
        return known
    states.apply(found, InvestigationMove.PLAN)
    owner = owners(found, by=by).filter(pk=facts.owner).first()
    if owner is None:
        raise Invalid(field="owner", sentence=_("Please choose who sees to it."))
    due_at = start_of(facts.due_on + timedelta(days=1), owner.unit)
    _check(facts, due_at, at=at)
    action = CorrectiveAction.objects.create(
        investigation=found,
        title=clean_line(facts.title)[:200],
        owner=owner,
        due_at=due_at,
        look_at=watching.reminder_before(due_at, at=at),
        planned_at=at,
        planned_by=by,
        subject=facts.subject,
        failure_type=_named(FailureType.objects.all(), facts.failure_type, "failure_type"),
        unit=_named(Unit.objects.below(found.unit) | visible_units(by), facts.unit, "unit"),
        window_days=facts.window_days,
        cost=facts.cost,  # type: ignore[misc] # the library has no types
        submission=facts.submission or None,
        service_standard=_meant(ServiceStandard.objects.all(), facts.service_standard, facts, Subject.SERVICE),
        recovery_standard=_meant(RecoveryStandard.objects.all(), facts.recovery_standard, facts, Subject.RECOVERY),
        course=_meant(Course.objects.all(), facts.course, facts, Subject.TRAINING),
    )
    records.record(found, "planned", by=by.actor, at=at, action=action)
    causes.write_on_cases(found, Entry.ACTION_PLANNED, by=by, at=at, title=action.title)
    news = gettext_lazy("A corrective action is yours")
    causes.tell_of_action(owner, action, news=news, occasion="planned", at=at)
    return action


def _check(facts: ActionFacts, due_at: datetime, *, at: datetime) -> None:
    if not clean_line(facts.title):
        raise Invalid(field="title", sentence=_("Please write something here."))
    if due_at <= at:
        raise Invalid(field="due_on", sentence=_("This day is over. Please choose a later one."))
    if facts.subject not in Subject.values:
        raise Invalid(field="subject", sentence=_("Please choose what is to change."))
    if not LEAST_WINDOW <= facts.window_days <= MOST_WINDOW:
        told = {"least": LEAST_WINDOW, "most": MOST_WINDOW}
        sentence = _("Please observe between %(least)s and %(most)s days.") % told
        raise Invalid(field="window_days", sentence=sentence)
    if facts.cost is not None and facts.cost.amount < 0:
        raise Invalid(field="cost", sentence=_("A cost is not less than nothing."))


def _meant(rows: QuerySet[Row], pk: int | None, facts: ActionFacts, subject: Subject) -> Row | None:
    """The standard or training that is to change, where one was named and is what the action is about."""
    return rows.filter(pk=pk).first() if pk and facts.subject == subject else None


def _named(rows: QuerySet[Row], pk: int, field: str) -> Row:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Invalid(field=field, sentence=_("Please choose one."))
    return row
