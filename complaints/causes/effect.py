"""Whether an action had an effect: the ratio of two rates, with an exact interval. Pure arithmetic.

Complaints before and after are counts of two Poisson processes. Given their sum n, the count after is binomial with
p = r·e₁ / (r·e₁ + e₀), where r is the ratio of the rates and e₀, e₁ are the exposures: J. Przyborowski and H. Wilenski,
"Homogeneity of results in testing samples from Poisson series", Biometrika 31 (1940), 313-323. The exact interval of p
is that of C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
binomial", Biometrika 26 (1934), 404-413; solved for r it is the interval that `poisson.test` of R gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, lgamma, log, log1p
from typing import Final

ALPHA: Final = 0.05
_HALVINGS: Final = 60


@dataclass(frozen=True, slots=True)
class Observed:
    """So many complaints in so much exposure: days, or whatever could have failed."""

    complaints: int
    exposure: float

    @property
    def rate(self) -> float | None:
        """Complaints per unit of exposure; None of no exposure."""
        return self.complaints / self.exposure if self.exposure else None


@dataclass(frozen=True, slots=True)
class Effect:
    """The rate after, as a multiple of the rate before, and where the true ratio lies at 95 per cent.

    `ratio` is None where nothing happened before; `high` is infinite where nothing bounds it.
    """

    ratio: float | None
    low: float
    high: float

    @property
    def is_proved(self) -> bool:
        """Whether the rate certainly fell: the whole interval lies below one."""
        return self.high < 1


def compare(before: Observed, after: Observed) -> Effect:
    """What became of the rate. Without any exposure on a side everything is possible."""
    if before.exposure <= 0 or after.exposure <= 0:
        return Effect(None, 0.0, inf)
    low, high = binomial_interval(after.complaints, before.complaints + after.complaints)
    scale = before.exposure / after.exposure
    ratio = scale * after.complaints / before.complaints if before.complaints else None
    return Effect(ratio, scale * _odds(low), scale * _odds(high))


def binomial_interval(hits: int, of: int) -> tuple[float, float]:
    """Where the true share lies at 95 per cent, after Clopper and Pearson; of nothing, everything is possible."""
    if of == 0:
        return (0.0, 1.0)
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - _at_most(hits - 1, of, p) - ALPHA / 2)
    high = 1.0 if hits == of else _solve(lambda p: ALPHA / 2 - _at_most(hits, of, p))
    return (low, high)


def _odds(p: float) -> float:
    return inf if p >= 1 else p / (1 - p)


def _at_most(hits: int, of: int, p: float) -> float:
    """The chance of no more than so many hits; the shorter tail is summed, in logarithms."""
    if 2 * hits > of:
        return 1 - sum(_exactly(k, of, p) for k in range(hits + 1, of + 1))
    return sum(_exactly(k, of, p) for k in range(hits + 1))


def _exactly(hits: int, of: int, p: float) -> float:
    ways = lgamma(of + 1) - lgamma(hits + 1) - lgamma(of - hits + 1)
    return exp(ways + hits * log(p) + (of - hits) * log1p(-p))


def _solve(rising: Callable[[float], float]) -> float:
    """Where a rising function of a share crosses nought, by halving."""
    low, high = 0.0, 1.0
    for _halving in range(_HALVINGS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
