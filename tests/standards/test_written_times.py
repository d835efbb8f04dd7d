from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.common.errors import Invalid
from complaints.standards.written_times import (
    read_minutes,
    read_plan,
    read_windows,
    write_minutes,
    write_plan,
    write_windows,
)


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("30 min", 30),
        ("30m", 30),
        ("8 h", 480),
        ("8H", 480),
        ("2 d 4 h", 52 * 60),
        ("8 w", 8 * 7 * 24 * 60),
        ("1小时30分钟", 90),
        ("2 天", 2 * 24 * 60),
    ],
)
def test_a_time_is_read_as_people_write_it(written: str, minutes: int) -> None:
    assert read_minutes(written) == minutes


@pytest.mark.parametrize("written", ["", "8", "h", "0 h", "-1 h", "8 hours and", "8,5 h", "1e9 h", "99999 w", "8 h x"])
def test_what_is_no_time_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_minutes(written)
    assert "is not a time" in refused.value.sentence


@given(st.integers(1, 5 * 365 * 24 * 60), st.booleans())
def test_a_time_that_was_written_is_read_again(minutes: int, in_business_time: bool) -> None:
    assert read_minutes(write_minutes(minutes, in_business_time=in_business_time)) == minutes


def test_in_business_time_no_unit_is_longer_than_an_hour() -> None:
    assert write_minutes(2 * 24 * 60 + 30, in_business_time=True) == "48 h 30 min"
    assert write_minutes(2 * 24 * 60 + 30) == "2 d 30 min"


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ("9-17", "09:00-17:00"),
        ("09:00–12:30; 13:30 – 24:00", "09:00-12:30, 13:30-24:00"),
        ("9：00-12：00，13-17:30", "09:00-12:00, 13:00-17:30"),
        ("00:00-24:00", "00:00-24:00"),
        ("", ""),
        ("-", ""),
    ],
)
def test_windows_are_read_as_people_write_them(written: str, again: str) -> None:
    assert write_windows(read_windows(written)) == again


@pytest.mark.parametrize("written", ["9", "9-", "17-9", "9-13, 12-17", "25:00-26:00", "9-17-18", "closed"])
def test_windows_that_are_none_are_refused(written: str) -> None:
    with pytest.raises(Invalid):
        read_windows(written)


def test_a_plan_of_reminders_is_read_and_written_again() -> None:
    plan = [
        {"share": 50, "to": "responsible"},
        {"share": 80, "to": "superior"},
        {"minutes_before": 120, "to": "superior"},
        {"minutes_before": 26 * 60, "to": "responsible"},
    ]
    line = write_plan(plan)
    assert line == "50% responsible, 80% superior, 2 h superior, 1 d 2 h responsible"
    assert read_plan(line) == plan
    assert read_plan("50％负责人；2小时上级") == [plan[0], plan[2]]


@pytest.mark.parametrize("written", ["50%", "50% everybody", "100% superior", "0% superior", "superior", "8 superior"])
def test_a_plan_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        read_plan(written)
