"""Reminders: each once, to whom it is for, in a summary when there are many, and never of what is past."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from complaints.cases.models import Case, Clock
from complaints.customers.models import Customer
from complaints.handling.acknowledge import acknowledge
from complaints.handling.ask_customer import ask_customer
from complaints.handling.reassess import Judgement, reassess
from complaints.handling.remind import SEVERAL, fall_due, people_to_tell, reminding_ids, skip_reminder, tell_reminders
from complaints.jobs.rounds import each
from complaints.outbox.models import Kind, Message
from complaints.staff.models import Absence, Employee
from complaints.standards.models import ClockKind, Severity, Target
from tests.factories import a_complaint
from tests.handling.climbing import AT, clock_of, deliver, later, told

pytestmark = pytest.mark.django_db
PLAN = [
    {"share": 50, "to": "responsible"},
    {"minutes_before": 240, "to": "responsible"},
    {"share": 90, "to": "superior"},
]


@pytest.fixture(autouse=True)
def _one_plan(db: None) -> None:
    """Only what is to be put right reminds: in half the time, four hours before, and at nine tenths the superior."""
    Target.objects.update(reminders=[])
    Target.objects.filter(kind=ClockKind.RESOLVE).update(reminders=PLAN)


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    """To be put right by Monday, ten o'clock in UTC, in a hotel in New York where it is five hours less."""
    return promised(fern, cara, AT)


def promised(by: Employee, customer: Customer, at: datetime, hours: float = 120) -> Case:
    """A complaint with one deadline in so many hours."""
    Target.objects.filter(kind=ClockKind.RESOLVE).update(minutes=hours * 60)
    case = a_complaint(by=by, customer=customer, at=at)
    case.clocks.exclude(kind=ClockKind.RESOLVE).delete()
    return case


def remind(at: datetime) -> int:
    """What the job does at a moment; how many people it told."""
    each(reminding_ids(at=at), lambda one: fall_due(one, at=at))
    return each(people_to_tell(), lambda one: tell_reminders(one, at=at))


def test_each_is_given_once_to_whom_it_is_for_and_the_second_of_a_day_is_not_swallowed(
    fern: Employee, max_: Employee, cara: Customer
) -> None:
    promised(fern, cara, later(hours=4), hours=8)  # 14:00 to 22:00 in UTC, from nine to five in New York
    assert remind(later(hours=7, minutes=59)) == 0
    assert remind(later(hours=8)) == 1
    assert told(Kind.STAFF_REMINDER) == [fern.email]
    assert remind(later(hours=8, minutes=1)) == 0
    assert remind(later(hours=11, minutes=12)) == 1
    assert told(Kind.STAFF_REMINDER) == [fern.email, max_.email]


def test_two_reminders_on_one_day_to_one_person_are_two(fern: Employee, cara: Customer) -> None:
    promised(fern, cara, later(hours=4), hours=9)
    assert remind(later(hours=8, minutes=30)) == 1
    assert remind(later(hours=9)) == 1
    assert told(Kind.STAFF_REMINDER) == [fern.email] * 2


def test_a_deadline_in_calendar_time_reminds_in_office_hours(case: Case, fern: Employee) -> None:
    half = AT + timedelta(hours=60)  # Wednesday, 22:00 in UTC: 17:00 in New York
    assert clock_of(case, ClockKind.RESOLVE).remind_at == half
    late = promised(fern, case.customer, later(hours=8))
    assert clock_of(late, ClockKind.RESOLVE).remind_at == later(days=3, hours=3), "Thursday at eight"


def test_forty_at_once_are_one_summary(fern: Employee, cara: Customer) -> None:
    for _ in range(SEVERAL):
        promised(fern, cara, AT)
    assert remind(later(hours=60)) == 1
    assert told(Kind.STAFF_REMINDER) == []
    assert told(Kind.STAFF_DIGEST) == [fern.email]
    assert Message.objects.get(kind=Kind.STAFF_DIGEST).facts["page"].endswith(reverse("desk:deadlines"))
    assert remind(later(hours=60)) == 0


def test_deadlines_are_named_in_the_readers_language(case: Case, fern: Employee, cara: Customer) -> None:
    Employee.objects.filter(pk=fern.pk).update(language="zh-hans")
    with translation.override("zh-hans"):
        name = str(ClockKind.RESOLVE.label)
    remind(later(hours=60))
    assert Message.objects.get(kind=Kind.STAFF_REMINDER).facts["deadline"] == name != "Put right"
    for _ in range(SEVERAL):
        promised(fern, cara, later(hours=2))
    remind(later(days=3, hours=3))
    assert all(line.endswith(name) for line in Message.objects.get(kind=Kind.STAFF_DIGEST).facts["lines"])


