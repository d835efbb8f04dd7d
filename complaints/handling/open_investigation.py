from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.queries import visible_to
from complaints.causes import records, watching
from complaints.causes.models import Investigation
from complaints.causes.queries import answerers, departments
from complaints.common.errors import CausesNotYours, Invalid
from complaints.common.tokens import read_reference
from complaints.common.words import clean_line
from complaints.handling import causes
from complaints.handling.texts import written
from complaints.staff.models import Employee, Unit
from complaints.staff.permissions import Permission, require
from complaints.staff.queries import at_work
from complaints.standards.models import BusinessCalendar, FailureType

MOST_CASES: Final = 200
MOST_MINUTES: Final = 366 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationFacts:
    """What is asked of which department, about which complaints, and how long it has."""

    title: str
    question: str
    references: Sequence[str]
    department: int
    minutes: int
    calendar: int | None = None
    failure_type: int | None = None
    submission: str = ""


@transaction.atomic
def open_investigation(facts: InvestigationFacts, *, by: Employee, at: datetime) -> Investigation:
    """Ask a department for the cause of one complaint or of several; the same form sent twice asks once.

    The department stands outside of where it happened and answers by its lead: its first employee at work who is not
    front line. Locks the complaints. Raises NotPermitted, and Invalid for what cannot be asked.
    """
    require(by, Permission.INVESTIGATE, CausesNotYours)
    title, question = clean_line(facts.title)[:160], written(facts.question, field="question")
    if not title:
        raise Invalid(field="title", sentence=_("Please write something here."))
    cases = causes.lock_cases(_cases(facts.references, by=by))
    known = Investigation.objects.filter(submission=facts.submission).first() if facts.submission else None
    if known is not None:
        return known
    department = _department(facts.department, cases)
    if not watching.LEAST_MINUTES <= facts.minutes <= MOST_MINUTES:
        raise Invalid(field="days", sentence=_("Please give the department between an hour and a year."))
    calendar = BusinessCalendar.objects.filter(pk=facts.calendar).first() if facts.calendar else None
    remind_at, due_at = watching.deadline(calendar, facts.minutes, at=at)
    found = Investigation.objects.create(
        title=title,
        question=question,
        failure_type=FailureType.objects.filter(pk=facts.failure_type or 0).first(),
        unit=_around(cases),
        department=department,
        lead=_lead(department, at=at),
        calendar=calendar,
        minutes=facts.minutes,
        due_at=due_at,
        look_at=remind_at,
        opened_at=at,
        opened_by=by,
        submission=facts.submission or None,
    )
    found.cases.set(cases)
    records.record(found, "opened", by=by.actor, at=at)
    causes.write_on_cases(found, Entry.CAUSE_ASKED, by=by, at=at, department=department.name)
    news = gettext_lazy("Your department is asked for a cause")
    causes.tell_of_investigation(found.lead, found, news=news, occasion="opened", at=at)
    return found


def _cases(references: Sequence[str], *, by: Employee) -> list[Case]:
    """The complaints named, each once; raises Invalid for none, too many, and one the employee does not see."""
    named = {read_reference(one): one for one in references}
    if not named or len(named) > MOST_CASES:
        sentence = _("Please name between one and %(most)s complaints.") % {"most": MOST_CASES}
        raise Invalid(field="references", sentence=sentence)
    found = list(visible_to(by).select_related("unit").filter(reference__in=[one for one in named if one]))
    missing = set(named) - {case.reference for case in found}
    if missing:
        told = ", ".join(sorted(named[one] for one in missing))
        raise Invalid(field="references", sentence=_("There is no such complaint: %(names)s") % {"names": told})
    return found


def _department(pk: int, cases: Sequence[Case]) -> Unit:
    department = departments().filter(pk=pk).first()
    if department is None:
        raise Invalid(field="department", sentence=_("Please choose a department."))
    if any(case.unit.path.startswith(department.path) for case in cases):
        sentence = _("A department does not look into its own complaints. Please choose another one.")
        raise Invalid(field="department", sentence=sentence)
    return department


def _lead(department: Unit, *, at: datetime) -> Employee:
    people = list(answerers(department))
    there = at_work(people, at=at)
    lead = next((person for person in people if there.get(person.pk) == person), None)
    if lead is None:
        sentence = _("Nobody beyond the front line is at work in this department: nobody could answer.")
        raise Invalid(field="department", sentence=sentence)
    return lead


def _around(cases: Sequence[Case]) -> Unit:
    """The smallest unit that all the complaints stand in."""
    paths = [case.unit.ancestor_ids for case in cases]
    shared = [ids[0] for ids in zip(*paths, strict=False) if len(set(ids)) == 1]
    if not shared:
        raise Invalid(field="references", sentence=_("These complaints have no unit in common."))
    return Unit.objects.get(pk=shared[-1])
