"""Figures worked by hand: intervals, and shares of few cases drawn towards the overall one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.insights.shares import (
    LEAST_STRENGTH,
    MOST_STRENGTH,
    USUAL_STRENGTH,
    Share,
    drawn,
    interval,
    strength_of,
)

shares = st.integers(0, 500).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [
        (Share(31, 37), 0.6885, 0.9235),
        (Share(0, 10), 0.0, 0.2775),
        (Share(10, 10), 0.7225, 1.0),
        (Share(1, 2), 0.0945, 0.9055),
        (Share(0, 0), 0.0, 1.0),
    ],
)
def test_the_interval_is_wilsons(share: Share, low: float, high: float) -> None:
    assert interval(share) == pytest.approx((low, high), abs=0.0005)


@given(shares)
def test_the_interval_holds_the_share_and_stays_within_nothing_and_everything(share: Share) -> None:
    low, high = interval(share)
    assert 0 <= low <= high <= 1
    if share.rate is not None:
        assert low - 1e-9 <= share.rate <= high + 1e-9


def test_few_cases_lean_on_the_overall_share_and_many_on_their_own() -> None:
    assert drawn(Share(2, 3), towards=0.8, strength=10) == pytest.approx((2 + 8) / 13)
    assert drawn(Share(200, 300), towards=0.8, strength=10) == pytest.approx(208 / 310)
    assert drawn(Share(0, 0), towards=0.8, strength=10) == pytest.approx(0.8)


@given(shares, st.floats(0, 1), st.floats(LEAST_STRENGTH, MOST_STRENGTH))
def test_what_is_drawn_lies_between_its_own_share_and_the_overall_one(
    share: Share, overall: float, strength: float
) -> None:
    ends = sorted([overall, overall if share.rate is None else share.rate])
    assert ends[0] - 1e-9 <= drawn(share, towards=overall, strength=strength) <= ends[1] + 1e-9


def test_groups_that_differ_a_little_weigh_as_worked_by_hand() -> None:
    """Of 7, 5 and 3 in 10, m = 1/2 and S / (m (1 - m)) = 3.2; r = (3.2 - 2) / (20 - 2) = 1/15; so 14 cases."""
    assert strength_of([Share(7, 10), Share(5, 10), Share(3, 10)]) == pytest.approx(14)


def test_groups_that_are_alike_lend_all_they_can_and_those_that_differ_little() -> None:
    assert strength_of([Share(8, 10)] * 5) == MOST_STRENGTH
    assert strength_of([Share(10, 10), Share(0, 10), Share(5, 10)]) == LEAST_STRENGTH


@pytest.mark.parametrize(
    "groups", [[], [Share(3, 10), Share(8, 10)], [Share(5, 5)] * 4, [Share(0, 1), Share(1, 1), Share(1, 1)]]
)
def test_groups_that_tell_nothing_weigh_as_usual(groups: list[Share]) -> None:
    assert strength_of(groups) == USUAL_STRENGTH
