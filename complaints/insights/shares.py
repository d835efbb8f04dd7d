"""Shares of few cases, told honestly: an interval, and an estimate drawn towards the overall share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

Z95: Final = 1.959963984540054
"""The quantile of the normal distribution for an interval of 95 per cent."""
LEAST_STRENGTH: Final = 2.0
MOST_STRENGTH: Final = 200.0
USUAL_STRENGTH: Final = 10.0
"""Where too few groups tell how much they differ: as much as ten cases, so that from ten on a group speaks first."""
LEAST_GROUPS: Final = 3


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @property
    def rate(self) -> float | None:
        """The plain share; None of nothing."""
        return self.hits / self.of if self.of else None

    def __add__(self, other: Share) -> Share:
        """Both together."""
        return Share(self.hits + other.hits, self.of + other.of)


def interval(share: Share) -> tuple[float, float]:
    """Where the true share lies, at 95 per cent: the score interval.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209-212. Unlike the plain one it never leaves 0 to 1 and holds for few cases.
    Of nothing, everything is possible.
    """
    if not share.of:
        return (0.0, 1.0)
    rate, n, z2 = share.hits / share.of, share.of, Z95**2
    middle = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return (max(0.0, middle - half), min(1.0, middle + half))


def drawn(share: Share, *, towards: float, strength: float) -> float:
    """The share of a group, drawn towards the overall one as if `strength` more cases had come out like that.

    The mean of the posterior in the beta-binomial model: the share of a group is drawn from a beta distribution with
    mean `towards` and `strength` cases of weight. G. Casella, "An introduction to empirical Bayes data analysis", The
    American Statistician 39 (1985), 83-87.
    """
    return (share.hits + strength * towards) / (share.of + strength)


def strength_of(groups: Sequence[Share]) -> float:
    """How much the overall share weighs for one group, in cases: little where groups differ, much where they do not.

    By moments: in the beta-binomial model the share p of a group of n cases has the variance
    m (1 - m) (1 + (n - 1) r) / n, with the overall share m, and r = 1 / (strength + 1). Weighed by n,
    S = sum n (p - m)**2 is expected to be m (1 - m) ((1 - r) (k - 1) + r (N - sum n**2 / N)) for k groups of N cases
    together; solved for r. J. C. Kleinman, "Proportions with extraneous variance: single and independent samples",
    Journal of the American Statistical Association 68 (1973), 46-54. Kept between LEAST_STRENGTH and MOST_STRENGTH.
    """
    told = [group for group in groups if group.of]
    cases, hits = sum(group.of for group in told), sum(group.hits for group in told)
    if len(told) < LEAST_GROUPS or hits in {0, cases}:
        return USUAL_STRENGTH
    mean = hits / cases
    spread = sum(group.of * (group.hits / group.of - mean) ** 2 for group in told) / (mean * (1 - mean))
    by_chance, at_most = len(told) - 1, cases - sum(group.of**2 for group in told) / cases
    if at_most <= by_chance:  # one case in each group: nothing tells chance from difference
        return USUAL_STRENGTH
    alike = (spread - by_chance) / (at_most - by_chance)
    if alike <= 1 / (MOST_STRENGTH + 1):
        return MOST_STRENGTH
    return max(1 / alike - 1, LEAST_STRENGTH)
