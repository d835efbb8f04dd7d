from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from complaints.insights.survival import curve, time_until

TIMES = st.dictionaries(st.integers(0, 60), st.integers(1, 9), max_size=12)


def test_the_curve_of_freireich_is_the_published_one() -> None:
    """Weeks of remission on 6-mercaptopurine: Freireich and others (1963), worked in every textbook on survival."""
    ended = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
    going_on = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}
    told = {time: round(share, 3) for time, share in curve(ended, going_on)}
    assert told == {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert time_until(0.5, ended, going_on) == 23


def test_what_still_goes_on_makes_the_median_later() -> None:
    assert time_until(0.5, {1: 5, 9: 1}, {}) == 1
    assert time_until(0.5, {1: 5, 9: 1}, {30: 6}) == 9
    assert time_until(0.5, {1: 5, 9: 1}, {30: 7}) is None


def test_exactly_half_is_half() -> None:
    assert time_until(0.5, {3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1}, {}) == 5


def test_nothing_has_no_median() -> None:
    assert time_until(0.5, {}, {}) is None
    assert time_until(0.5, {}, {4: 2}) is None


@given(TIMES, TIMES)
def test_the_curve_only_falls(ended: dict[int, int], going_on: dict[int, int]) -> None:
    shares = [share for _time, share in curve(ended, going_on)]
    assert all(0 <= share <= 1 for share in shares)
    assert shares == sorted(shares, reverse=True)


@given(TIMES)
def test_without_anything_open_it_is_the_share_that_is_left(ended: dict[int, int]) -> None:
    whole = sum(ended.values())
    for time, share in curve(ended, {}):
        assert abs(share - sum(n for took, n in ended.items() if took > time) / whole) < 1e-9
