"""Stored calendars: what may be saved, and the hours that come out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from complaints.common.errors import Invalid
from complaints.standards.hours import ALWAYS, due_at, elapsed
from complaints.standards.models import BusinessCalendar, SpecialDay
from complaints.standards.queries import business_hours
from tests.standards.opening import local, minutes

pytestmark = pytest.mark.django_db
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def a_calendar(**facts: Any) -> BusinessCalendar:
    calendar = BusinessCalendar(**{"name": "Harbour Hotel", "time_zone": "America/Toronto", "week": WEEK, **facts})
    calendar.full_clean()
    calendar.save()
    return calendar


def test_public_holidays_of_a_province_are_closed_also_years_ahead() -> None:
    a_calendar(holiday_country="CA", holiday_subdivision="ON")
    hours = business_hours("Harbour Hotel")
    # Victoria Day; Christmas on a weekend, which gives its days off to Monday and Tuesday.
    assert due_at(hours, local("2026-05-15T16:30"), minutes(60)) == local("2026-05-19T09:30")
    assert due_at(hours, local("2027-12-24T16:30"), minutes(60)) == local("2027-12-29T09:30")
    assert elapsed(hours, local("2035-12-24T09:00"), local("2035-12-28T09:00")) == minutes(2 * 480)


def test_a_holiday_of_the_next_year_may_close_the_last_day_of_this_one() -> None:
    hours = a_calendar(holiday_country="US").to_hours()
    assert due_at(hours, local("2027-12-30T16:30"), minutes(60)) == local("2028-01-03T09:30")


@pytest.mark.parametrize(("country", "part", "open_for"), [("CA", "ON", 0), ("CA", "QC", 480), ("", "", 480)])
def test_parts_of_a_country_keep_their_own_holidays(country: str, part: str, open_for: int) -> None:
    hours = a_calendar(holiday_country=country, holiday_subdivision=part).to_hours()
    family_day = (local("2026-02-16T09:00"), local("2026-02-16T17:00"))
    assert elapsed(hours, *family_day) == minutes(open_for)


def test_special_days_close_shorten_and_open(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    calendar = a_calendar(holiday_country="CA", holiday_subdivision="ON")
    for day, windows, reason in (
        (date(2026, 7, 1), [["09:00", "17:00"]], "Canada Day: we work"),
        (date(2026, 7, 2), [], "Stocktaking"),
        (date(2026, 7, 3), [["09:00", "12:00"]], "Half day"),
        (date(2026, 7, 4), [["10:00", "14:00"]], "Open Saturday"),
    ):
        special = SpecialDay(calendar=calendar, day=day, windows=windows, reason=reason)
        special.full_clean()
        special.save()
    with django_assert_num_queries(2):
        hours = business_hours("Harbour Hotel")
    opened = [elapsed(hours, local(f"2026-07-0{day}"), local(f"2026-07-0{day + 1}")) for day in range(1, 6)]
    assert opened == [minutes(count) for count in (480, 0, 180, 240, 0)]


def test_a_date_is_special_once() -> None:
    calendar = a_calendar()
    calendar.special_days.create(day=date(2026, 7, 2))
    with pytest.raises(IntegrityError, match="one_special_day_per_date"), transaction.atomic():
        calendar.special_days.create(day=date(2026, 7, 2), windows=[["09:00", "12:00"]])


def test_calendar_time_needs_nothing_else() -> None:
    a_calendar(name="Calendar time", is_calendar_time=True, week={}, time_zone="UTC")
    assert business_hours("Calendar time") is ALWAYS


@pytest.mark.parametrize("name", ["Elsewhere", "", "a\x00b", "\ud800"])
def test_a_calendar_that_is_not_there_is_said_so(name: str) -> None:
    with pytest.raises(Invalid, match="There is no calendar"):
        business_hours(name)


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"week": {}}, "week", "never open"),
        ({"week": {"mon": []}}, "week", "never open"),
        ({"week": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "week", "overlap"),
        ({"week": {"mon": [["12:00", "09:00"]]}}, "week", "open before it closes"),
        ({"week": {"mon": [["09:00", "25:00"]]}}, "week", "not a time of day"),
        ({"week": {"monday": [["09:00", "12:00"]]}}, "week", "not a day of the week"),
        ({"week": [["09:00", "12:00"]]}, "week", "A week is an object"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "not a time zone"),
        ({"time_zone": "america/toronto"}, "time_zone", "not a time zone"),
        ({"holiday_country": "XX"}, "holiday_country", "not known"),
        ({"holiday_country": "CA", "holiday_subdivision": "BY"}, "holiday_subdivision", "no part of the country"),
        ({"holiday_subdivision": "ON"}, "holiday_country", "Name the country"),
    ],
)
def test_what_no_deadline_could_be_reckoned_with_is_refused(facts: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        a_calendar(**facts)
    assert list(refused.value.message_dict) == [field]
    assert sentence in refused.value.message_dict[field][0]


@pytest.mark.parametrize(
    "windows", [[["09:00", "12:00"], ["11:00", "13:00"]], [["09:00"]], "closed", [["24:00", "24:00"]]]
)
def test_windows_of_a_special_day_are_checked_too(windows: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        SpecialDay(day=date(2026, 7, 2), windows=windows).clean()
    assert list(refused.value.message_dict) == ["windows"]


def test_a_row_that_was_never_checked_is_refused_when_it_is_used() -> None:
    BusinessCalendar.objects.create(name="Broken", time_zone="UTC", week={})
    with pytest.raises(Invalid, match="never open"):
        business_hours("Broken")
