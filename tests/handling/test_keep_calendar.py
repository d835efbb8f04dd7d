from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.common.errors import ChangedMeanwhile, Invalid, NotFound, NotPermitted
from complaints.customers.models import Customer
from complaints.handling.keep_calendar import keep_calendar
from complaints.handling.recompute_clocks import changed
from complaints.jobs import rounds
from complaints.jobs.tasks import recompute
from complaints.staff.models import Employee, Setting, SettingChange
from complaints.standards.calendars import hours_of
from complaints.standards.models import BusinessCalendar, ClockKind, SpecialDay, Target
from complaints.standards.sheets import CalendarSheet, Day
from tests.factories import a_complaint
from tests.handling.climbing import AT, clock_of, fresh, happened, later

OFFICE = CalendarSheet(name="Office", time_zone="UTC", mon="09:00-17:00", tue="09:00-12:00, 13:00-24:00")


@pytest.fixture
def office(ada: Employee) -> BusinessCalendar:
    return keep_calendar(None, sheet=OFFICE, by=ada, at=AT)


def sheet_of(calendar: BusinessCalendar) -> CalendarSheet:
    return CalendarSheet.of_calendar(BusinessCalendar.objects.get(pk=calendar.pk))


def change(office: BusinessCalendar, ada: Employee, **facts: Any) -> BusinessCalendar:
    return keep_calendar(office.pk, sheet=replace(sheet_of(office), **facts), by=ada, at=later(hours=1))


def test_what_was_typed_is_kept(office: BusinessCalendar) -> None:
    assert sheet_of(office) == OFFICE
    assert office.week == {"mon": [["09:00", "17:00"]], "tue": [["09:00", "12:00"], ["13:00", "24:00"]]}


def test_special_days_are_kept_and_taken_away(office: BusinessCalendar, ada: Employee) -> None:
    flood = Day(day=date(2026, 3, 3), reason="Flood")
    half = Day(day=date(2026, 12, 24), windows="09:00-12:00", reason="Christmas Eve")
    change(office, ada, special_days=(flood, half))
    assert sheet_of(office).special_days == (flood, half)
    change(office, ada, special_days=(half,))
    assert [one.day for one in SpecialDay.objects.all()] == [half.day]


