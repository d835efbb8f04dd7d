"""Deadlines against a slow witness that looks at the wall clock minute by minute.

EXAMPLES=20000 runs it for long, with other examples every time.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints.standards.hours import BusinessHours, OpenPause, Window, due_at, elapsed, reckon

_EXAMPLES: Final = os.environ.get("EXAMPLES")
BOUNDED: Final = settings(
    max_examples=int(_EXAMPLES or 120),
    derandomize=_EXAMPLES is None,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

# A zone, and a day near which its clocks change, or do not.
PLACES: Final = [
    ("America/Toronto", "2026-03-08"), ("America/Toronto", "2026-11-01"),
    ("America/New_York", "2025-03-09"), ("America/New_York", "2025-11-02"),
    ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"),
    ("Australia/Sydney", "2026-04-05"), ("Australia/Sydney", "2026-10-04"),
    ("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"),
    ("Asia/Kolkata", "2026-06-01"), ("Asia/Shanghai", "2026-02-17"), ("Asia/Kathmandu", "2026-06-01"),
    ("America/Sao_Paulo", "2018-11-04"), ("America/Sao_Paulo", "2018-02-18"),
    ("Africa/Casablanca", "2026-02-15"), ("Africa/Casablanca", "2026-03-22"),
    ("America/St_Johns", "2010-03-14"), ("America/St_Johns", "2010-11-07"),
    ("America/Santiago", "2026-04-05"), ("Antarctica/Troll", "2026-03-29"), ("Antarctica/Troll", "2026-10-25"),
    ("Pacific/Apia", "2011-12-30"), ("America/Recife", "2000-10-08"), ("UTC", "2026-05-11"),
]  # fmt: skip
DAYS_SEEN: Final = 12
MINUTE: Final = timedelta(minutes=1)


@lru_cache(maxsize=len(PLACES))
def wall_clock(zone: str, near: str) -> tuple[datetime, list[tuple[date, int]]]:
    """What the wall clock shows, minute after minute of real time: date, and minute of the day."""
    begin = datetime.fromisoformat(near).replace(tzinfo=UTC) - timedelta(days=4)
    shown = ((begin + count * MINUTE).astimezone(ZoneInfo(zone)) for count in range(DAYS_SEEN * 24 * 60))
    return begin, [(moment.date(), moment.hour * 60 + moment.minute) for moment in shown]


windows = st.lists(st.integers(0, 96), unique=True, max_size=6).map(
    lambda edges: tuple(
        (opens * 15, closes * 15) for opens, closes in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)
    )
)


@st.composite
def shops(draw: st.DrawFn) -> tuple[BusinessHours, str, str]:
    """Hours with days off and extra days near a change of the clocks, the zone, and that day."""
    zone, near = draw(st.sampled_from(PLACES))
    days = st.integers(-5, 9).map(lambda count: date.fromisoformat(near) + timedelta(days=count))
    week: list[tuple[Window, ...]] = draw(st.lists(windows, min_size=7, max_size=7))
    if not any(week):
        week[3] = ((0, 1440),)
    days_off = draw(st.frozensets(days, max_size=3))
    shop = BusinessHours(
        zone=ZoneInfo(zone),
        week=tuple(week),
        closed=draw(st.frozensets(days, max_size=3)),
        extra=draw(st.dictionaries(days, windows, max_size=3)),
        holidays=lambda year: frozenset(day for day in days_off if day.year == year),
    )
    return shop, zone, near


def open_at(shop: BusinessHours, day: date, minute: int) -> bool:
    """Whether it is open, as the rule reads in words."""
    if day in shop.extra:
        today = shop.extra[day]
    elif day in shop.closed or day in shop.holidays(day.year):
        today = ()
    else:
        today = shop.week[day.weekday()]
    return any(opens <= minute < closes for opens, closes in today)


@BOUNDED
@given(
    place=shops(),
    first=st.integers(0, 8 * 24 * 60),
    budget=st.integers(0, 3000),
    breaks=st.lists(st.tuples(st.integers(0, DAYS_SEEN * 24 * 60), st.integers(0, 2000)), max_size=4),
)
def test_it_agrees_with_looking_at_the_clock_every_minute(
    place: tuple[BusinessHours, str, str], first: int, budget: int, breaks: list[tuple[int, int]]
) -> None:
    shop, zone, near = place
    begin, shown = wall_clock(zone, near)
    pauses: list[tuple[datetime, datetime]] = [
        (begin + since * MINUTE, begin + (since + length) * MINUTE) for since, length in breaks
    ]
    counted = [
        number
        for number in range(first, len(shown))
        if open_at(shop, *shown[number]) and not any(since <= number < since + length for since, length in breaks)
    ]
    start, horizon = begin + first * MINUTE, begin + len(shown) * MINUTE
    assert elapsed(shop, start, horizon, pauses) == len(counted) * MINUTE
    budget = min(budget, len(counted))
    reckoning = reckon(shop, start, budget * MINUTE, pauses)
    assert reckoning.due_at == (begin + (counted[budget - 1] + 1) * MINUTE if budget else start)
    used = [(since - begin, until - begin) for since, until in reckoning.windows]
    assert [number for since, until in used for number in range(int(since / MINUTE), int(until / MINUTE))] == counted[
        :budget
    ]


@BOUNDED
@given(
    place=shops(),
    first=st.integers(0, 8 * 86_400_000_000),
    budgets=st.lists(st.integers(0, 200_000_000_000), min_size=2, max_size=2).map(sorted),
    breaks=st.lists(st.tuples(st.integers(0, 12 * 86_400_000_000), st.integers(0, 90_000_000_000)), max_size=4),
    open_end=st.booleans(),
)
def test_deadline_and_time_used_are_each_others_inverse(
    place: tuple[BusinessHours, str, str],
    first: int,
    budgets: list[int],
    breaks: list[tuple[int, int]],
    open_end: bool,
) -> None:
    shop, zone, near = place
    begin, _shown = wall_clock(zone, near)
    start = begin + timedelta(microseconds=first)
    pauses: list[OpenPause] = [
        (begin + timedelta(microseconds=since), begin + timedelta(microseconds=since + length))
        for since, length in breaks
    ]
    if open_end and pauses:
        pauses[0] = (pauses[0][0], None)
    small, large = (timedelta(microseconds=budget) for budget in budgets)
    reckoning = reckon(shop, start, large, pauses)
    assert reckoning == reckon(shop, start, large, reversed(pauses)), "asked again, it is the same"
    assert all(since < until for since, until in reckoning.windows)
    assert all(before[1] < after[0] for before, after in pairwise(reckoning.windows))
    spent = sum((until - since for since, until in reckoning.windows), timedelta())
    if reckoning.due_at is None:
        assert spent < large
        return
    assert spent == large == elapsed(shop, start, reckoning.due_at, pauses)
    sooner = due_at(shop, start, small, pauses)
    assert sooner is not None
    assert start <= sooner <= reckoning.due_at
    assert elapsed(shop, sooner, reckoning.due_at, pauses) == large - small, "parts add up"
    if large:
        moment_before = reckoning.due_at - timedelta(microseconds=1)
        assert elapsed(shop, start, moment_before, pauses) < large, "due at the earliest moment"
