"""The proof of effect against figures worked by hand."""

from __future__ import annotations

from math import comb, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.causes.effect import Observed, binomial_interval, compare


def test_a_rate_that_halved_is_not_proved_by_few_complaints() -> None:
    """10 before and 5 after in as many days. p = 5/15; Clopper and Pearson's table gives 0.1182 to 0.6162.

    In odds: 0.1182/0.8818 = 0.1340 and 0.6162/0.3838 = 1.6055.
    """
    effect = compare(Observed(10, 90), Observed(5, 90))
    assert effect.ratio == pytest.approx(0.5)
    assert effect.low == pytest.approx(0.1340, abs=5e-4)
    assert effect.high == pytest.approx(1.606, abs=2e-3)
    assert not effect.is_proved


def test_a_rate_that_fell_by_three_quarters_is_proved_by_many() -> None:
    """40 before, 10 after: p = 0.2 of 50, from 0.1003 to 0.3372, which is 0.1115 to 0.5087 in odds."""
    effect = compare(Observed(40, 90), Observed(10, 90))
    assert effect.ratio == pytest.approx(0.25)
    assert effect.low == pytest.approx(0.1115, abs=5e-4)
    assert effect.high == pytest.approx(0.5087, abs=1e-3)
    assert effect.is_proved


def test_what_could_have_failed_decides_where_the_counts_say_nothing() -> None:
    """20 of 1,000 nights before, 20 of 4,000 after: the rate is a quarter, and 20 of 40 scaled by a quarter.

    p = 0.5 of 40 lies from 0.3380 to 0.6620, in odds 0.5106 to 1.9586.
    """
    effect = compare(Observed(20, 1_000), Observed(20, 4_000))
    assert effect.ratio == pytest.approx(0.25)
    assert effect.low == pytest.approx(0.5106 / 4, abs=1e-3)
    assert effect.high == pytest.approx(1.9586 / 4, abs=1e-3)


def test_no_complaint_at_all_afterwards_has_a_closed_form() -> None:
    """0 of n: the upper end is 1 - (α/2)^(1/n). Of 3 it is 0.7076 and in odds 2.4201; of 4 0.6024 and 1.515."""
    for before, share in ((3, 1 - 0.025 ** (1 / 3)), (4, 1 - 0.025 ** (1 / 4)), (5, 1 - 0.025 ** (1 / 5))):
        effect = compare(Observed(before, 30), Observed(0, 30))
        assert (effect.ratio, effect.low) == (0, 0)
        assert effect.high == pytest.approx(share / (1 - share))
    assert not compare(Observed(5, 30), Observed(0, 30)).is_proved
    assert compare(Observed(6, 30), Observed(0, 30)).is_proved


def test_where_nothing_happened_before_nothing_bounds_the_ratio() -> None:
    effect = compare(Observed(0, 30), Observed(4, 30))
    assert (effect.ratio, effect.high) == (None, inf)
    assert compare(Observed(0, 30), Observed(0, 30)).high == inf
    assert compare(Observed(4, 0), Observed(0, 30)) == compare(Observed(4, 30), Observed(0, 0))


@given(st.integers(0, 30), st.integers(1, 30))
def test_at_its_ends_the_tails_are_a_fortieth_each(hits: int, misses: int) -> None:
    """What the interval of Clopper and Pearson is by definition, summed by plain multiplication."""
    of = hits + misses
    low, high = binomial_interval(hits, of)
    chances = [(k, comb(of, k)) for k in range(of + 1)]
    at_most = sum(ways * high**k * (1 - high) ** (of - k) for k, ways in chances if k <= hits)
    at_least = sum(ways * low**k * (1 - low) ** (of - k) for k, ways in chances if k >= hits)
    assert at_most == pytest.approx(0.025)
    assert (at_least == pytest.approx(0.025)) if hits else (low == 0)
