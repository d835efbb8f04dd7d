from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from complaints.insights.models import Grain
from complaints.insights.periods import Period, after

DAYS = st.dates(date(2014, 1, 1), date(2030, 1, 1))


@given(DAYS, st.integers(0, 1500))
def test_the_pieces_are_the_period_without_gap_or_overlap(since: date, days: int) -> None:
    period = Period(since, since + timedelta(days=days))
    day = since
    for grain, start in period.pieces():
        assert start == day
        day = after(grain, start)
    assert day == period.until + timedelta(days=1)


def test_a_year_and_a_bit_takes_few_pieces() -> None:
    pieces = list(Period(date(2023, 12, 31), date(2025, 2, 2)).pieces())
    assert pieces == [
        (Grain.DAY, date(2023, 12, 31)),
        (Grain.YEAR, date(2024, 1, 1)),
        (Grain.MONTH, date(2025, 1, 1)),
        (Grain.DAY, date(2025, 2, 1)),
        (Grain.DAY, date(2025, 2, 2)),
    ]


def test_a_period_is_cut_where_months_begin() -> None:
    cut = list(Period(date(2024, 1, 30), date(2024, 3, 1)).stretches(Grain.MONTH))
    assert [(one.since.day, one.until.day) for one in cut] == [(30, 31), (1, 29), (1, 1)]
