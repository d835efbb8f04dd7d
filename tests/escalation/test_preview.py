from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.cases.models import Case, Channel, Clock
from complaints.customers.models import Customer
from complaints.escalation.models import LadderStep
from complaints.escalation.preview import Forecast, forecast
from complaints.handling.escalate_overdue import escalate_overdue, overdue_ids
from complaints.staff.models import Employee, Tier
from complaints.standards.models import BusinessCalendar, FailureType, Severity, Target
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.handling.climbing import AT, fresh, later

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def office(organisation: Organisation) -> BusinessCalendar:
    """Monday to Friday, nine to five, in New York; every promise of the tests is counted in it."""
    week = {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = BusinessCalendar.objects.create(name="Office", time_zone="America/New_York", week=week)
    Target.objects.update(calendar=calendar)
    LadderStep.objects.filter(tier=Tier.MANAGER).update(minutes=8 * 60, calendar=calendar)
    return calendar


def seen(organisation: Organisation, **asked: object) -> Forecast:
    return forecast(organisation.harbour, at=AT, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("severity", Severity)
def test_what_is_promised_is_what_a_complaint_filed_then_gets(
    severity: Severity,
    office: BusinessCalendar,
    organisation: Organisation,
    fern: Employee,
    cara: Customer,
    late_room: FailureType,
) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT, severity=severity, failure_type=late_room.pk)
    told = seen(organisation, severity=severity, failure_type=late_room, channel=Channel.PHONE)
    assert [(one.name, one.due_at) for one in told.promised] == [
        (clock.name, clock.due_at) for clock in Clock.objects.filter(case=case).order_by("due_at")
    ]
    assert told.version == fresh(case).standard


def test_the_way_up_is_the_way_the_sweep_takes_it(
    office: BusinessCalendar, organisation: Organisation, fern: Employee, max_: Employee, vera: Employee, cara: Customer
) -> None:
    LadderStep.objects.create(position=3, name="The ombudsman", contact="ombudsman.example")
    case = a_complaint(by=fern, customer=cara, at=AT)
    told = seen(organisation)
    for climbed in told.climbs:
        due = overdue_ids(at=climbed.at)
        assert due, f"nothing is due at {climbed.at}"
        assert escalate_overdue(due[0], at=climbed.at)
        now = fresh(case)
        assert now.step == climbed.rung.step.position
        if climbed.rung.responsible:
            assert now.responsible == climbed.rung.responsible
    assert [climbed.rung.who for climbed in told.climbs] == [max_.name, vera.name, "The ombudsman"]
    assert not _due_before(case, told), "nothing runs out between the steps"


def test_where_nobody_stands_higher_it_says_since_when(
    organisation: Organisation, fern: Employee, max_: Employee, cara: Customer
) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    told = seen(organisation)
    for climbed in told.climbs:
        escalate_overdue(overdue_ids(at=climbed.at)[0], at=climbed.at)
    assert told.at_top is not None
    assert overdue_ids(at=told.at_top) != []
    before = fresh(case)
    escalate_overdue(overdue_ids(at=told.at_top)[0], at=told.at_top)
    assert (fresh(case).step, fresh(case).responsible) == (before.step, before.responsible)


def test_a_step_without_people_is_named_with_nobody(organisation: Organisation) -> None:
    told = seen(organisation)
    assert [(one.rung.step.name, one.rung.responsible) for one in told.climbs] == [("Manager", None), ("VP", None)]


def test_what_ran_out_together_is_one_step(organisation: Organisation, max_: Employee) -> None:
    Target.objects.update(minutes=60)
    told = seen(organisation)
    assert told.climbs[0].because == "Acknowledge, Put right"
    assert told.climbs[0].at == later(hours=1)


def test_looking_changes_nothing_and_asks_little(organisation: Organisation, max_: Employee, vera: Employee) -> None:
    before = Case.objects.count()
    with CaptureQueriesContext(connection) as asked:
        seen(organisation)
    assert Case.objects.count() == before
    assert len(asked) <= 16
    assert not any(query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for query in asked)


def test_deadlines_are_those_of_the_place_and_not_of_the_reader(
    office: BusinessCalendar, organisation: Organisation
) -> None:
    friday = datetime(2026, 3, 6, 16, 30, tzinfo=NEW_YORK)
    Target.objects.update(minutes=60)
    due = forecast(organisation.harbour, at=friday.astimezone(UTC)).promised[0].due_at
    assert due == datetime(2026, 3, 9, 9, 30, tzinfo=NEW_YORK), "half an hour on Friday, half on Monday, in summer time"


def _due_before(case: Case, told: Forecast) -> list[Clock]:
    live = Clock.objects.filter(case=case, ended_at__isnull=True, missed_at__isnull=True)
    return list(live.filter(due_at__lte=told.climbs[-1].at))
