"""The demonstration organisation: everybody of the cast can do what they are introduced with."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db.models import F
from django.utils.timezone import now

from complaints.cases.deadlines import ClockState, state_of
from complaints.cases.models import Case, Clock
from complaints.handling.warn_of_training import expiring_ids
from complaints.outbox.models import Message, MessageState
from complaints.remedies import ledger, queries
from complaints.remedies.authority import allowance
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Training
from complaints.standards.models import ClockKind
from tests.factories import a_complaint
from tests.remedies.purse import usd

pytestmark = pytest.mark.django_db


def test_the_cast_has_authority_and_something_to_decide() -> None:
    call_command("demo", verbosity=0)
    people = {one.email.partition("@")[0]: one for one in Employee.objects.select_related("unit")}
    untouched = Case.objects.select_related("unit").filter(remedies=None, unit=people["fern"].unit)[0]
    spare = {who: allowance(people[who], untouched, at=now()).left for who in ("fern", "max", "vera")}
    assert spare == {"fern": usd(200), "max": usd(2000), "vera": usd(20000)}
    [asked] = queries.inbox(people["max"], at=now()).approvals
    assert asked.remedy.amount == usd(340)
    assert Remedy.objects.get(kind=RemedyKind.VOUCHER).status == RemedyStatus.FULFILLED
    assert [Training.objects.get(pk=one).employee for one in expiring_ids(at=now())] == [people["otto"]]
    assert ledger.discrepancies() == []


def test_its_story_is_of_the_past() -> None:
    call_command("demo", verbosity=0)
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}
    assert not Message.objects.exclude(sent_at=F("created_at"))
    met = Clock.objects.filter(kind=ClockKind.ACKNOWLEDGE, case__acknowledged_at__isnull=False)
    assert met
    assert all(state_of(clock, at=now()) == ClockState.MET for clock in met)


def test_who_goes_to_war_is_led_otherwise() -> None:
    """Who takes it, and how fast: what a visitor sees when one threatens with the press."""
    call_command("demo", verbosity=0)
    fern, max_ = (Employee.objects.get(email=f"{who}@demo.example") for who in ("fern", "max"))
    case = a_complaint(by=fern, at=now(), what_happened="Tomorrow I am at the newspaper.")
    assert (case.complainer, case.responsible, str(case.standard)) == ("activist", max_, "Who goes to war (1)")
    again = a_complaint(by=fern, at=now(), what_happened="For the third time the shower was cold.")
    assert (again.complainer, again.responsible) == ("irate", fern)


def test_business_time_runs_beside_calendar_time() -> None:
    call_command("demo", verbosity=0)
    bill = Case.objects.get(what_happened__contains="minibar")
    running = Clock.objects.filter(case=bill, ended_at=None).exclude(kind=ClockKind.TIER)
    calendars = {(clock.kind, clock.label): str(clock.calendar or "") for clock in running}
    assert calendars[ClockKind.RESOLVE, ""] == "Guest relations"
    assert calendars[ClockKind.RESOLVE, "Final response"] == ""
