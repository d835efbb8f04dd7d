from __future__ import annotations

import pytest

from complaints.insights.answers import Answers
from complaints.insights.shares import Share, interval


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(254, 1255, 0.1811, 0.2255), (19, 2500, 0.0049, 0.0118), (0, 20, 0.0, 0.1611), (18, 107, 0.1091, 0.2503)],
)
def test_the_interval_is_the_one_reckoned_elsewhere(hits: int, n: int, low: float, high: float) -> None:
    found = interval(Share(hits, n))
    assert (round(found[0], 4), round(found[1], 4)) == (low, high)


def test_a_share_without_all_its_answers_is_no_rate() -> None:
    share = Answers(293, 497, 686)
    assert share.rate is None
    assert share.known_per_cent == 53
    assert share.bounds == (293 / 1476, 979 / 1476)


def test_a_share_with_all_its_answers_is_one() -> None:
    assert Answers(3, 1).rate == 0.75
    assert Answers(0, 0).rate is None