def test_of_an_unassigned_complaint_whoever_would_take_it_is_reminded_once(cara: Customer, max_: Employee) -> None:
    Target.objects.filter(kind=ClockKind.RESOLVE).update(
        reminders=[{"share": 50, "to": "responsible"}, {"share": 50, "to": "superior"}]
    )
    case = a_complaint(by=None, customer=cara, at=AT)
    case.clocks.exclude(kind=ClockKind.RESOLVE).delete()
    assert remind(later(hours=60)) == 1
    assert told(Kind.STAFF_REMINDER) == [max_.email]


@pytest.mark.parametrize("to", ["responsible", "superior"])
@pytest.mark.parametrize("missing", ["away", "left", "unassigned"])
def test_somebody_is_reminded_whoever_is_missing(
    case: Case, fern: Employee, ada: Employee, to: str, missing: str
) -> None:
    case.clocks.update(reminders=[{"share": 50, "to": to}])
    if missing == "away":
        Absence.objects.create(employee=fern, since=AT, until=later(days=9))
    elif missing == "left":
        Employee.objects.filter(pk=fern.pk).update(is_active=False)
    else:
        Case.objects.update(responsible=None)
    remind(later(hours=60))
    assert told(Kind.STAFF_REMINDER) == [ada.email], "nobody is on the ladder"


def test_without_a_superior_it_is_the_responsible_who_is_reminded(case: Case, fern: Employee) -> None:
    case.clocks.update(reminders=[{"share": 50, "to": "superior"}])
    remind(later(hours=60))
    assert told(Kind.STAFF_REMINDER) == [fern.email]


def test_of_whom_is_away_without_a_stand_in_the_superior_is_reminded(
    case: Case, fern: Employee, max_: Employee
) -> None:
    Absence.objects.create(employee=fern, since=AT, until=later(days=9))
    remind(later(hours=60))
    assert told(Kind.STAFF_REMINDER) == [max_.email]


def test_after_an_outage_only_the_last_of_several_is_given(fern: Employee, max_: Employee, cara: Customer) -> None:
    promised(fern, cara, later(hours=4), hours=8)
    assert remind(later(hours=11, minutes=30)) == 2
    assert sorted(told(Kind.STAFF_REMINDER)) == sorted([fern.email, max_.email])


def test_nobody_is_reminded_of_what_has_run_out(case: Case) -> None:
    assert remind(later(days=6)) == 0
    assert reminding_ids(at=later(days=6)) == []


@pytest.mark.parametrize("what", ["met", "rests", "ran out"])
def test_what_changed_between_falling_due_and_telling_is_not_told(case: Case, fern: Employee, what: str) -> None:
    fall_due(reminding_ids(at=later(hours=60))[0], at=later(hours=60))
    at = later(hours=61)
    if what == "met":
        Clock.objects.filter(case=case).update(ended_at=at)
    elif what == "rests":
        ask_customer(case.reference, text="Which room?", by=fern, at=at)
    else:
        at = later(days=6)
    assert not tell_reminders(fern.pk, at=at)
    assert people_to_tell() == []
    assert told(Kind.STAFF_REMINDER) == []


def test_while_it_rests_nobody_is_reminded(case: Case, fern: Employee) -> None:
    ask_customer(case.reference, text="Which room?", by=fern, at=later(hours=1))
    assert remind(later(days=30)) == 0


def test_a_stand_in_is_reminded_in_place_of_who_is_away(case: Case, fern: Employee, max_: Employee) -> None:
    Absence.objects.create(employee=fern, since=AT, until=later(days=9), stand_in=max_)
    remind(later(hours=60))
    assert told(Kind.STAFF_REMINDER) == [max_.email]


def test_a_new_promise_reminds_anew_of_what_it_says_otherwise(case: Case, fern: Employee) -> None:
    remind(later(hours=60))
    high = Target.objects.filter(kind=ClockKind.RESOLVE, version__standard__severity=Severity.HIGH)
    changed: list[dict[str, Any]] = [{"share": 60, "to": "responsible"}, PLAN[0]]
    high.update(minutes=120 * 60, reminders=changed)
    reassess(case.reference, judgement=Judgement(severity=Severity.HIGH), by=fern, at=later(hours=61))
    case.clocks.exclude(kind=ClockKind.RESOLVE).delete()
    assert clock_of(case, ClockKind.RESOLVE).remind_at == later(hours=75), "a half was given; three fifths is new"
    assert remind(later(hours=75)) == 1
    assert told(Kind.STAFF_REMINDER) == [fern.email] * 2


def test_one_that_cannot_be_worked_out_does_not_come_first_for_ever(case: Case) -> None:
    clock_id = reminding_ids(at=later(hours=60))[0]
    skip_reminder(clock_id)
    assert reminding_ids(at=later(hours=60)) == []
    assert not fall_due(clock_id, at=later(hours=60))


def test_a_word_to_the_customer_changes_no_reminder_of_another_deadline(case: Case, fern: Employee) -> None:
    acknowledge(case.reference, by=fern, at=later(hours=1))
    deliver(later(hours=1))
    assert remind(later(hours=60)) == 1
