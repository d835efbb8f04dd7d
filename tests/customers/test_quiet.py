"""Quiet hours: by night and by day, and where clocks are put forward and back."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from complaints.customers.quiet import quiet_until

NEW_YORK = "America/New_York"
SPRING, AUTUMN = (2026, 3, 8), (2026, 11, 1)  # at two o'clock clocks are put forward, and back


def until(day: tuple[int, int, int], told: str, *, begins: str, ends: str, fold: int = 0, zone: str = NEW_YORK) -> str:
    """When it is over, on the clocks there; empty where it is not quiet."""
    at = datetime.combine(datetime(*day).date(), time.fromisoformat(told), tzinfo=ZoneInfo(zone)).replace(fold=fold)  # noqa: DTZ001
    over = quiet_until(at.astimezone(UTC), begins=time.fromisoformat(begins), ends=time.fromisoformat(ends), zone=zone)
    return "" if over is None else f"{over.astimezone(ZoneInfo(zone)):%m-%d %H:%M %Z}"


@pytest.mark.parametrize(
    ("told", "over"),
    [
        ("21:59", ""),
        ("22:00", "06-11 07:00 EDT"),
        ("23:59", "06-11 07:00 EDT"),
        ("00:00", "06-10 07:00 EDT"),
        ("06:59", "06-10 07:00 EDT"),
        ("07:00", ""),
        ("12:00", ""),
    ],
)
def test_a_night_goes_beyond_midnight(told: str, over: str) -> None:
    assert until((2026, 6, 10), told, begins="22:00", ends="07:00") == over


def test_a_rest_at_noon_ends_on_the_same_day() -> None:
    assert until((2026, 6, 10), "12:30", begins="12:00", ends="14:00") == "06-10 14:00 EDT"
    assert until((2026, 6, 10), "14:00", begins="12:00", ends="14:00") == ""


def test_a_night_in_which_clocks_are_changed_ends_by_the_clock() -> None:
    assert until(SPRING, "01:00", begins="22:00", ends="07:00") == "03-08 07:00 EDT"
    assert until(AUTUMN, "00:30", begins="22:00", ends="07:00") == "11-01 07:00 EST"


def test_quiet_hours_that_end_in_the_hour_that_is_left_out_end_after_it() -> None:
    assert until(SPRING, "01:59", begins="22:00", ends="02:30") == "03-08 03:30 EDT"
    assert until(SPRING, "03:29", begins="22:00", ends="02:30") == "03-08 03:30 EDT"
    assert until(SPRING, "03:30", begins="22:00", ends="02:30") == ""


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_end_the_second_time() -> None:
    assert until(AUTUMN, "01:45", begins="22:00", ends="01:30") == "11-01 01:30 EST"
    assert until(AUTUMN, "01:29", begins="22:00", ends="01:30", fold=1) == "11-01 01:30 EST"
    assert until(AUTUMN, "01:30", begins="22:00", ends="01:30", fold=1) == ""


def test_quiet_hours_that_begin_in_the_hour_that_comes_twice_begin_the_first_time() -> None:
    assert until(AUTUMN, "01:30", begins="01:30", ends="06:00") == "11-01 06:00 EST"
    assert until(AUTUMN, "01:10", begins="01:30", ends="06:00", fold=1) == "11-01 06:00 EST"


def test_each_place_has_its_own_night() -> None:
    assert until((2026, 6, 10), "23:00", begins="22:00", ends="07:00", zone="Asia/Shanghai") == "06-11 07:00 CST"