@pytest.mark.parametrize(
    ("facts", "field", "says"),
    [
        ({"mon": "", "tue": ""}, "week", "never open"),
        ({"mon": "17:00-09:00"}, "week", "open before it closes"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "is not a time zone"),
        ({"holiday_country": "XX"}, "holiday_country", "not known"),
        ({"holiday_country": "CA", "holiday_subdivision": "Nowhere"}, "holiday_subdivision", "no part of the country"),
        ({"name": ""}, "name", "cannot be blank"),
        ({"special_days": 2 * (Day(day=date(2026, 3, 3)),)}, "special_days", "same date"),
    ],
)
def test_what_no_deadline_could_be_reckoned_with_is_refused(
    office: BusinessCalendar, ada: Employee, facts: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(Invalid, match=says) as refused, transaction.atomic():
        change(office, ada, **facts)
    assert refused.value.field == field
    assert sheet_of(office) == OFFICE


def test_a_second_calendar_of_the_same_name_is_refused(office: BusinessCalendar, ada: Employee) -> None:
    with pytest.raises(Invalid) as refused:
        keep_calendar(None, sheet=OFFICE, by=ada, at=AT)
    assert refused.value.field == "name"


@pytest.mark.parametrize("who", ["fern", "max_", "vera", "quinn"])
def test_only_administrators_keep_calendars(who: str, office: BusinessCalendar, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotPermitted):
        change(office, request.getfixturevalue(who), mon="")


def test_somebody_inactive_keeps_nothing(office: BusinessCalendar, ada: Employee) -> None:
    ada.is_active = False
    with pytest.raises(NotPermitted):
        change(office, ada, mon="")


def test_a_calendar_that_is_not_there_is_not_found(ada: Employee) -> None:
    with pytest.raises(NotFound):
        keep_calendar(999_999, sheet=OFFICE, by=ada, at=AT)


def test_a_page_that_grew_old_is_refused_and_the_same_form_twice_is_harmless(
    office: BusinessCalendar, ada: Employee
) -> None:
    seen = OFFICE.fingerprint
    change(office, ada, mon="08:00-17:00")
    with pytest.raises(ChangedMeanwhile):
        keep_calendar(office.pk, sheet=replace(OFFICE, tue=""), by=ada, at=AT, seen=seen)
    again = replace(OFFICE, mon="08:00-17:00")
    keep_calendar(office.pk, sheet=again, by=ada, at=AT, seen=seen)
    assert SettingChange.objects.filter(setting=Setting.CALENDAR, key=office.pk).count() == 2


def test_who_changed_what_is_written_down_for_good(office: BusinessCalendar, ada: Employee) -> None:
    change(office, ada, mon="08:00-17:00", name="Bureau")
    noted = SettingChange.objects.filter(setting=Setting.CALENDAR, key=office.pk).latest("pk")
    assert (noted.by, noted.by_name, noted.at, noted.is_new) == (ada, ada.name, later(hours=1), False)
    assert noted.facts == {"name": ["Office", "Bureau"], "mon": ["09:00-17:00", "08:00-17:00"]}
    for forbidden in (noted.delete, lambda: SettingChange.objects.update(by_name="Nobody")):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            forbidden()


def test_a_changed_calendar_is_reckoned_with_at_once(office: BusinessCalendar, ada: Employee) -> None:
    assert hours_of(office).windows_on(date(2026, 3, 2)) == ((540, 1020),)
    changed_one = change(office, ada, mon="")
    assert hours_of(changed_one).windows_on(date(2026, 3, 2)) == ()


@pytest.fixture
def promised(office: BusinessCalendar, fern: Employee, cara: Customer) -> Case:
    """A complaint of Monday ten o'clock with four working hours to acknowledge it: due at two."""
    Target.objects.filter(kind=ClockKind.ACKNOWLEDGE).update(minutes=240, calendar=office)
    BusinessCalendar.objects.update(reckoned_revision=office.revision)
    return a_complaint(by=fern, customer=cara, at=AT)


def test_open_deadlines_are_reckoned_anew_even_where_no_hint_arrives(
    promised: Case, office: BusinessCalendar, ada: Employee
) -> None:
    assert clock_of(promised, ClockKind.ACKNOWLEDGE).due_at == later(hours=4)
    change(office, ada, mon="09:00-11:00")
    assert [one.thing for one in changed() if isinstance(one.thing, BusinessCalendar)] == [office]
    assert recompute() == 1
    noon_on_tuesday = later(days=1, hours=2)  # an hour on Monday, three before lunch
    assert clock_of(promised, ClockKind.ACKNOWLEDGE).due_at == noon_on_tuesday
    assert fresh(promised).due_at == noon_on_tuesday
    assert happened(promised)[-1] == Entry.DEADLINES_MOVED
    assert changed() == [], "and it is done"


def test_nothing_goes_up_the_ladder_by_the_hours_of_before(
    promised: Case, office: BusinessCalendar, ada: Employee, max_: Employee
) -> None:
    change(office, ada, mon="09:00-11:00")
    assert rounds.hand_up(clock=lambda: later(hours=5)) == 0
    assert rounds.hand_up(clock=lambda: later(days=1, hours=3)) == 1
    assert fresh(promised).responsible == max_


def test_what_failed_on_a_complaint_is_tried_again(
    promised: Case, office: BusinessCalendar, ada: Employee, max_: Employee
) -> None:
    other = a_complaint(by=max_, at=AT)
    clock = clock_of(other, ClockKind.ACKNOWLEDGE)
    clock.pauses = [["nonsense", "nonsense"]]
    clock.save()
    change(office, ada, mon="09:00-11:00")
    assert recompute() == 1, "the sound one is moved"
    assert changed() != []
    clock.pauses = []
    clock.save()
    assert recompute() == 1
    assert changed() == []


def test_a_change_in_the_middle_of_the_reckoning_is_not_lost(
    promised: Case, office: BusinessCalendar, ada: Employee
) -> None:
    change(office, ada, mon="09:00-11:00")
    (one,) = (one for one in changed() if isinstance(one.thing, BusinessCalendar))
    change(office, ada, mon="09:00-12:00")
    one.settle()
    assert [one.thing for one in changed() if isinstance(one.thing, BusinessCalendar)] == [office]
