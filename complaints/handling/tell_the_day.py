"""Every working day in the morning: which complaints are somebody's own, in one message, once."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone, translation
from django.utils.formats import date_format

from complaints.cases.models import NOT_DUE, Case
from complaints.cases.states import Status
from complaints.common import rulebook
from complaints.handling import tell
from complaints.outbox.models import Kind
from complaints.outbox.queue import was_told
from complaints.staff.models import Employee, Unit
from complaints.staff.queries import at_work
from complaints.standards.calendars import hours_of
from complaints.standards.selection import calendar_of

MORNING: Final = range(7, 11)
"""The hours, where somebody works, in which the day is told; a system that was away longer tells it tomorrow."""
WORKING_DAYS: Final = range(5)
"""Monday to Friday, where a unit keeps no business calendar."""
SHOWN: Final = 30


def whose_day_begins(*, at: datetime) -> list[int]:
    """People with open complaints for whom it is the morning of a working day."""
    people = Employee.objects.filter(
        Exists(Case.objects.exclude(status=Status.CLOSED).filter(responsible=OuterRef("pk"))), is_active=True
    )
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=people.order_by().values("unit"))}
    begins = {pk: _day_begins(unit, at=at) for pk, unit in units.items()}
    return [pk for pk, unit in people.order_by("pk").values_list("pk", "unit") if begins[unit]]


@transaction.atomic
def tell_the_day(employee_id: int, *, at: datetime) -> bool:
    """Tell somebody at work of their open complaints, what is due first at the top; False where they know already."""
    person = Employee.objects.select_related("unit").get(pk=employee_id)
    here = at.astimezone(ZoneInfo(person.unit.time_zone))
    occasion = here.date().isoformat()
    if was_told(Kind.STAFF_DAILY, address=person.email, occasion=occasion) or at_work([person], at=at) != {
        person.pk: person
    }:
        return False
    own = Case.objects.exclude(status=Status.CLOSED).filter(responsible=person)
    with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(here.tzinfo):
        lines = [_line(case) for case in _due_first(own)]
    if not lines:
        return False
    facts = {"lines": lines, "how_many": own.count()}
    tell.colleague_of_no_case(person, Kind.STAFF_DAILY, occasion=occasion, at=at, **facts)
    return True


def _day_begins(unit: Unit, *, at: datetime) -> bool:
    """Whether it is the morning of a day on which the unit works: by its business calendar, holidays and all."""
    here = at.astimezone(ZoneInfo(unit.time_zone))
    if here.hour not in MORNING:
        return False
    calendar = calendar_of(unit.ancestor_ids, rulebook.edition())
    return here.weekday() in WORKING_DAYS if calendar is None else bool(hours_of(calendar).windows_on(here.date()))


def _due_first(own: QuerySet[Case]) -> QuerySet[Case]:
    return own.select_related("customer").order_by("due_at", "pk")[:SHOWN]


def _line(case: Case) -> str:
    due = "" if case.due_at == NOT_DUE else date_format(timezone.localtime(case.due_at), "SHORT_DATETIME_FORMAT")
    return " · ".join(filter(None, (case.reference, case.customer.name, due)))
